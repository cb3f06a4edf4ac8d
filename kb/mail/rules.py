"""What may stand in the head of a mail: pure."""

import re

KIND = "mail.send"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_BREAK = re.compile("[\r\n\0\v\f\x1c-\x1e\x85\u2028\u2029]")
OURS = frozenset(
    {"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "return-path", "received"}
)


def is_address(text: str) -> bool:
    """Say whether this is one plain address: no name, no list, no line break."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text


def is_line(text: str) -> bool:
    """Say whether the text is one line: a second one would be another header."""
    return _BREAK.search(text) is None


def is_free_header(name: str) -> bool:
    """Say whether a caller may set this header: not those that say who writes to whom and what the body is."""
    lowered = name.lower()
    return _NAME.fullmatch(name) is not None and lowered not in OURS and not lowered.startswith("content-")
