"""Settings: one frozen value, read from the environment (``KB_…``) at the start, each explained in a sentence."""

import os
import secrets
from pathlib import Path
from typing import Literal

import pydantic
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kb.errors import SettingsError

PACKAGE = Path(__file__).parent
SECRET_BYTES = 32


class Settings(BaseSettings):
    """Everything an operator can set. Unknown ``KB_`` variables are reported by ``load``."""

    model_config = SettingsConfigDict(env_prefix="KB_", frozen=True, extra="forbid")

    data_dir: Path = Field(
        default=Path("throughline-data"),
        description="The one folder that holds the SQLite database, the search index, attached files and the secret "
        "key.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the database. Empty: SQLite in the data folder. "
        "For PostgreSQL: `postgresql+psycopg://user:password@host/name`.",
    )
    secret_key: pydantic.SecretStr = Field(
        default=pydantic.SecretStr(""),
        description="Signs cookies; at least 32 characters. Empty: made at the first start and kept in the data "
        "folder. Several web nodes must share one.",
    )
    site_name: str = Field(
        default="Throughline",
        min_length=1,
        max_length=60,
        description="The name shown at the top of every page.",
    )
    host: str = Field(default="127.0.0.1", description="The address `kb serve` listens on.")
    port: int = Field(
        default=8000,
        ge=0,
        le=65535,
        description="The port `kb serve` listens on; a busy one is said and the next one taken.",
    )
    threads: int = Field(default=4, ge=1, le=64, description="How many requests one process answers at the same time.")
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies stand in front and set `X-Forwarded-…`; 0: such headers are ignored.",
    )
    https: bool = Field(
        default=False, description="True when people reach the site by https: cookies are then sent by https only."
    )
    contact_email: str = Field(
        default="", description="Where reports of a privacy problem and questions go; shown on every page when set."
    )
    base_url: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.\-\[\]:]+/?)?$",
        description="The address people reach the site by, such as `https://throughline.example.org`: for links in "
        "mail, files and feeds, which must not trust what a request says. Needed for mail.",
    )
    mail_from: str = Field(
        default="",
        pattern=r"^([^@\s]+@[^@\s]+)?$",
        description="The sender of all mail, such as `throughline@example.org`. Empty: the contact address.",
    )
    smtp_host: str = Field(
        default="", description="The server that takes mail. Empty: mail is printed where the site runs, and not sent."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_user: str = Field(default="", description="The name to sign in with there. Empty: without signing in.")
    smtp_password: pydantic.SecretStr = Field(default=pydantic.SecretStr(""), description="The password for it.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`starttls` begins in the clear and then encrypts, `tls` encrypts from the first byte (port 465), "
        "`none` is for a server on the same machine. Certificates are checked.",
    )
    worker: bool = Field(
        default=True, description="Whether `kb serve` also does jobs and sends mail; False where `kb worker` does."
    )
    oidc_issuer: str = Field(
        default="",
        description="The OpenID Connect provider of single sign-on: `https://accounts.example.org`. Empty: none.",
    )
    oidc_client_id: str = Field(default="", description="What the provider calls this site.")
    oidc_client_secret: pydantic.SecretStr = Field(
        default=pydantic.SecretStr(""), description="The secret the provider gave for it."
    )
    oidc_name: str = Field(
        default="",
        max_length=60,
        description="What people call the provider: stands on the button of the sign-in page.",
    )
    oidc_trust_email: bool = Field(
        default=False,
        description="Whether an address the provider says is verified opens the account that has it. Otherwise people "
        "connect the two themselves, or come in by an invitation.",
    )
    search: Literal["whoosh", "postgres"] = Field(
        default="whoosh",
        description="The search engine: `whoosh` keeps an index in a folder of each node; `postgres` keeps one in the "
        "database for all nodes, which must then be PostgreSQL.",
    )
    search_dir: Path | None = Field(
        default=None, description="The folder of the search index. Empty: `index` in the data folder."
    )
    attachments_dir: Path | None = Field(
        default=None,
        description="The folder of attached files, shared by all web nodes. Empty: `attachments` in the data folder.",
    )
    search_time_limit: float = Field(
        default=0.5, gt=0, le=10, description="Seconds after which a search stops and says so."
    )
    page_cache_mb: int = Field(
        default=32, ge=0, le=1024, description="Memory for finished pages of visitors without an account, in megabytes."
    )
    max_request_mb: int = Field(default=21, ge=1, le=1024, description="The largest request accepted, in megabytes.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="`text` for people, `json` for machines; one line an event, each with a request id."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least serious event that is logged."
    )

    @property
    def database(self) -> str:
        """The address of the database in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'throughline.db').resolve()}"

    @property
    def index_dir(self) -> Path:
        """The folder of the search index in force."""
        return self.search_dir or self.data_dir / "index"

    @property
    def attachments_folder(self) -> Path:
        """The folder of attached files in force."""
        return self.attachments_dir or self.data_dir / "attachments"

    @property
    def site_url(self) -> str:
        """The address of the site for links that leave it, without a slash at its end."""
        shown = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return self.base_url.rstrip("/") or f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}"

    def link(self, path: str) -> str:
        """Return the full address of a path of the site, for mail and feeds; never from what a request says."""
        return f"{self.site_url}{path}"

    @property
    def sender(self) -> str:
        """The address mail comes from."""
        return self.mail_from or self.contact_email or "throughline@localhost"

    @property
    def key(self) -> str:
        """The secret key in force; made and kept in the data folder when none is set."""
        given = self.secret_key.get_secret_value()
        return given or _kept_secret(self.data_dir / "secret_key")


def load(**given: object) -> Settings:
    """Return the settings from the environment, ``given`` first.

    Raises SettingsError with one sentence a fault, each naming the variable and what it takes.
    """
    known = {f"KB_{name}".upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith("KB_") and name not in known)
    if unknown:
        message = f"Unknown setting {', '.join(unknown)}. docs/settings.md lists all."
        raise SettingsError(message)
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except pydantic.ValidationError as error:
        faults = [f"KB_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
        raise SettingsError("; ".join(faults)) from error
    if 0 < len(settings.secret_key.get_secret_value()) < SECRET_BYTES:
        message = f"KB_SECRET_KEY: at least {SECRET_BYTES} characters"
        raise SettingsError(message)
    if settings.smtp_host and not settings.base_url:
        message = "KB_BASE_URL: needed with KB_SMTP_HOST, so that links in mail lead here"
        raise SettingsError(message)
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_name):
        message = "KB_OIDC_CLIENT_ID and KB_OIDC_NAME: needed with KB_OIDC_ISSUER"
        raise SettingsError(message)
    if settings.search == "postgres" and not settings.database.startswith("postgresql"):
        message = "KB_SEARCH: `postgres` needs a PostgreSQL database in KB_DATABASE_URL; with SQLite use `whoosh`"
        raise SettingsError(message)
    return settings


def as_markdown() -> str:
    """Return the page ``docs/settings.md``: every setting with its default and its sentence."""
    rows = [
        f"| `KB_{name.upper()}` | {_default(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = "| variable | default | what it does |\n| --- | --- | --- |"
    return (
        f"# Settings\n\nRead from the environment at the start. Made by `kb docs settings`.\n\n{head}\n"
        + "\n".join(rows)
        + "\n"
    )


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    if default is None or isinstance(default, pydantic.SecretStr) or default == "":
        return "–"
    return f"`{default}`"


def bundled(name: Literal["static", "migrations", "content"]) -> Path:
    """Return a folder that ships with the product: beside the package in a checkout, inside it in a wheel."""
    beside = PACKAGE.parent / name
    if (PACKAGE.parent / "pyproject.toml").is_file() and beside.is_dir():
        return beside
    return PACKAGE / "_bundled" / name


def _kept_secret(path: Path) -> str:
    """Return the secret in the file, making it first if there is none; two processes that start at once agree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(SECRET_BYTES))
    return path.read_text().strip()
