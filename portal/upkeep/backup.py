"""The backup: the database as it is at one moment, with the keys and certificates without which it cannot be read."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from portal import clock
from portal.config import Settings
from portal.database import reader
from portal.errors import SettingError
from portal.record import ledger
from portal.upkeep import notes

COPY, DUMP = "tekenpoort.db", "tekenpoort.dump"
BESIDE = ("secrets.json", "authority", "demo.json")
"""What stands beside the database in the data folder and belongs to it."""


def backup(settings: Settings, folder: Path) -> Path:
    """Make a backup in a new folder under this one, for its owner only; says where. Works while the portal works.

    What is in it is listed with its SHA-256 in manifest.json, with the size and head of the ledger at a moment before
    the copy: a restored database must have at least those entries.
    """
    head = ledger.head(reader())
    reader.rollback()
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"tekenpoort-{clock.now():%Y%m%d-%H%M%S}"
    if place.exists():
        raise SettingError(f"{place} is there already. Wait a second and try again.")
    draft = folder / f".{place.name}-{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)
    try:
        _copy_database(settings, draft)
        for name in BESIDE:
            _copy_beside(settings.data / name, draft / name)
        manifest = {
            "made_at": clock.now().isoformat(),
            "version": version("tekenpoort"),
            "ledger": head.as_mapping(),
            "files": {
                str(path.relative_to(draft)): _digest(path) for path in sorted(draft.rglob("*")) if path.is_file()
            },
        }
        (draft / "manifest.json").write_text(json.dumps(manifest, indent=1))
        for path in draft.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            _flush(path)
        draft.rename(place)
        _flush(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    notes.note(settings.data, notes.BACKUP, place=str(place.resolve()), bytes=size, ledger=head.size)
    return place


def _copy_database(settings: Settings, draft: Path) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        here, there = sqlite3.connect(url.database or ""), sqlite3.connect(draft / COPY)
        with contextlib.closing(here), contextlib.closing(there):
            here.backup(there)
            _refuse_damage(there)
        return
    program = shutil.which("pg_dump")
    if program is None:
        raise SettingError("A backup of PostgreSQL needs pg_dump: apt-get install -y postgresql-client")
    # The password goes by the environment: in a command it would show in the list of processes.
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environ = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    command = [program, "--format=custom", "--file", str(draft / DUMP), "--dbname", address]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if done.returncode:
        raise SettingError(f"pg_dump could not copy the database: {done.stderr.strip()[:500]}")


def _copy_beside(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)


def _refuse_damage(copy: sqlite3.Connection) -> None:
    found: list[tuple[Any, ...]] = copy.execute("PRAGMA quick_check").fetchall()
    if found != [("ok",)]:
        raise SettingError(f"The copy of the database is not sound: {found[0][0]}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Wait until the disk has it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
