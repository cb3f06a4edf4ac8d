"""What a write-up needs before others read it: the answers that must be there, and what small numbers forbid. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.cells import DEFAULT_MINIMUM, small_counts_in
from kb.permissions import Audience

BEYOND_SCHOOL = (Audience.NETWORK, Audience.PUBLIC)
_PLANNED, _DONE = "planned", "done"
_CORE = {
    "did": "Say what you did.",
    "happened": "Say what happened.",
    "learned": "Say what you learned.",
}
_SECTIONS = {
    "problem": "Say what the problem was.",
    "what_we_did": "Say what you did.",
    "results": "Say what happened, also what did not work.",
}
_ANCESTRY = ("adapted_from", "combined_from")
_NO_CORE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that stands between a write-up and its readers: the field and what to do there.

    ``field`` is the name in the document: ``title``, ``drivers``, ``texts.hypothesis``, ``predictions.0.outcome``.
    """

    field: str
    message: str

    @property
    def name(self) -> str:
        """The field as a form calls it: a text by its own name."""
        return self.field.removeprefix("texts.")


def blockers(document: Any, *, core: Mapping[str, str] = _NO_CORE, minimum: int = DEFAULT_MINIMUM) -> list[Blocker]:
    """Return what must be done before this document may be published, in the order of its fields.

    ``core`` names the question of a cycle's method that holds each of the answers did, happened and learned;
    ``minimum`` is the network's smallest group of which a number may be shown. ``kinds.blockers`` looks both up.
    """
    found = [*_shared(document)]
    match document.kind:
        case "idea":
            found += _idea(document)
        case "cycle":
            found += _cycle(document, core)
        case "case":
            found += _case(document)
    if document.audience in BEYOND_SCHOOL and not document.small_counts_confirmed:
        found += _small_counts(document, minimum)
    return found


def _shared(document: Any) -> Iterator[Blocker]:
    if not document.title.strip():
        yield Blocker("title", "Give it a title.")
    if not document.summary.strip():
        yield Blocker("summary", "Say in one sentence what it is about.")
    if document.audience is Audience.SCHOOL and document.school is None:
        yield Blocker("audience", "Choose another audience: the record belongs to no school.")
    if document.audience is Audience.NETWORK and document.network is None:
        yield Blocker("audience", "Choose another audience: the record belongs to no network.")


def _idea(document: Any) -> Iterator[Blocker]:
    if not document.texts.get("hypothesis"):
        yield Blocker("texts.hypothesis", "Say why it might work: if we … then … because …")
    if not document.texts.get("how_to_try"):
        yield Blocker("texts.how_to_try", "Say how to try it, so that another school could.")
    if not document.drivers:
        yield Blocker("drivers", "Choose at least one driver that the idea is meant to move.")
    for index, link in enumerate(document.links):
        if link.type in _ANCESTRY and not (link.adaptation and link.adaptation.why.strip()):
            yield Blocker(f"links.{index}.adaptation.why", "Say why you changed the idea you started from.")


def _cycle(document: Any, core: Mapping[str, str]) -> Iterator[Blocker]:
    if document.school is None:
        yield Blocker("school", "Say at which school it was tested.")
    if not document.test_population.strip():
        yield Blocker("test_population", "Say with whom it was tested: which classes or group, without names.")
    if not any(_says_something(entry) for entry in document.predictions):
        yield Blocker("predictions", "Say what you expected to happen.")
    if document.stage == _PLANNED and any(document.texts.get(core.get(name, "")) for name in ("did", "happened")):
        yield Blocker("started_on", "You say what happened: give the first day of the test, which has passed.")
    if document.stage == _DONE:
        yield from _outcome(document, core)


def _outcome(document: Any, core: Mapping[str, str]) -> Iterator[Blocker]:
    for name, message in _CORE.items():
        code = core.get(name)
        if code is not None and not document.texts.get(code):
            yield Blocker(f"texts.{code}", message)
    for index, entry in enumerate(document.predictions):
        if entry.outcome is None and entry.corrects is None:
            yield Blocker(f"predictions.{index}.outcome", "Say whether it matched what you expected.")
    if document.result is None:
        yield Blocker("result", "Say what the result was.")
    if document.decision is None:
        yield Blocker("decision", "Say what you decided. “Undecided” is a decision too.")


def _says_something(prediction: Any) -> bool:
    return bool(prediction.expected.strip()) or prediction.value is not None or prediction.direction is not None


def _case(document: Any) -> Iterator[Blocker]:
    for name, message in _SECTIONS.items():
        if not document.texts.get(name):
            yield Blocker(f"texts.{name}", message)
    if not any(link.type == "cites" for link in document.links):
        yield Blocker("links", "Cite at least one idea or cycle that the story is about.")


def _small_counts(document: Any, minimum: int) -> Iterator[Blocker]:
    for place, text in strings(document.plain()):
        for hit in small_counts_in(text, minimum):
            message = (
                f"“{hit}” tells of fewer than {minimum} people. Say it in words, "
                "or confirm below that these are not students."
            )
            yield Blocker(place, message)


def strings(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a document's plain form with the name of its field."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from strings(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, f"{place}.{index}")
