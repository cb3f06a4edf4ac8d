"""The words people read for every code, each marked for translation, and the glyphs that stand beside results."""

import enum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from kb.accounts.models import Role
from kb.cases.rules import Section
from kb.cycles.rules import (
    AsPlanned,
    Confidence,
    Decision,
    Direction,
    LockLabel,
    MeasureKind,
    Outcome,
    ResultStatus,
    Scale,
    Stage,
)
from kb.evidence.rules import EvidenceLabel
from kb.following.comments.rules import CommentKind, CommentState
from kb.following.digest.rules import Frequency
from kb.following.rules import Followed
from kb.ideas.rules import Cost, Target
from kb.items.rules import CoreConsistency, CreditRole, GradeBand, Kind, Language, LinkType, Planned
from kb.methods.models import Phase
from kb.permissions import Audience, State
from kb.schools.models import Level
from kb.search.stafftime import StaffTime

LABELS: tuple[tuple[enum.StrEnum, LazyString], ...] = (  # no dict: equal words of two lists are equal keys
    (Kind.IDEA, _("Change idea")),
    (Kind.CYCLE, _("Cycle")),
    (Kind.CASE, _("Case study")),
    (Role.READER, _("Reads")),
    (Role.CONTRIBUTOR, _("Writes")),
    (Role.CURATOR, _("Curates")),
    (Language.EN, _("English")),
    (Language.ES, _("Spanish")),
    (State.DRAFT, _("Draft")),
    (State.REVIEW, _("In review")),
    (State.PUBLISHED, _("Published")),
    (State.WITHDRAWN, _("Withdrawn")),
    (State.ERASED, _("Erased")),
    (Audience.OWNER, _("Only the author")),
    (Audience.SCHOOL, _("People of the school")),
    (Audience.NETWORK, _("People of the network")),
    (Audience.PUBLIC, _("Everyone")),
    (GradeBand.PK_2, _("PK–2")),
    (GradeBand.G3_5, _("3–5")),
    (GradeBand.G6_8, _("6–8")),
    (GradeBand.G9_12, _("9–12")),
    (GradeBand.ADULT, _("Adults")),
    (CreditRole.TEACHER, _("Teacher")),
    (CreditRole.LEADER, _("School leader")),
    (CreditRole.COACH, _("Coach")),
    (CreditRole.COUNSELOR, _("Counselor")),
    (CreditRole.HUB, _("Hub")),
    (CreditRole.AIDE, _("Aide")),
    (CreditRole.RESEARCHER, _("Researcher")),
    (CreditRole.STUDENT, _("Student")),
    (CreditRole.FAMILY, _("Family member")),
    (LinkType.ADAPTED_FROM, _("Adapted from")),
    (LinkType.COMBINED_FROM, _("Combined from")),
    (LinkType.COPIED_FROM, _("Copied from")),
    (LinkType.INSPIRED_BY, _("Inspired by")),
    (LinkType.CITES, _("Cites")),
    (LinkType.LED_TO, _("Led to")),
    (LinkType.SUPERSEDES, _("Supersedes")),
    (LinkType.CONTRADICTS, _("Contradicts")),
    (LinkType.ADDRESSES, _("Addresses")),
    (Planned.PLANNED, _("Planned beforehand")),
    (Planned.REACTIVE, _("Made along the way")),
    (CoreConsistency.CONSISTENT, _("Keeps the core")),
    (CoreConsistency.PARTLY, _("Keeps part of the core")),
    (CoreConsistency.INCONSISTENT, _("Changes the core")),
    (CoreConsistency.UNKNOWN, _("Not known whether it keeps the core")),
    (Cost.NONE, _("No cost")),
    (Cost.LOW, _("Low cost")),
    (Cost.MEDIUM, _("Medium cost")),
    (Cost.HIGH, _("High cost")),
    (Target.ROLE, _("A role")),
    (Target.ROUTINE, _("A routine")),
    (Target.TOOL, _("A tool")),
    (Target.POLICY, _("A policy")),
    (Target.SPACE, _("A space")),
    (Target.NORM, _("A norm")),
    (Stage.PLANNED, _("Planned")),
    (Stage.RUNNING, _("Running now")),
    (Stage.DONE, _("Done")),
    (Scale.ONE_STUDENT, _("One student")),
    (Scale.ONE_CLASS, _("One class")),
    (Scale.FIVE, _("About five classes")),
    (Scale.TWENTY_FIVE, _("About 25 classes")),
    (Scale.ALL, _("The whole school")),
    (AsPlanned.YES, _("Run as planned")),
    (AsPlanned.PARTLY, _("Partly run as planned")),
    (AsPlanned.NO, _("Not run as planned")),
    (ResultStatus.IMPROVED, _("Improved")),
    (ResultStatus.IMPROVED_FOR_SOME, _("Improved for some")),
    (ResultStatus.NO_CLEAR_CHANGE, _("No clear change")),
    (ResultStatus.GOT_WORSE, _("Got worse")),
    (ResultStatus.TOO_LITTLE_DATA, _("Too little data to tell")),
    (ResultStatus.NOT_AS_PLANNED, _("Not carried out as planned")),
    (ResultStatus.STOPPED_EARLY, _("Stopped early")),
    (Decision.ADOPT, _("Adopt")),
    (Decision.ADAPT, _("Adapt")),
    (Decision.ABANDON, _("Abandon")),
    (Decision.TEST_AGAIN, _("Test again elsewhere")),
    (Decision.SCALE, _("Scale")),
    (Decision.UNDECIDED, _("Undecided")),
    (StaffTime.UNDER_HOUR, _("Under an hour a week")),
    (StaffTime.TO_THREE_HOURS, _("1 to 3 hours a week")),
    (StaffTime.MORE, _("More than 3 hours a week")),
    (StaffTime.NOT_SAID, _("Not said by the week")),
    (EvidenceLabel.UNTESTED, _("Not tested yet")),
    (EvidenceLabel.TRIED_ONCE, _("Tested once")),
    (Direction.UP, _("Goes up")),
    (Direction.DOWN, _("Goes down")),
    (Direction.SAME, _("Stays the same")),
    (Confidence.LOW, _("Low confidence")),
    (Confidence.MEDIUM, _("Medium confidence")),
    (Confidence.HIGH, _("High confidence")),
    (Outcome.MET, _("Prediction met")),
    (Outcome.PARTLY, _("Prediction partly met")),
    (Outcome.NOT_MET, _("Prediction not met")),
    (Outcome.CANNOT_TELL, _("Cannot tell")),
    (MeasureKind.OUTCOME, _("Outcome measure")),
    (MeasureKind.DRIVER, _("Driver measure")),
    (MeasureKind.PROCESS, _("Process measure")),
    (MeasureKind.BALANCING, _("Balancing measure")),
    (LockLabel.BEFORE_DATA, _("Written before the data")),
    (LockLabel.WITH_RESULTS, _("Written with the results")),
    (LockLabel.AFTER_DATA, _("Entered after data")),
    (LockLabel.OPEN, _("Not locked yet")),
    (Section.PROBLEM, _("The problem")),
    (Section.CONTEXT, _("The place")),
    (Section.RATIONALE, _("Why we thought it would work")),
    (Section.WHAT_WE_DID, _("What we did")),
    (Section.EVOLUTION, _("How it changed along the way")),
    (Section.RESULTS, _("What happened")),
    (Section.FOR_WHOM, _("For whom")),
    (Section.LIMITS, _("What we cannot say")),
    (Section.ADVICE, _("If you want to try it")),
    (Phase.UNDERSTAND, _("Understand")),
    (Phase.PLAN, _("Plan and predict")),
    (Phase.TRY, _("Try")),
    (Phase.LEARN, _("Learn")),
    (Phase.DECIDE, _("Decide")),
    (Level.ELEMENTARY, _("Elementary school")),
    (Level.MIDDLE, _("Middle school")),
    (Level.HIGH, _("High school")),
    (Level.OTHER, _("Other school")),
    (Followed.IDEA, _("Change idea")),
    (Followed.SCHOOL, _("School")),
    (Followed.DRIVER, _("Driver")),
    (Followed.NETWORK, _("Network")),
    (CommentKind.COMMENT, _("Comment")),
    (CommentKind.QUESTION, _("Question")),
    (CommentKind.ANSWER, _("Answer")),
    (CommentState.SHOWN, _("Shown")),
    (CommentState.HIDDEN, _("Hidden")),
    (CommentState.REMOVED, _("Taken back")),
    (Frequency.OFF, _("Never")),
    (Frequency.DAILY, _("Every day")),
    (Frequency.WEEKLY, _("Every week, on Monday")),
)
_TABLE = {(type(word), word.value): text for word, text in LABELS}

