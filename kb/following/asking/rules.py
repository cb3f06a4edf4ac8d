"""How long a visitor's question is kept, and its limits. Pure."""

import datetime as dt
import enum

KEPT = dt.timedelta(days=180)
LONGEST = 3_000
LONGEST_ANSWER = 6_000


class About(enum.StrEnum):
    """The kind of page a question was asked on."""

    IDEA = "idea"
    CYCLE = "cycle"
    CASE = "case"
    SCHOOL = "school"
