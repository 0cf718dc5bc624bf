"""The stage of the witness's tests: the demonstration, built once, and copies of it to work in and to damage."""

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit, clock, outcomes, serving
from portal.app import open_database
from portal.audit import Finding
from portal.cases import signing
from portal.cases.access import Visitor
from portal.cases.tables import Case, Document
from portal.config import Settings
from portal.database import Database, act, reader
from portal.parties import authenticator
from portal.parties.tables import Person
from portal.views.sign_in import totp_secrets
from portal.worker import Worker

HOUSE = Path(__file__).resolve().parent.parent
ANN, KARIN = "ann.devries@amersfoort.example", "karin.visser@helmond.example"
COMPLETE, HALF_SIGNED = "BV-2026-00001", "BV-2026-00002"


def settings_of(folder: Path, **other: Any) -> Settings:
    return Settings(data=folder, database_url=f"sqlite:///{folder / 'tekenpoort.db'}", demo=True, **other)


@dataclass
class Installation:
    """One data folder with all that is in it."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return settings_of(self.folder)

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "TEKENPOORT_DATA": str(self.folder), "TEKENPOORT_DEMO": "1"}

    @cached_property
    def database(self) -> Database:
        return open_database(self.settings)

    @contextmanager
    def opened(self) -> Iterator[None]:
        with self.database.opened():
            yield

    # --- Looking and damaging, past the portal

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Straight into the database, as somebody who owns it could."""
        connection = sqlite3.connect(self.folder / "tekenpoort.db", timeout=30)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def one(self, statement: str, *values: object) -> Any:
        [[value]] = self.sql(statement, *values)
        return value

    def document(self, reference: str) -> str:
        """The id of a case's document, as its table has it."""
        return str(
            self.one('select d.id from document d join "case" c on c.id = d.case_id where c.reference = ?', reference)
        )

    def entries(self, act_: str) -> list[int]:
        """The numbers of the ledger entries of one act."""
        return [number for (number,) in self.sql("select number from ledger_entry where act = ? order by 1", act_)]

    # --- The witness

    def report(self) -> audit.Report:
        with self.opened():
            return audit.verify(self.settings)

    def found(self, *parts: str) -> tuple[Finding, ...]:
        """What some parts of the audit find (all, when none is named)."""
        with self.opened():
            return audit.verify(self.settings, *parts).findings

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The real command line."""
        command = [sys.executable, "-m", "portal.commands", *words]
        return subprocess.run(command, env=self.environ, cwd=HOUSE, capture_output=True, text=True, check=False)

    # --- Acts

    @cached_property
    def worker(self) -> Worker:
        return Worker(self.database, self.settings, lambda endpoint, _: f"http://here/{endpoint}")

    def sign(self, email: str, reference: str) -> None:
        """The act of signing, with the code of this moment."""
        with self.opened():
            person = reader.scalars(select(Person).filter_by(email=email)).one()
            document = reader.scalars(select(Document).join(Document.case).filter_by(reference=reference)).one()
            signing.sign(
                {document.id: document.certified or ""},
                by=Visitor(person.id),
                typed_name=person.name,
                code=authenticator.unused_code(person, totp_secrets=totp_secrets(self.settings)),
                code_is_good=self._code_is_good,
                follow=self.follow,
            )

    def follow(self, session: Session, case: Case) -> None:
        outcomes.follow(session, case, link_secret=self.settings.secret("link"))

    def _code_is_good(self, session: Session, person_id: uuid.UUID, code: str) -> bool:
        return authenticator.code_is_good(session, person_id, code, totp_secrets=totp_secrets(self.settings))

    def add(self, *rows: Any) -> None:
        """Rows, in one act."""
        with self.opened(), act() as session:
            session.add_all(rows)

    def copy(self, folder: Path) -> "Installation":
        """Another installation with the same in it."""
        self.close()
        shutil.copytree(self.folder, folder)
        return Installation(folder)

    def close(self) -> None:
        """Let go of the file, so that it is whole by itself."""
        if "database" in self.__dict__:
            self.database.engine.dispose()


# --- After a fault


def recover(place: Installation) -> None:
    """A new worker on what was left behind, some minutes later."""
    with clock.standing_at(clock.now()):
        place.worker.round()
    with clock.standing_at(clock.now() + dt.timedelta(minutes=5)):
        place.worker.round()


def witnessed(place: Installation, *, all_of_it: bool) -> tuple[Finding, ...]:
    """What the witness finds; examining the PDFs takes a while, so some of the times all of it is asked."""
    return place.found() if all_of_it else place.found("ledger", "files", "documents", "decisions")


def seals(place: Installation) -> list[int]:
    """How often each signature was sealed, according to the ledger."""
    return [
        place.one(
            "select count(*) from ledger_entry where act = 'seal' and json_extract(detail, '$.signature') = ?",
            f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}",
        )
        for (id_,) in place.sql("select id from signature")
    ]


# --- Fixtures


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demonstration as it comes, which nobody may change."""
    folder = tmp_path_factory.mktemp("demonstration")
    serving.prepare(settings_of(folder))
    made = Installation(folder)
    made.sql("pragma wal_checkpoint(truncate)")  # so that copies of the folder are whole
    return made


@pytest.fixture
def portal_copy(demonstration: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the demonstration for one test."""
    copied = demonstration.copy(tmp_path / "data")
    yield copied
    copied.close()


@pytest.fixture(scope="session")
def just_signed(demonstration: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demonstration in which the second signatory of the half-signed declaration has signed: not sealed yet."""
    made = demonstration.copy(tmp_path_factory.mktemp("signed") / "data")
    made.sign(KARIN, HALF_SIGNED)
    made.close()
    return made
