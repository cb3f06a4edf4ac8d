"""Where a request comes from, as far as tries are counted by it."""

import ipaddress

import flask

_ONE_SITE = 64  # an IPv6 network of that many bits belongs to one household or school


def address() -> str:
    """Return the network address of the visitor: of IPv6 the first half, as whoever has one has them all."""
    given = flask.request.remote_addr or ""
    try:
        known = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _ONE_SITE), strict=False)) if known.version == 6 else str(known)  # noqa: PLR2004 - IPv6
