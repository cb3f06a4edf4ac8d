"""Settings: documented, checked at the start, and each fault says which variable and why."""

from pathlib import Path

import pytest

from kb import config
from kb.config import Settings, load
from kb.errors import SettingsError


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KB_{name.upper()}", raising=False)


def test_it_works_without_any_setting() -> None:
    settings = load()
    assert settings.database.startswith("sqlite:///")
    assert settings.index_dir == settings.data_dir / "index"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SITE_NAME", "North Valley")
    monkeypatch.setenv("KB_DATABASE_URL", "postgresql+psycopg://kb@db/kb")
    settings = load()
    assert (settings.site_name, settings.database) == ("North Valley", "postgresql+psycopg://kb@db/kb")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KB_PORT", "http", "KB_PORT: "),
        ("KB_THREADS", "0", "KB_THREADS: "),
        ("KB_LOG_FORMAT", "xml", "KB_LOG_FORMAT: "),
        ("KB_SECRET_KEY", "short", "KB_SECRET_KEY: at least 32 characters"),
        ("KB_SEARCH", "postgres", "KB_SEARCH: `postgres` needs a PostgreSQL database"),
        ("KB_SEARCH", "solr", "KB_SEARCH: "),
        ("KB_DATABSE_URL", "x", "Unknown setting KB_DATABSE_URL"),
    ],
)
def test_a_fault_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as fault:
        load()
    assert str(fault.value).startswith(says)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().port = 1  # type: ignore[misc]


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = load(data_dir=tmp_path / "new").key
    assert len(first) == 64
    assert load(data_dir=tmp_path / "new").key == first
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o077 == 0


def test_the_secret_never_shows_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SECRET_KEY", "s" * 40)
    assert "sss" not in repr(load())


def test_every_setting_is_documented() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
    assert Path("docs/settings.md").read_text() == config.as_markdown()


def test_shipped_folders_are_found_beside_the_package() -> None:
    assert (config.bundled("migrations") / "env.py").is_file()
    assert (config.bundled("content") / "methods" / "pdsa.md").is_file()


def test_shipped_folders_are_found_inside_a_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(config, "PACKAGE", tmp_path / "kb")
    assert config.bundled("static") == tmp_path / "kb" / "_bundled" / "static"