RESULT_GLYPHS = {
    ResultStatus.IMPROVED: "▲",
    ResultStatus.IMPROVED_FOR_SOME: "◭",
    ResultStatus.NO_CLEAR_CHANGE: "=",
    ResultStatus.GOT_WORSE: "▼",
    ResultStatus.TOO_LITTLE_DATA: "?",
    ResultStatus.NOT_AS_PLANNED: "≠",
    ResultStatus.STOPPED_EARLY: "■",
}
DECISION_GLYPHS = {
    Decision.ADOPT: "✓",
    Decision.ADAPT: "↻",
    Decision.ABANDON: "✕",
    Decision.TEST_AGAIN: "→",
    Decision.SCALE: "⇈",
    Decision.UNDECIDED: "?",
}
RUNNING_GLYPH = "…"
LOCALES = {"1": _("City"), "2": _("Suburb"), "3": _("Town"), "4": _("Rural")}


def label(word: enum.StrEnum | None) -> LazyString | str:
    """Return the words for a code; nothing for None."""
    return "" if word is None else _TABLE[type(word), word.value]


def glyph(word: ResultStatus | Decision | None) -> str:
    """Return the sign that stands beside a result or decision; "…" while a test is running."""
    if word is None:
        return RUNNING_GLYPH
    return RESULT_GLYPHS[word] if isinstance(word, ResultStatus) else DECISION_GLYPHS[word]


def locale_name(code: str) -> LazyString | str:
    """Return the words for an NCES locale code (its first digit: city, suburb, town, rural); "" for none."""
    return LOCALES.get(code[:1], "")
