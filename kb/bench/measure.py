"""Measures addresses over HTTP in turns, so that a machine that grows slower meanwhile harms no comparison."""

import http.client
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from typing import Any

from kb.bench.processes import HOST, Server
from kb.errors import KbError

ROUND = 20  # requests of one address before the next has its turn
WARM_UP = 6
_HEADERS = {"Accept-Encoding": "gzip", "Accept": "text/html", "User-Agent": "kb bench"}
_MILLION = 1e6


class PageError(KbError):
    """A page did not answer 200, so its time means nothing."""

    title = "A page could not be measured"
    advice = "Open it in a browser and look what is wrong."


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU of the server and time for the client, in milliseconds a request; ``bytes`` as sent."""

    cpu_ms: float
    p50_ms: float
    p95_ms: float
    bytes: int
    ratio_to_bare: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """Return the figures, rounded to what can be repeated."""
        return {name: value if isinstance(value, int) else round(value, 3) for name, value in asdict(self).items()}


class Address:
    """One path of one server and what was measured of it so far."""

    def __init__(self, server: Server, path: str) -> None:
        self._server, self.path = server, path
        self._connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
        self.cpu: list[float] = []  # a request, by round
        self._wall: list[float] = []
        self._bytes = 0

    def warm_up(self) -> None:
        """Ask a few times before it counts."""
        for _ in range(WARM_UP):
            self._ask()

    def round(self, requests: int) -> None:
        """Ask that many times and note CPU and time."""
        before = self._server.cpu_ns()
        for _ in range(requests):
            started = time.perf_counter_ns()
            self._ask()
            self._wall.append((time.perf_counter_ns() - started) / _MILLION)
        self.cpu.append((self._server.cpu_ns() - before) / _MILLION / requests)

    def figures(self, bare: "Address") -> Figures:
        """Return the medians of all rounds; the ratio is that of rounds that ran side by side."""
        ratios = [own / other for own, other in zip(self.cpu, bare.cpu, strict=True)]
        return Figures(
            cpu_ms=statistics.median(self.cpu),
            p50_ms=statistics.median(self._wall),
            p95_ms=statistics.quantiles(self._wall, n=20, method="inclusive")[-1],
            bytes=self._bytes,
            ratio_to_bare=statistics.median(ratios),
        )

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _ask(self) -> None:
        self._connection.request("GET", self.path, headers=_HEADERS)
        answer = self._connection.getresponse()
        self._bytes = len(answer.read())
        if answer.status != http.client.OK:
            message = f"{self.path} answered {answer.status}."
            raise PageError(message)


def side_by_side(
    bare: Server, servers: Mapping[str, Server], path: str, requests: int
) -> tuple[Figures, dict[str, Figures]]:
    """Measure the path on each server in turn with the bare page; return the bare figures and each server's."""
    plain = Address(bare, "/1")
    addresses = {name: Address(server, path) for name, server in servers.items()}
    everyone: Sequence[Address] = (plain, *addresses.values())
    with ExitStack() as stack:
        for address in everyone:
            stack.enter_context(closing(address))
            address.warm_up()
        for _ in range(max(2, requests // ROUND)):
            for address in everyone:
                address.round(ROUND)
    return plain.figures(plain), {name: address.figures(plain) for name, address in addresses.items()}
