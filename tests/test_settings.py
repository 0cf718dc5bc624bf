"""Settings: sensible when nothing is said, refused with a sentence when they cannot be right."""

import json
import stat
import threading
from pathlib import Path

import pytest

from portal.app import create_app
from portal.config import SECRETS, Settings
from portal.errors import SettingError


def test_nothing_needs_to_be_said(tmp_path: Path) -> None:
    settings = Settings.from_environ({"TEKENPOORT_DATA": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'tekenpoort.db'}"
    assert (settings.host, settings.port, settings.demo, settings.secure) == ("127.0.0.1", 8000, False, False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "0", "PORT must be a number"),
        ("PORT", "70000", "PORT must be a number"),
        ("PORT", "web", "PORT must be a number"),
        ("TEKENPOORT_DEMO", "yes", "must be 0 or 1"),
        ("TEKENPOORT_URL", "portaal.example", "http or https address"),
        ("TEKENPOORT_URL", "ftp://portaal.example", "http or https address"),
        ("TEKENPOORT_URL", "http://portaal.example", "must begin with https://"),
        ("TEKENPOORT_DATABASE_URL", "mysql://x", "sqlite:/// or postgresql://"),
        ("TEKENPOORT_SMTP_URL", "mail.example", "must look like smtp://"),
        ("TEKENPOORT_TIME_STAMP_URL", "tsa.example", "RFC 3161"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_with_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        Settings.from_environ({name: value})


@pytest.mark.parametrize("where", [{"TEKENPOORT_HOST": "0.0.0.0"}, {"TEKENPOORT_URL": "https://portaal.example"}])
def test_a_demonstration_is_for_a_loopback_address_only(where: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="loopback"):
        Settings.from_environ({"TEKENPOORT_DEMO": "1", **where})
    Settings.from_environ({"TEKENPOORT_DEMO": "1"})


def test_postgresql_is_reached_with_the_driver_that_we_ship() -> None:
    settings = Settings.from_environ({"TEKENPOORT_DATABASE_URL": "postgresql://me@db/portal"})
    assert settings.database_url == "postgresql+psycopg://me@db/portal"


def a_folder(path: Path) -> Settings:
    return Settings(data=path, database_url="sqlite://")


def test_secrets_are_random_per_installation_and_for_the_owner_only(tmp_path: Path) -> None:
    one, other = a_folder(tmp_path / "one"), a_folder(tmp_path / "other")
    assert {one.secret(name) for name in SECRETS}.isdisjoint({other.secret(name) for name in SECRETS})
    assert stat.S_IMODE((tmp_path / "one" / "secrets.json").stat().st_mode) == 0o600
    assert one.secret("ledger") == a_folder(tmp_path / "one").secret("ledger")


def test_two_starts_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    found: list[str] = []
    starts = [threading.Thread(target=lambda: found.append(a_folder(tmp_path).secret("session"))) for _ in range(8)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()
    assert len(set(found)) == 1
    assert set(json.loads((tmp_path / "secrets.json").read_text())) == set(SECRETS)
    assert not list(tmp_path.glob(".secrets*"))


def test_the_portal_does_not_start_on_a_database_without_its_tables(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="tekenpoort migrate"):
        create_app(Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
