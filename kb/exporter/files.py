"""Writes a document as a file: front matter and texts, always the same bytes for the same document. Pure."""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any

import yaml

from kb.documents import time_text
from kb.markup import normalise
from kb.sections import write_sections

_DUMPER: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
WIDTH = 110


class _Dumper(_DUMPER):  # type: ignore[misc]  # chosen at run time
    """Writes dates and times as files hold them, enums as their words, and never a reference."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _time(dumper: Any, moment: dt.datetime) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:timestamp", time_text(moment))
    return node


def _word(dumper: Any, word: enum.StrEnum) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_str(word.value)
    return node


_Dumper.add_representer(dt.datetime, _time)
_Dumper.add_multi_representer(enum.StrEnum, _word)


def write_file(fields: Mapping[str, Any], headings: Mapping[str, str]) -> str:
    """Return the text of a file; ``body`` or ``texts`` (also in ``content``) go below the front matter."""
    head = dict(fields)
    body = head.pop("body", "")
    texts = head.pop("texts", {})
    if "content" in head:
        head["content"] = dict(head["content"])
        texts = head["content"].pop("texts", {})
    front = yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=WIDTH)
    below = write_sections({name: normalise(text) for name, text in texts.items()}, headings) or normalise(body)
    return f"---\n{front}---\n" + (f"\n{below.rstrip()}\n" if below else "")
