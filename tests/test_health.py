"""The health page: each part judged in words, what failed tried again, and the backup that it asks for."""

import datetime as dt
import inspect
import json
import os
import re
import shutil
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from portal import audit, clock, worker
from portal.app import open_database
from portal.config import Settings
from portal.database import reader
from portal.documents import authority
from portal.errors import SettingError
from portal.record import jobs, ledger, outbox
from portal.record.jobs import Job
from portal.record.outbox import Mail
from portal.serving import doctor
from portal.upkeep import backup, health, nightly, notes
from portal.views.health import WORK
from portal.worker import Worker
from tests.browser import Browser
from tests.builders import ANN, SANNE, TOM, Portal, accepted_terms
from tests.conftest import Installation

PAGE = "/servicedesk/gezondheid"


@pytest.fixture(autouse=True)
def no_notes(installation: Installation) -> None:
    """The notes of one test are not those of the next: they stand beside the database."""
    for name in (notes.ALIVE, notes.BACKUP, notes.VERIFY):
        (installation.settings.data / name).unlink(missing_ok=True)


def page(portal: Portal) -> Browser:
    return portal.sign_in(SANNE).open(PAGE)


def parts(browser: Browser) -> dict[str, str]:
    """Every part of the page with its judgement in words."""
    rows = [each for each in browser.all("li") if any(one.get("class") == "task-title" for one in each.iter("span"))]
    said = {}
    for row in rows:
        title = next(one for one in row.iter("span") if one.get("class") == "task-title")
        judged = [one for one in row.iter("span") if "status" in one.get("class", "").split()]
        if judged:
            said["".join(title.itertext())] = "".join(judged[0].itertext()).strip()
    return said


def noted(portal: Portal, name: str, **facts: object) -> None:
    with portal.opened():
        notes.note(portal.settings.data, name, **facts)


# --- The page ----------------------------------------------------------------------------------------------------


def test_every_part_says_how_it_is_in_words(portal: Portal) -> None:
    """quality.md: never by colour alone; each status has its own icon and its own words."""
    _ = portal.worker  # with which the certificates come
    said = parts(page(portal))
    assert set(said) >= {
        "Werk op de achtergrond", "Taken", "Stukken", "Mail", "Mailserver", "Certificaat van het zegel", "Back-up",
        "Nalezen", "Schijfruimte", "Database",
    }  # fmt: skip
    assert set(said.values()) <= {"in orde", "kijk hiernaar", "nu regelen"}
    assert said["Mailserver"] == "nu regelen", "no mail server, and no demonstration"


def test_what_needs_looking_at_comes_first(portal: Portal) -> None:
    said = list(parts(page(portal)).values())
    assert {"nu regelen", "in orde"} <= set(said)
    assert said == sorted(said, key=("nu regelen", "kijk hiernaar", "in orde").index)


def test_a_worker_that_is_silent_is_shown(portal: Portal) -> None:
    assert parts(page(portal))["Werk op de achtergrond"] == "nu regelen"
    noted(portal, notes.ALIVE)
    assert parts(page(portal))["Werk op de achtergrond"] == "in orde"
    portal.later(minutes=5)
    assert parts(page(portal))["Werk op de achtergrond"] == "kijk hiernaar"
    portal.later(minutes=10)
    assert parts(page(portal))["Werk op de achtergrond"] == "nu regelen"


def test_the_worker_shows_itself_and_asks_for_the_night(portal: Portal) -> None:
    with clock.standing_at(portal.moment):
        portal.worker.round()
    assert parts(page(portal))["Werk op de achtergrond"] == "in orde"
    job = portal.ask(lambda: reader.query(Job).filter_by(kind="verify").one())
    assert job.run_at == dt.datetime(2026, 11, 24, 2, 30, tzinfo=dt.UTC), "half past three in Amsterdam"


def test_failing_work_is_shown_with_its_cause_and_tried_again_at_once(portal: Portal) -> None:
    portal.do(lambda session: jobs.ask(session, "nonsense", "nonsense"))
    for _ in range(3):
        portal.later(minutes=11).work()
    desk = page(portal)
    assert parts(desk)["Taken"] == "nu regelen"
    desk.sees("Taken die niet lukken", "3 keer geprobeerd", "Geen werk dat nonsense heet")
    desk.press("Nu opnieuw").sees("wordt nu opnieuw geprobeerd")
    portal.later(seconds=1).work()
    page(portal).sees("4 keer geprobeerd")


