"""The words of comments and what may become of one. Pure."""

import enum

LONGEST = 4_000
LONGEST_REASON = 300
SHOWN = 10  # threads on the page of a record; the page of the conversation shows all


class CommentKind(enum.StrEnum):
    """What somebody says about a record."""

    COMMENT = "comment"
    QUESTION = "question"
    ANSWER = "answer"


class CommentState(enum.StrEnum):
    """Whether readers see it: hidden by those who look after the record, or taken back by whoever wrote it."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"


STARTS = (CommentKind.COMMENT, CommentKind.QUESTION)  # an answer belongs to one of these
