"""Every pair of colours that is used can be read, in light and in dark."""

import re
from pathlib import Path

import pytest

from kb.config import PACKAGE, bundled

TOKENS = (Path(bundled("static")) / "css" / "tokens.css").read_text()
TEXT, CONTROL = 4.5, 3.0
ON_PAPER = ("ink", "muted", "brand", "brand-deep", "visited", "accent", "ok", "warn", "no", "run")
PAIRS = (
    *((colour, paper, TEXT) for colour in ON_PAPER for paper in ("bg", "surface")),
    *((colour, f"{colour}-soft", TEXT) for colour in ("ok", "warn", "no", "run")),
    *(("ink", f"{colour}-soft", TEXT) for colour in ("ok", "warn", "no", "run")),
    ("ink", "mark", TEXT),
    ("ink", "wash", TEXT),
    ("brand-deep", "wash", TEXT),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-deep", TEXT),
    ("on-focus", "focus", TEXT),
    ("control", "bg", CONTROL),
    ("control", "surface", CONTROL),
    ("ink", "focus", CONTROL),
)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})\b", block))


def schemes() -> dict[str, dict[str, str]]:
    light, dark = TOKENS.split("@media screen and (prefers-color-scheme:dark)")
    return {"light": colours(light), "dark": {**colours(light), **colours(dark)}}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#ffffff", "#1b2430") == pytest.approx(15.7, abs=0.1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("one", "other", "least"), PAIRS)
def test_a_pair_can_be_read(scheme: str, one: str, other: str, least: float) -> None:
    held = schemes()[scheme]
    if scheme == "dark" and (one, other) == ("ink", "focus"):
        one = "on-focus"  # in the dark the yellow ring stands out by itself
    assert contrast(held[one], held[other]) >= least


def test_colours_stand_in_the_tokens_alone() -> None:
    allowed = {"tokens", "print"}
    for path in (Path(bundled("static")) / "css").glob("*.css"):
        if path.stem not in allowed:
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", re.sub(r"/\*.*?\*/", "", path.read_text())) == [], path


def test_every_token_that_is_used_is_there() -> None:
    known = set(re.findall(r"--([a-z0-9-]+):", TOKENS))
    pages = "".join(path.read_text() for path in (PACKAGE / "templates").rglob("*.html"))
    numbers = set(re.findall(r"--([a-z]+):", pages))  # set for one element by its page
    for path in (Path(bundled("static")) / "css").glob("*.css"):
        used = set(re.findall(r"var\(--([a-z0-9-]+)", path.read_text()))
        own = set(re.findall(r"(?<![a-z])--([a-z0-9-]+):", path.read_text()))
        assert used - known - own - numbers == set(), path.name
