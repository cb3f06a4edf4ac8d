"""The command ``kb``: each subcommand stands in the ``commands`` module of its feature and is loaded when used."""

import importlib
import sys

import click

from kb import __version__
from kb.errors import KbError

COMMANDS = {
    "backup": "kb.backup.commands:backup",
    "bench": "kb.bench.commands:bench",
    "db": "kb.commands:db",
    "demo": "kb.commands:demo",
    "docs": "kb.commands:docs",
    "export": "kb.exporter.commands:export",
    "import": "kb.importer.commands:import_group",
    "jobs": "kb.jobs.commands:jobs",
    "mail": "kb.mail.commands:mail",
    "restore": "kb.backup.commands:restore",
    "search": "kb.search.commands:search",
    "serve": "kb.commands:serve",
    "user": "kb.accounts.commands:user",
    "worker": "kb.commands:worker",
}


class LazyGroup(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in alphabetical order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Throughline")
def kb() -> None:
    """Throughline: the knowledge base of networked improvement communities.

    To try it on this computer: kb demo
    """


def main() -> None:
    """Run the command; an error that a person should hear about is said in words, without a traceback."""
    try:
        kb()
    except KbError as error:
        click.echo(f"{error.title}: {error}" if str(error) != error.title else error.title, err=True)
        click.echo(error.advice, err=True)
        sys.exit(1)
    except Exception as error:
        words = _outside(error)
        if words is None:
            raise
        click.echo(words, err=True)
        sys.exit(1)


def _outside(error: Exception) -> str | None:
    """Return what to say of a fault of the disk or the database; None for one of our own, which is to be reported."""
    from sqlalchemy.exc import OperationalError  # here: "kb --help" does without it

    if isinstance(error, OperationalError):
        cause = str(error.orig).strip().split("\n", 1)[0]
        return f"The database does not answer as it should: {cause}\nCheck that it runs, and KB_DATABASE_URL."
    if isinstance(error, OSError):
        return f"A file cannot be read or written: {error}\nCheck its folder, who may write there, and the space left."
    return None