def test_work_that_is_done_is_not_hurried(portal: Portal) -> None:
    portal.do(lambda session: jobs.ask(session, "remind", "remind:once"))
    job = portal.ask(lambda: reader.query(Job).filter_by(key="remind:once").one().id)
    portal.work()
    assert page(portal).post(f"{PAGE}/taken/{job}/nu").status == 409


def test_mail_that_was_refused_is_shown_and_sent_again(portal: Portal) -> None:
    def refused(session) -> None:  # type: ignore[no-untyped-def]
        outbox.put(session, key="x", to=TOM.email, kind="declared", subject="Over uw school", board="b", school="s")
        session.query(Mail).filter_by(key="x").one().state = "refused"
        session.query(Mail).filter_by(key="x").one().cause = "550 bestaat niet"
        session.query(Job).filter(Job.kind == "send").delete()

    portal.do(refused)
    desk = page(portal)
    assert parts(desk)["Mail"] == "nu regelen"
    desk.sees("Over uw school", "550 bestaat niet").press("Opnieuw sturen").sees("opnieuw verstuurd")
    portal.work()
    assert portal.ask(lambda: reader.query(Mail).filter_by(key="x").one().state) == "mailbox"
    mail = portal.ask(lambda: reader.query(Mail).filter_by(key="x").one().id)
    assert desk.post(f"{PAGE}/mails/{mail}/opnieuw").status == 409, "it is not lost any more"


def test_a_document_that_waits_is_shown(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    assert parts(page(in_force))["Stukken"] == "kijk hiernaar"
    in_force.later(hours=2)
    desk = page(in_force).sees("Stukken die nog worden gemaakt")
    assert parts(desk)["Stukken"] == "nu regelen"


@pytest.mark.parametrize(
    ("days", "state"),
    [(3000, health.GOOD), (59, health.LOOK), (29, health.LOOK), (6, health.WRONG), (-1, health.WRONG)],
)
def test_the_end_of_a_certificate_is_told_at_sixty_thirty_and_seven_days(days: int, state: str) -> None:
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    found, sentence = health.certificate_state(now + dt.timedelta(days=days, hours=1), now=now)
    assert found == state and sentence.endswith(".")


def test_certificates_are_named_with_their_end(portal: Portal) -> None:
    _ = portal.worker
    found = {each.name: each for each in authority.certificates(portal.settings.data)}
    assert set(found) == {"root", "seal", "time_stamp"}
    page(portal).sees("Certificaat van het zegel", "Geldig tot", "Dit is een testzegel")


def test_the_last_re_reading_and_the_last_backup_are_judged_by_their_age(portal: Portal) -> None:
    assert parts(page(portal))["Nalezen"] == "kijk hiernaar"
    noted(portal, notes.VERIFY, findings=0)
    noted(portal, notes.BACKUP, place="/var/backups/x")
    said = parts(page(portal).sees("/var/backups/x"))
    assert (said["Nalezen"], said["Back-up"]) == ("in orde", "in orde")
    said = parts(page(portal.later(days=4)))
    assert (said["Nalezen"], said["Back-up"]) == ("kijk hiernaar", "nu regelen")
    noted(portal, notes.VERIFY, findings=2, first="logboekregel 7: ontbreekt")
    assert parts(page(portal).sees("logboekregel 7: ontbreekt"))["Nalezen"] == "nu regelen"


def test_a_note_that_nobody_can_read_is_no_note(portal: Portal) -> None:
    for content in ("", "nonsense", "[]", '{"at": 3}', '{"at": "gisteren"}'):
        (portal.settings.data / notes.VERIFY).write_text(content)
        assert notes.noted(portal.settings.data, notes.VERIFY) is None
        assert page(portal).status == 200


def test_it_is_for_the_service_desk_only(in_force: Portal) -> None:
    ann = in_force.sign_in(ANN)
    assert ann.open(PAGE).status == 404
    job = in_force.ask(lambda: reader.query(Job).first().id)  # type: ignore[union-attr]
    assert ann.post(f"{PAGE}/taken/{job}/nu").status == 404


# --- The backup --------------------------------------------------------------------------------------------------


def test_a_backup_holds_everything_for_its_owner_only_and_passes_verify_elsewhere(
    in_force: Portal, tmp_path: Path
) -> None:
    accepted_terms(in_force, TOM)
    in_force.work()
    with in_force.opened():
        place = backup.backup(in_force.settings, tmp_path / "copies")
        size = ledger.head(reader()).size
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in place.rglob("*") if each.is_file()} == {0o600}
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["ledger"]["size"] == size
    assert {"secrets.json", "authority/seal.key"} <= set(manifest["files"])
    assert parts(page(in_force).sees(str(place)))["Back-up"] == "in orde"
    if "tekenpoort.db" in manifest["files"]:
        found = restored(place, tmp_path / "data")
        assert not [each for each in found if each.kind != "membership"], "roles were given by the stage itself"


