"""What passes as a password and as an address, and what a device is called."""

import pytest

from kb.accounts.rules import checked_email, checked_password, device
from kb.errors import InvalidError

ABOUT = ("Alice Moreno", "alice@ashgrove.example.org")


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars", "aaaaaaaaaaaa", "abcabcabcabc", "abcdabcdabcd", "123456789012", "987654321098", "qwertyuiop12",
        "passwordpassword", "Password1234!", "P@ssw0rd2026", "Summer2026!!", "welcome12345", "alicemoreno!!",
        "Ashgrove.2026", "abcdefghijkl", "x" * 501, "            ", "194837261948",
    ],
)  # fmt: skip
def test_what_is_guessed_easily_is_refused(password: str) -> None:
    with pytest.raises(InvalidError) as error:
        checked_password(password, about=ABOUT)
    assert error.value.facts["field"] == "password"


@pytest.mark.parametrize(
    "password",
    ["mango river candle 7", "correct horse battery", "tr0ub4dor&3xyzzy", "солнце над рекой", "x7Kq!mPz2&wL",
     "éééwtrpolkj!", "a sunshine of dragons under water", "qwertyuiop but then a longer story"],
)  # fmt: skip
def test_length_is_enough(password: str) -> None:
    assert checked_password(password, about=ABOUT)


def test_signs_of_two_keyboards_are_one() -> None:
    assert checked_password("cafe\u0301 au lait 99") == checked_password("caf\u00e9 au lait 99")


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a@b.", "@b.org", "a b@c.org", "a@b.org\nBcc: c@d.org", "a@b.org,c@d.org", "<a@b.org>", "a@b..org",
     "a@" + "b" * 300 + ".org", "a\x00@b.org"],
)  # fmt: skip
def test_what_is_no_address(email: str) -> None:
    with pytest.raises(InvalidError):
        checked_email(email)


def test_an_address_is_kept_in_one_form() -> None:
    assert checked_email("  Alice@Ashgrove.Example.ORG ") == "alice@ashgrove.example.org"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129 Safari/537.36", "Chrome on Chromebook"),  # noqa: E501
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),  # noqa: E501
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Mac"),
        ("curl/8.4\r\nX: y", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_devices(agent: str, words: str) -> None:
    assert device(agent) == words
