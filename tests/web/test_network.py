"""Tries are counted by the network address: of IPv6 by the part that one household or school has."""

import flask
import pytest

from kb.web.network import address


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_addresses(given: str, counted: str) -> None:
    with flask.Flask("test").test_request_context(environ_base={"REMOTE_ADDR": given}):
        assert address() == counted
