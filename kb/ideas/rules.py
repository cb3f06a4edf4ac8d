"""The words of a change idea. Pure."""

import enum


class Cost(enum.StrEnum):
    """What it costs beyond staff time."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Target(enum.StrEnum):
    """What the idea changes."""

    ROLE = "role"
    ROUTINE = "routine"
    TOOL = "tool"
    POLICY = "policy"
    SPACE = "space"
    NORM = "norm"


TEXTS = ("hypothesis", "how_to_try", "core_parts", "adaptable_parts", "materials")  # Markdown, in reading order
