"""The worker: what was asked for is done, what cannot be done now waits with its cause, and nobody waits for mail."""

import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import clock, serving
from portal.cases import sealing
from portal.cases.tables import Case, Document, DocumentState, Signature
from portal.database import act, reader
from portal.documents.seal import Sealer
from portal.errors import PortalError, SettingError
from portal.record import jobs
from portal.record.jobs import Job
from portal.worker import Worker
from tests.stage import HALF_SIGNED, HOUSE, KARIN, Installation, demonstration, just_signed, portal_copy

__all__ = ["demonstration", "just_signed", "portal_copy"]
NOBODY = "http://127.0.0.1:9/"  # the discard port: nothing listens there


@pytest.fixture
def signed(just_signed: Installation, tmp_path: Path) -> Installation:
    """A copy in which a signature waits for its seal."""
    return just_signed.copy(tmp_path / "data")


def the_document(place: Installation) -> Document:
    reader.rollback()
    document = reader.scalars(select(Document).join(Document.case).filter_by(reference=HALF_SIGNED)).one()
    assert len(document.signatures) == 2
    return document


def test_a_signature_is_sealed_and_both_signatories_hear_of_it(signed):
    done = signed.worker.work_off()

    with signed.opened():
        document = the_document(signed)
        assert document.state == DocumentState.COMPLETE and [each.revision for each in document.signatures] == [2, 3]
        assert reader.query(Job).filter(Job.state != "done").count() == 0
    assert done >= 4  # the seal, the receipt, and word to two signatories
    assert signed.one("select count(*) from mail where kind = 'complete' and subject like ?", f"%{HALF_SIGNED}") == 2


def test_without_a_time_stamp_nothing_is_sealed_the_cause_is_shown_and_later_it_succeeds(signed):
    signed.worker.sealer = replace(signed.worker.sealer, time_stamp_urls=(NOBODY,))
    signed.worker.work_off()

    with signed.opened():
        document = the_document(signed)
        assert document.state == DocumentState.WAITING and "tijdstempel" in document.cause
        assert [each.revision for each in document.signatures] == [2, None]
        assert document.case.state == "decided"
    assert signed.report().findings == ()

    signed.worker.sealer = Sealer.open(signed.settings)
    with clock.standing_at(clock.now() + jobs.LEASE):
        signed.worker.work_off()
    with signed.opened():
        assert the_document(signed).state == DocumentState.COMPLETE and the_document(signed).cause == ""
    assert signed.report().findings == ()


def test_a_worker_that_comes_too_late_does_not_call_a_complete_document_waiting(signed):
    signed.worker.work_off()

    with signed.opened():
        sealing.note_fault(the_document(signed).id, PortalError("Er ging iets mis."))
        assert the_document(signed).state == DocumentState.COMPLETE and the_document(signed).cause == ""


def test_sealing_twice_changes_nothing(signed):
    signed.worker.work_off()
    before = signed.sql("select * from revision order by document_id, number")
    with signed.opened():
        sealing.seal(the_document(signed).id, sealer=signed.worker.sealer)

    assert signed.sql("select * from revision order by document_id, number") == before


def test_a_document_that_nobody_can_sign_is_not_called_complete(portal_copy):
    with portal_copy.opened():
        case = reader.query(Case).filter_by(reference=HALF_SIGNED).one()
        facts = {**case.documents[0].facts, "signatories": [], "rule": None, "code": "ZZZZ-ZZZZ-ZZZZ"}
        case_id = case.id
        with act() as session:
            made = Document(
                case_id=case_id, title="x", template="documents/board_declaration.html", code=facts["code"], facts=facts
            )
            session.add(made)
            session.get_one(Case, case_id).state = "preparing"
            session.flush()
            jobs.ask(session, "make", f"make:{made.id}", document=str(made.id))
            document_id = made.id
    portal_copy.worker.work_off()

    with portal_copy.opened():
        document = reader.get_one(Document, document_id)
        assert document.state == DocumentState.WAITING and "tekenbevoegd" in document.cause
        assert document.certified is None


