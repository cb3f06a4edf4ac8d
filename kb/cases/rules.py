"""The sections of a case study, after the headings of SQUIRE-EDU. Pure."""

import enum


class Section(enum.StrEnum):
    """The sections, in reading order."""

    PROBLEM = "problem"
    CONTEXT = "context"
    RATIONALE = "rationale"
    WHAT_WE_DID = "what_we_did"
    EVOLUTION = "evolution"
    RESULTS = "results"
    FOR_WHOM = "for_whom"
    LIMITS = "limits"
    ADVICE = "advice"


TEXTS = tuple(section.value for section in Section)
