"""The command says what is wrong outside of it in words; a fault of its own stays a fault."""

import sys
from pathlib import Path

import pytest

from kb import cli


def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what the command says when it ends with 1."""
    monkeypatch.setattr(sys, "argv", ["kb", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_a_database_that_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KB_DATABASE_URL", f"sqlite:///{tmp_path}/no/such/folder/x.db")
    words = say(monkeypatch, capsys, "export", str(tmp_path / "out"))
    assert "unable to open database file" in words
    assert "KB_DATABASE_URL" in words


def test_a_folder_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "file" / "data"))
    assert "Check its folder" in say(monkeypatch, capsys, "export", str(tmp_path / "out"))


def test_a_setting_says_where_to_read_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KB_PORT", "abc")
    words = say(monkeypatch, capsys, "export", "out")
    assert "KB_PORT" in words
    assert "docs/settings.md" in words


def test_a_fault_of_its_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "kb", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main()