def test_the_cause_that_is_shown_has_its_values_filled_in(signed):
    with signed.opened():
        fault = PortalError("Het stuk kon niet worden gemaakt: %(reason)s.", reason="het was te groot")
        sealing.note_fault(the_document(signed).id, fault)

        assert the_document(signed).cause == "Het stuk kon niet worden gemaakt: het was te groot."


def test_unknown_work_is_kept_with_its_cause_and_does_not_stop_the_rest(signed):
    with signed.opened(), act() as session:
        jobs.ask(session, "dance", "dance:1")
    signed.worker.work_off()

    with signed.opened():
        job = jobs.find(reader(), "dance:1")
        assert job is not None and job.state == "todo" and "dance" in job.cause
        assert the_document(signed).state == DocumentState.COMPLETE


def test_work_whose_subject_is_gone_is_kept_with_its_cause(signed):
    with signed.opened(), act() as session:
        jobs.ask(session, "send", "send:gone", mail=str(uuid.uuid4()))
    signed.worker.work_off()

    with signed.opened():
        job = jobs.find(reader(), "send:gone")
        assert job is not None and job.state == "todo" and job.cause


def test_a_silent_mail_server_keeps_no_document_from_its_seal(signed):
    order: list[str] = []
    signed.worker.settings = replace(signed.settings, smtp_url="smtp://127.0.0.1:9")
    work = signed.worker._work
    signed.worker._work = lambda taken: (order.append(taken.kind), work(taken))[-1]  # type: ignore[method-assign]
    signed.worker.work_off()

    assert order[0] == "seal" and set(order[1:]) == {"send"}
    assert signed.one("select count(*) from mail where state = 'waiting' and cause <> ''") == 3


def test_a_database_that_is_away_does_not_end_the_worker(tmp_path, demonstration, caplog):
    place = demonstration.copy(tmp_path / "data")
    worker = place.worker
    place.sql("alter table job rename to elsewhere")

    assert worker.round() == 0
    assert "the database does not do its work" in caplog.text

    place.sql("alter table elsewhere rename to job")
    place.sign(KARIN, HALF_SIGNED)
    assert worker.round() >= 4


@pytest.mark.parametrize(
    ("owner", "gone"),
    [
        ("{host}-999999-abcd1234", True),
        ("{host}-{pid}-abcd1234", True),
        ("{host}-{parent}-abcd1234", False),
        ("{name}", True),
        ("another-host-999999-abcd1234", False),
        ("anything", False),
    ],
)
def test_only_workers_of_this_machine_that_have_ended_are_taken_for_gone(demonstration, tmp_path, owner, gone):
    worker: Worker = demonstration.copy(tmp_path / "data").worker
    owner = owner.format(host=worker.host, pid=os.getpid(), parent=os.getppid(), name=worker.name)

    assert worker._is_gone(owner) is gone


def test_two_workers_never_have_the_same_name(demonstration, tmp_path):
    place = demonstration.copy(tmp_path / "data")

    names = {Worker(place.database, place.settings, lambda *_: "").name for _ in range(3)}

    assert len(names) == 3 and all(len(each) <= 40 for each in names)


def test_a_worker_that_is_told_to_stop_finishes_what_it_is_doing_first(signed):
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.commands", "worker"], env=signed.environ, cwd=HOUSE, stderr=subprocess.PIPE
    )
    until = time.monotonic() + 30
    while time.monotonic() < until and signed.one("select count(*) from job where state = 'doing'") == 0:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 0, said.decode()
    assert signed.one("select count(*) from job where state = 'doing'") == 0
    with signed.opened():
        assert reader.query(Signature).filter(Signature.revision.is_(None)).count() == 0


def test_another_key_than_the_ledgers_stops_the_start(demonstration, tmp_path):
    place = demonstration.copy(tmp_path / "data")
    (place.folder / "secrets.json").unlink()

    with pytest.raises(SettingError, match=r"secrets\.json"):
        serving.prepare(place.settings)