def restored(place: Path, data: Path) -> tuple[audit.Finding, ...]:
    """As docs/deploy.md says: the folder is the data folder."""
    shutil.copytree(place, data)
    settings = Settings(data=data, database_url=f"sqlite:///{data / 'tekenpoort.db'}")
    database = open_database(settings)
    with database.opened():
        found = audit.verify(settings).findings
    database.engine.dispose()
    return found


def test_a_backup_is_made_while_somebody_writes(in_force: Portal, tmp_path: Path) -> None:
    if in_force.database.engine.dialect.name != "sqlite":
        pytest.skip("pg_dump takes a snapshot of its own")
    with in_force.opened():
        with in_force.database.sessions(bind=in_force.database.engine) as session:
            session.query(Mail).first()  # a reader is open
            place = backup.backup(in_force.settings, tmp_path)
    copy = sqlite3.connect(place / "tekenpoort.db")
    assert copy.execute("select count(*) from ledger_entry").fetchone()[0] > 0
    copy.close()


def test_a_backup_that_cannot_be_made_leaves_nothing_and_no_note(in_force: Portal, tmp_path: Path) -> None:
    wrong = replace(in_force.settings, database_url=f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    with in_force.opened(), pytest.raises((sqlite3.Error, SettingError)):
        backup.backup(wrong, tmp_path / "copies")
    assert list((tmp_path / "copies").iterdir()) == []
    assert notes.noted(in_force.settings.data, notes.BACKUP) is None


# --- The night, and the doctor -----------------------------------------------------------------------------------


def test_the_re_reading_runs_beside_the_worker_and_notes_its_outcome(tmp_path: Path, in_force: Portal) -> None:
    if in_force.database.engine.dialect.name != "sqlite":
        pytest.skip("the same command on either")
    with in_force.opened():
        place = backup.backup(in_force.settings, tmp_path)
    settings = Settings(data=place, database_url=f"sqlite:///{place / 'tekenpoort.db'}")
    process = nightly.start(settings)
    assert nightly.start(settings) is process, "one at a time"
    process.wait(timeout=60)
    done = notes.noted(place, notes.VERIFY)
    assert done is not None and isinstance(done["findings"], int)


def test_the_round_of_one_night_asks_for_the_next(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Settings] = []
    monkeypatch.setattr(nightly, "start", started.append)  # another process, with tests of its own above
    with portal.opened():
        nightly.ask(after=clock.today())
        nightly.ask(after=clock.today())
    assert portal.count(Job, kind="verify") == 1
    portal.later(days=1).work()
    assert len(started) == 1
    assert sorted(portal.ask(lambda: [job.key for job in reader.query(Job).filter_by(kind="verify")])) == [
        "verify:2026-11-24",
        "verify:2026-11-25",
    ]


def test_the_doctor_warns_without_a_mail_server_outside_the_demonstration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"TEKENPOORT_DATA": str(tmp_path), "PATH": os.environ["PATH"]}
    doctor(environ)
    assert "no mail server is set" in capsys.readouterr().out
    doctor({**environ, "TEKENPOORT_SMTP_URL": "smtp://127.0.0.1:2525"})
    assert "no mail server is set" not in capsys.readouterr().out
    doctor({**environ, "TEKENPOORT_DEMO": "1"})
    assert "no mail server is set" not in capsys.readouterr().out


def test_a_full_disk_does_not_stop_the_worker(portal: Portal, tmp_path: Path) -> None:
    gone = replace(portal.settings, data=portal.settings.data)
    worker = Worker(portal.database, gone, lambda endpoint, _: endpoint)
    worker.settings = replace(gone, data=tmp_path / "not there")
    with clock.standing_at(portal.moment):
        assert worker.round() >= 0


def test_all_work_of_the_worker_has_a_name_on_the_page() -> None:
    """A kind of work that is added to the worker is named here too, or a job of it would stand there as a code."""
    source = inspect.getsource(Worker._work)
    kinds = re.findall(r"^\s+case (?:\"(\w+)\"|(\w+)\.(\w+)):$", source, re.MULTILINE)
    done = {literal or getattr(getattr(worker, room), name) for literal, room, name in kinds}
    assert len(done) > 10
    assert done == set(WORK)
