"""Runs the application under granian: one worker with threads, which ends when its parent does."""

import ctypes
import functools
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from multiprocessing.util import Finalize
from typing import Any

import click

from kb.config import Settings
from kb.errors import KbError

PORTS_TRIED = 50
BACKPRESSURE = 64
_READY_WITHIN = 60.0
_PR_SET_PDEATHSIG = 1


class NoPortError(KbError):
    """No free port was found near the one asked for."""

    title = "No free port"
    advice = "Name a free one with --port."


def free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or the next free one; granian would share a busy port silently."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if _is_free(host, port):
            return port
    message = f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are busy."
    raise NoPortError(message)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def serve_forever(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; a request in flight is finished. Says the address once it answers."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import MPServer

    port = free_port(settings.host, settings.port)
    if port != settings.port:
        click.echo(f"Port {settings.port} is busy, so this is port {port}.")
    server = MPServer(
        "kb",
        address=settings.host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        backpressure=BACKPRESSURE,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=functools.partial(load_app, settings, port, os.getpid()), wrap_loader=False)


def load_app(settings: Settings, port: int, parent: int) -> Callable[..., Any]:
    """Make the application inside the worker and start what runs beside it.

    Threads start here and not in the parent: a worker forked while a thread holds a lock would wait for it for ever.
    """
    from kb import work
    from kb.app import create_app
    from kb.web import logs

    _die_with(parent)
    logs.configure(settings)
    app = create_app(settings.model_copy(update={"port": port}))  # the one in use, for links in mail
    held, search = app.extensions["kb"], app.extensions["kb.search"]
    search.start()
    if settings.worker:
        worker = work.worker(held.database, held.settings, {"search": search})
        held.after_commit.append(worker.wake)
        worker.start()
        Finalize(None, worker.stop, exitpriority=2)
    Finalize(None, search.stop, exitpriority=1)  # after the last request; what is noted and in hand is not lost
    threading.Thread(target=_say_when_ready, args=(settings.host, port), daemon=True).start()
    return app


def _die_with(parent: int) -> None:
    """Ask Linux to end this worker when its parent is killed; elsewhere the parent's own shutdown has to do."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGTERM)


def _say_when_ready(host: str, port: int) -> None:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    address = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/livez", timeout=1).close()  # noqa: S310 - our own http address
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            click.echo(f"\nThroughline is ready. Open {address}\nStop it with Ctrl+C.")
            return
