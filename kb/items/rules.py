"""The words items use, and rules that hold for every kind. Pure: values in, values out."""

import enum


class Kind(enum.StrEnum):
    """What an item is."""

    IDEA = "idea"
    CYCLE = "cycle"
    CASE = "case"


FOLDERS = {Kind.IDEA: "ideas", Kind.CYCLE: "cycles", Kind.CASE: "cases"}  # of their addresses


class Language(enum.StrEnum):
    """The language an item is written in."""

    EN = "en"
    ES = "es"


class Vocabulary(enum.StrEnum):
    """Which list of tags a tag belongs to."""

    TOPIC = "topic"
    SUBJECT = "subject"
    GRADE = "grade"
    GROUP = "group"


class GradeBand(enum.StrEnum):
    """The grade bands: the only tags of the vocabulary "grade"."""

    PK_2 = "pk-2"
    G3_5 = "3-5"
    G6_8 = "6-8"
    G9_12 = "9-12"
    ADULT = "adult"


class CreditRole(enum.StrEnum):
    """What somebody did for an item. Students and families are named by role only."""

    TEACHER = "teacher"
    LEADER = "leader"
    COACH = "coach"
    COUNSELOR = "counselor"
    HUB = "hub"
    AIDE = "aide"
    RESEARCHER = "researcher"
    STUDENT = "student"
    FAMILY = "family"


class LinkType(enum.StrEnum):
    """How one item refers to another. The source is the younger: it adapts, cites, supersedes the target."""

    ADAPTED_FROM = "adapted_from"
    COMBINED_FROM = "combined_from"
    COPIED_FROM = "copied_from"
    INSPIRED_BY = "inspired_by"
    CITES = "cites"
    LED_TO = "led_to"
    SUPERSEDES = "supersedes"
    CONTRADICTS = "contradicts"
    ADDRESSES = "addresses"


ANCESTRY = (LinkType.ADAPTED_FROM, LinkType.COMBINED_FROM, LinkType.COPIED_FROM, LinkType.INSPIRED_BY)


class Planned(enum.StrEnum):
    """Whether an adaptation was made beforehand or along the way (FRAME)."""

    PLANNED = "planned"
    REACTIVE = "reactive"


class CoreConsistency(enum.StrEnum):
    """Whether an adaptation keeps the core of its parent (FRAME)."""

    CONSISTENT = "consistent"
    PARTLY = "partly"
    INCONSISTENT = "inconsistent"
    UNKNOWN = "unknown"


class RevisionStatus(enum.StrEnum):
    """What became of a revision.

    The published text, an edit waiting for review, one that the reviewer sent back, one that was not taken; and a text
    that was saved on the way (a draft, or an edit that a later one took the place of).
    """

    PUBLISHED = "published"
    PROPOSED = "proposed"
    RETURNED = "returned"
    DECLINED = "declined"
    SAVED = "saved"
