"""How alike two schools are, by the facts that are known of both. Pure, and for any number of schools at once.

The distance is the weighted mean over the shared facts, at least two, of a distance from 0 (the same) to 1 (as far
apart as it counts). It puts records in an order for one reader; it never leaves one out, and no page shows it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

UNKNOWN = -1
FACTS = ("grades", "size", "frl", "multilingual", "disability", "locale")
EQUAL = (1,) * len(FACTS)
LEAST_SHARED = 2
ALIKE = 0.2  # up to here two schools are called alike
EIGHTFOLD = math.log(8)  # sizes this far apart could not be further
HALF = 50.0  # and so percentages
LAST_LOCALE = 3.0  # steps from a city to the country
GRADES = {"PK": 0, "KG": 1, **{f"{grade:02}": grade + 1 for grade in range(1, 14)}}  # "AE" and "UG" are no span
GRADE_CODES = {number: code for code, number in GRADES.items()}
MAX_SIZE = 99_999
SCHOOL = "like_school"
FIELDS = {
    "low": "like_low",
    "high": "like_high",
    "enrolment": "like_size",
    "frl": "like_frl",
    "multilingual": "like_multilingual",
    "disability": "like_disability",
    "locale": "like_locale",
}
WEIGHTS = {name: f"weigh_{name}" for name in FACTS}
_NUMBER = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,2})?")
_SCHOOL = re.compile(r"[0-9a-z]{8}")
Distances = npt.NDArray[np.float32]
Shared = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a school, -1 for what is not: grades from 0 (PK), 1 (KG), 2 (first grade), percentages."""

    low: int = UNKNOWN
    high: int = UNKNOWN
    enrolment: float = UNKNOWN
    frl: float = UNKNOWN
    multilingual: float = UNKNOWN
    disability: float = UNKNOWN
    locale: int = UNKNOWN

    def __bool__(self) -> bool:
        return any(value != UNKNOWN for value in astuple(self))

    @property
    def grades(self) -> tuple[str, str] | None:
        """Return the lowest and the highest grade as codes, None where the span is not known."""
        known = self.low in GRADE_CODES and self.high in GRADE_CODES
        return (GRADE_CODES[self.low], GRADE_CODES[self.high]) if known else None

    def over(self, other: "Facts") -> "Facts":
        """Return these facts, and those of the other where these are not known."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Facts(*(own if own != UNKNOWN else its for own, its in pairs))


NOTHING = Facts()


@dataclass(frozen=True, slots=True)
class Place:
    """The school a person has in mind: one of the register, a description, or one with other facts; and what counts."""

    school: str = ""
    facts: Facts = NOTHING
    weights: tuple[int, ...] = EQUAL

    def __bool__(self) -> bool:
        return bool(self.school) or bool(self.facts)

    def at(self, school: str) -> "Place":
        """Return a school of the register in the place of what was described, with the same weights."""
        return Place(school, NOTHING, self.weights)

    def args(self) -> dict[str, str]:
        """Return the arguments of an address; ``parse`` of them gives the place again."""
        if not self:
            return {}
        args = {SCHOOL: self.school} if self.school else {}
        values = zip(FIELDS.items(), astuple(self.facts), strict=True)
        args.update({name: _written(field, value) for (field, name), value in values if value != UNKNOWN})
        weights = zip(WEIGHTS.values(), self.weights, strict=True)
        return {**args, **{name: str(weight) for name, weight in weights if weight != 1}}


NOWHERE = Place()


def parse(args: Mapping[str, str]) -> Place:
    """Return the place an address names; what makes no sense is left out."""
    school = args.get(SCHOOL, "")
    low, high = (_grade(args.get(FIELDS[name], "")) for name in ("low", "high"))
    low, high = (high, high) if low == UNKNOWN else (low, low if high == UNKNOWN else high)
    locale = args.get(FIELDS["locale"], "")
    facts = Facts(
        low=min(low, high),
        high=max(low, high),
        enrolment=round(_between(args.get(FIELDS["enrolment"], "").replace(",", ""), 1, MAX_SIZE)),
        **{name: _between(args.get(FIELDS[name], ""), 0, 100) for name in ("frl", "multilingual", "disability")},
        locale=int(locale) if locale in {"1", "2", "3", "4"} else UNKNOWN,
    )
    return Place(school if _SCHOOL.fullmatch(school) else "", facts, _weights(args)) or NOWHERE


def _weights(args: Mapping[str, str]) -> tuple[int, ...]:
    """Return how much each fact counts, 0 to 3; all alike where none would count."""
    typed = [args.get(name, "") for name in WEIGHTS.values()]
    weights = tuple(int(one) if one in {"0", "1", "2", "3"} else 1 for one in typed)
    return weights if any(weights) else EQUAL


def _grade(typed: str) -> int:
    return GRADES.get(typed.upper().zfill(2), UNKNOWN)


def _between(typed: str, least: float, most: float) -> float:
    value = float(typed) if _NUMBER.fullmatch(typed) else UNKNOWN
    return value if least <= value <= most else UNKNOWN


def _written(field: str, value: float) -> str:
    return GRADE_CODES[int(value)] if field in {"low", "high"} else f"{value:g}"


def distances(mine: Facts, weights: Sequence[int], others: npt.NDArray[Any]) -> tuple[Distances, Shared]:
    """Return how far each of the others is from mine, and which FACTS (columns) both have.

    ``others`` has the fields of Facts. Infinite where fewer than two facts that count are shared.
    """
    parts = _parts(mine, others)
    shared = np.stack([known for known, _ in parts], axis=1) & (np.array(weights) > 0)
    weighed = shared * np.array(weights, np.float32)
    apart = np.stack([np.where(known, far, 0) for known, far in parts], axis=1)
    total = weighed.sum(axis=1)
    enough = shared.sum(axis=1) >= LEAST_SHARED
    mean = (weighed * apart).sum(axis=1) / np.where(total > 0, total, 1)
    return np.where(enough, mean, np.inf).astype(np.float32), shared


def _parts(mine: Facts, others: npt.NDArray[Any]) -> list[tuple[Shared, Distances]]:
    parts = [_grades_apart(mine, others), _sizes_apart(mine.enrolment, others["enrolment"])]
    for name, scale in (("frl", HALF), ("multilingual", HALF), ("disability", HALF), ("locale", LAST_LOCALE)):
        own, theirs = getattr(mine, name), others[name].astype(np.float32)
        far = np.minimum(np.abs(theirs - np.float32(own)) / np.float32(scale), 1)
        parts.append(((theirs != UNKNOWN) & (own != UNKNOWN), far))
    return parts


def _grades_apart(mine: Facts, others: npt.NDArray[Any]) -> tuple[Shared, Distances]:
    """Return the share of the grades of both schools together that only one of them has."""
    low, high = others["low"].astype(np.float32), others["high"].astype(np.float32)
    both = np.minimum(high, mine.high) - np.maximum(low, mine.low) + 1
    either = np.maximum(high, mine.high) - np.minimum(low, mine.low) + 1
    known = (low != UNKNOWN) & (high != UNKNOWN) & (mine.low != UNKNOWN) & (mine.high != UNKNOWN)
    return known, 1 - np.clip(both, 0, None) / np.where(known & (either > 0), either, 1)


def _sizes_apart(own: float, sizes: npt.NDArray[Any]) -> tuple[Shared, Distances]:
    known = (sizes > 0) & (own > 0)
    ratio = np.where(known, sizes, 1) / np.float32(own if own > 0 else 1)
    return known, np.minimum(np.abs(np.log(ratio)) / np.float32(EIGHTFOLD), 1).astype(np.float32)


def count(facts: Facts, weights: Sequence[int]) -> int:
    """Return how many facts are known that count."""
    values = (facts.low, *astuple(facts)[2:])
    return sum(value != UNKNOWN and weight > 0 for value, weight in zip(values, weights, strict=True))


def only(facts: Facts, shared: Sequence[bool]) -> Facts:
    """Return of these facts only those that are shared (in the order of FACTS)."""
    own = (shared[0], *shared)  # the grades are two fields
    values = {field.name: getattr(facts, field.name) for field, kept in zip(fields(facts), own, strict=True) if kept}
    return Facts(**values)
