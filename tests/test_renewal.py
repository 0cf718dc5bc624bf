"""Renewal: a complete document gets a new time stamp before the last one proves nothing, and everybody can follow it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal import clock
from portal.cases import renewing
from portal.cases.tables import Document, DocumentState, Revision
from portal.database import act, reader
from portal.documents import authority
from portal.documents.child import in_child
from portal.documents.seal import Sealer
from portal.documents.stamps import stamps
from portal.documents.vault import content
from portal.documents.verify import Verdict, examine
from portal.errors import PortalError
from portal.record.jobs import Job
from portal.record.outbox import Mail
from portal.upkeep import ending
from portal.upkeep.ending import ARCHIVED, Ending
from portal.worker import Worker
from tests import conformance
from tests.builders import ANN, SANNE, Portal
from tests.conftest import Tell
from tests.outside import DAY, World, a_world, issue, written
from tests.papers import a_certified, a_sealer, settings_in, signed_by_both, with_another_page_text
from tests.stage import COMPLETE, Installation, demonstration, portal_copy

__all__ = ["demonstration", "portal_copy"]
PAGE = "/servicedesk/wat-wanneer-afloopt"
OF_THE_DEMONSTRATION = 6
"""Documents that are complete."""
SOON = "2027-01-01 00:00:00.000000"


def renewed(place: Installation, *, times: int = 1) -> str:
    """The id of the complete document, after its stamp was renewed."""
    with place.opened():
        document_id = the_document(place).id
        for _ in range(times):
            assert renewing.renew(document_id, sealer=place.worker.sealer, even_if_no_longer=True)
    return document_id.hex


def the_document(place: Installation) -> Document:
    reader.rollback()
    return reader.query(Document).join(Document.case).filter_by(reference=COMPLETE).one()


# --- What a renewal makes ----------------------------------------------------------------------------------------


def test_a_renewal_is_a_new_revision_that_everybody_finds_intact_and_complete(portal_copy: Installation) -> None:
    renewed(portal_copy, times=2)
    with portal_copy.opened():
        document = the_document(portal_copy)
        before, after = (content(each.blob) for each in document.revisions[-3::2])
        assert document.state == DocumentState.COMPLETE and document.current == document.revisions[-1].blob
        assert portal_copy.found() == ()
    assert after.startswith(before) and len(stamps(after)) == len(stamps(before)) + 2
    seen = examine(after, trust=authority.trust_of(portal_copy.folder))
    assert seen.verdict is Verdict.INTACT_AND_COMPLETE and all(each.lasting for each in seen.signatures)


def test_a_renewed_document_still_conforms() -> None:
    if conformance.missing():
        pytest.skip(conformance.missing())
    assert conformance.faults({"renewed": a_sealer().renew(signed_by_both())}) == {}


def test_the_proof_is_carried_past_the_end_of_the_first_certificate(tmp_path: Path) -> None:
    """The whole point: without the renewal nothing is proved any more, with it everything is."""
    with a_world() as world:
        world.lists_last = 9000 * DAY  # who checks later would ask anew; here nobody is left to ask
        pdf, trust, later = stamped_and_renewed(world, tmp_path)
    first, second = pdf
    after_the_first = dt.datetime.now(dt.UTC) + 20 * DAY
    assert not all(each.lasting for each in examine(first, trust=trust, at=after_the_first).signatures)
    assert all(each.lasting for each in examine(second, trust=trust, at=after_the_first).signatures)
    assert not all(each.lasting for each in examine(second, trust=trust, at=later + DAY).signatures)


def stamped_and_renewed(world: World, folder: Path) -> tuple[tuple[bytes, bytes], authority.Trust, dt.datetime]:
    """A document that a service stamped whose certificate ends in ten days, and renewed by one with a later end."""
    for name, lasts in (("one", 12), ("two", 400)):
        place = world.url("time.crl")
        world.stamper[name] = issue(name, world.stamp_root, stamps=True, lists=place, lasts=lasts * DAY)
    authority.establish(folder)
    written(folder / "authority" / authority.OTHERS / "time.pem", world.stamp_root.pem)
    sealer = Sealer.open(settings_in(folder, time_stamp_url=world.url("one")))
    from tests.test_time_stamps import certified

    first = certified(sealer)
    second = replace(sealer, time_stamp_urls=(world.url("two"),)).renew(first)
    sealer.check_renewal(first, second)
    return (first, second), sealer.trust, stamps(second)[-1].ends


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pdf: pdf,
        lambda pdf: pdf + b"\n",
        with_another_page_text,
        lambda pdf: a_sealer().renew(with_another_page_text(pdf)),
        lambda pdf: a_sealer().renew(a_sealer().renew(pdf)),
        lambda pdf: a_sealer().renew(pdf)[:-1],
        lambda pdf: a_sealer().renew(pdf).replace(b"obj", b"OBJ", 1),
        lambda pdf: a_sealer().renew(a_certified(final=True)),
    ],
    ids=["nothing", "a byte", "a page", "a page under a stamp", "two stamps", "cut", "changed", "another file"],
)
def test_what_is_not_one_stamp_more_is_not_stored_as_a_renewal(spoil) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PortalError):
        a_sealer().check_renewal(signed_by_both(), spoil(signed_by_both()))


# --- When ---------------------------------------------------------------------------------------------------------


def test_what_ends_within_half_a_year_or_has_a_weak_hash_is_due(portal_copy: Installation) -> None:
    with portal_copy.opened():
        every = renewing.due(reader(), everything=True)
        assert renewing.due(reader()) == [] and len(every) == OF_THE_DEMONSTRATION
        assert renewing.due(reader(), within=365 * 20 * DAY) == every
    portal_copy.sql("update revision set stamp_hash = 'sha1'")
    with portal_copy.opened():
        assert renewing.due(reader()) == every


def test_every_night_what_is_due_is_renewed_and_the_next_night_is_asked_for(portal_copy: Installation) -> None:
    portal_copy.sql("update revision set stamp_ends = ?", SOON)
    with a_world() as world:
        later(world, portal_copy, lasts=8000 * DAY)
        the_next_night(portal_copy)
    with portal_copy.opened():
        kept = the_document(portal_copy).revisions[-1]
        assert kept.stamped_by == "two" and kept.stamp_ends > dt.datetime.now(dt.UTC) + 7000 * DAY
        assert reader.query(Job).filter_by(kind=renewing.RENEW, state="todo").count() == 1
    assert len(portal_copy.entries("renew")) == OF_THE_DEMONSTRATION


def later(world: World, place: Installation, *, lasts: dt.timedelta) -> None:
    """From now on the installation has its time stamps of a service with another end."""
    world.stamp_root = issue("Wortel van de tijd", None, ca=True, lasts=9000 * DAY)
    lists = world.url("time.crl")
    world.stamper["two"] = issue("two", world.stamp_root, stamps=True, lists=lists, lasts=lasts)
    written(place.folder / "authority" / authority.OTHERS / "time.pem", world.stamp_root.pem)
    sealer = Sealer.open(settings_in(place.folder, time_stamp_url=world.url("two")))
    place.worker.sealer = sealer


def the_next_night(place: Installation) -> None:
    with place.opened():
        ending.ask(after=clock.today() - DAY)
        with act() as session:
            session.query(Job).filter_by(kind=renewing.RENEW).update({"run_at": clock.now()})
    place.worker.work_off()


def test_a_stamp_that_ends_no_later_is_not_added_night_after_night(portal_copy: Installation) -> None:
    with portal_copy.opened():
        document_id = the_document(portal_copy).id
        with pytest.raises(renewing.NoLaterError, match="niet later eindigt"):
            renewing.renew(document_id, sealer=portal_copy.worker.sealer)
    portal_copy.sql("update revision set stamp_ends = ?", SOON)
    the_next_night(portal_copy)
    assert portal_copy.entries("renew") == []
    assert portal_copy.one("select count(*) from job where kind = 'renew_one' and state <> 'done'") == 0


def test_of_two_workers_one_renews(portal_copy: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(work, **limits):  # type: ignore[no-untyped-def]
        done = in_child(work, **limits)
        monkeypatch.setattr("portal.documents.child.in_child", in_child)
        with portal_copy.opened():
            assert renewing.renew(document_id, sealer=portal_copy.worker.sealer, even_if_no_longer=True)
        return done

    with portal_copy.opened():
        document_id = the_document(portal_copy).id
        monkeypatch.setattr("portal.documents.child.in_child", meanwhile)
        assert not renewing.renew(document_id, sealer=portal_copy.worker.sealer, even_if_no_longer=True)
    assert len(portal_copy.entries("renew")) == 1 and portal_copy.report().findings == ()


def test_without_a_time_stamp_nothing_changes_and_the_night_after_tries_again(portal_copy: Installation) -> None:
    portal_copy.sql("update revision set stamp_ends = ?", SOON)
    portal_copy.worker.sealer = replace(portal_copy.worker.sealer, time_stamp_urls=("http://127.0.0.1:9/",))
    with portal_copy.opened(), act() as session:
        assert renewing.ask(session) == OF_THE_DEMONSTRATION
    portal_copy.worker.work_off()
    with portal_copy.opened():
        for job in reader.query(Job).filter_by(kind=renewing.RENEW_ONE):
            assert job.state == "todo" and "tijdstempel" in job.cause
        assert the_document(portal_copy).state == DocumentState.COMPLETE
    assert portal_copy.entries("renew") == []


def test_what_an_earlier_release_did_not_note_is_learned_from_the_file(portal_copy: Installation) -> None:
    portal_copy.sql("update revision set stamp_ends = null, stamped_by = null, stamp_hash = null")
    with portal_copy.opened():
        ending.daily_round(portal_copy.settings)
        known = the_document(portal_copy).revisions[-1]
        assert known.stamp_ends and known.stamped_by.endswith("tijdstempel") and known.stamp_hash == "sha256"
        assert portal_copy.found("documents", "pdfs") == ()


# --- The witness -------------------------------------------------------------------------------------------------

FORGERIES = {
    "a renewal that the ledger does not know": "delete from ledger_entry where act = 'renew'",
    "a renewal taken out of the table": "delete from revision where number = {number} and document_id = {document}",
    "another file in its place": "update revision set blob = (select blob from revision where document_id = {document} "
    "and number = 1) where number = {number} and document_id = {document}",
    "a later end than the file says": "update revision set stamp_ends = '2099-01-01 00:00:00.000000' "
    "where number = {number} and document_id = {document}",
    "another stamper than the file says": "update revision set stamped_by = 'Iemand' where document_id = {document}",
    "the revision before called the current one": "update document set current = (select blob from revision "
    "where document_id = {document} and number = {number} - 1) where id = {document}",
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_witness_names_a_forged_renewal(portal_copy: Installation, forgery: str) -> None:
    document_id = renewed(portal_copy)
    number = portal_copy.one("select max(number) from revision where document_id = ?", document_id)
    portal_copy.sql(FORGERIES[forgery].format(number=number, document=f"'{document_id}'"))
    assert portal_copy.found("documents", "pdfs"), forgery


# --- By hand -----------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_would_do_and_does_it(portal_copy: Installation) -> None:
    portal_copy.close()
    said = portal_copy.command("renew", "--all", "--dry-run")
    assert said.returncode == 0 and COMPLETE in said.stdout and f"{OF_THE_DEMONSTRATION} to renew." in said.stdout
    assert portal_copy.entries("renew") == []
    said = portal_copy.command("renew", "--all")
    assert (said.returncode, said.stdout.splitlines()[-1]) == (
        0,
        f"{OF_THE_DEMONSTRATION} of {OF_THE_DEMONSTRATION} renewed.",
    ), said.stderr
    assert len(portal_copy.entries("renew")) == OF_THE_DEMONSTRATION and portal_copy.report().findings == ()


def test_the_command_fails_when_a_document_was_not_renewed(
    portal_copy: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal_copy.sql("update revision set stamp_ends = ?", SOON)
    portal_copy.close()
    monkeypatch.setenv("TEKENPOORT_TIME_STAMP_URL", "http://127.0.0.1:9/")
    said = portal_copy.command("renew")
    assert (
        said.returncode == 1
        and "gaf geen tijdstempel" in said.stdout
        and f"0 of {OF_THE_DEMONSTRATION} renewed." in said.stdout
    )


# --- Who is told, and the page -----------------------------------------------------------------------------------


@pytest.fixture
def ending_soon(in_force: Portal) -> Iterator[Portal]:
    """The portal whose declaration rests on a stamp that ends in 29 days."""
    soon = dt.datetime.now(dt.UTC) + 29 * DAY + dt.timedelta(hours=1)
    _ = in_force.worker
    in_force.do(lambda session: session.query(Revision).update({"stamp_ends": soon}))
    return in_force


def mails_before(portal: Portal, days: int) -> int:
    """How many mails there are after two rounds, so many days before the stamps end."""
    now = portal.ask(lambda: min(each.stamp_ends for each in reader.query(Revision))) - days * DAY
    for _ in range(2):
        portal.do(lambda session: ending.warn(session, portal.settings, now=now))
    return portal.count(Mail, kind="certificate_ends")


def test_the_service_desk_is_mailed_sixty_thirty_and_seven_days_before_once_each(
    ending_soon: Portal, tell: Tell
) -> None:
    sent = {days: mails_before(ending_soon, days) for days in (61, 59, 31, 29, 8, 6, 1)}
    expected = {61: 0, 59: 1, 31: 1, 29: 2, 8: 2, 6: 3, 1: 3}
    held = sum(sent[days] == expected[days] for days in expected)
    tell("one mail at 60, 30 and 7 days before something ends", len(expected), held)
    assert sent == expected
    letter = ending_soon.letter(ending_soon.settings.contact, "Nog 6 dagen: Tijdstempels over stukken")
    assert "eindigt op" in letter and PAGE in letter


def test_the_page_says_what_ends_when_and_for_how_many_documents(ending_soon: Portal) -> None:
    desk = ending_soon.sign_in(SANNE).open("/servicedesk/gezondheid").follow("Wat wanneer afloopt")
    desk.sees("zegel", "wortelcertificaat", "tijdstempels over stukken", "kijk hiernaar", "per maand")
    desk.open(f"{PAGE}?kind=seal").sees("CN=Tekenpoort testzegel").sees_not("kijk hiernaar")
    desk.open(f"{PAGE}?q=tijdstempel").sees("- tijdstempel")
    desk.open(f"{PAGE}?q=bestaatniet").sees("Niets gevonden")
    sheet = desk.open(f"{PAGE}/wat-wanneer-afloopt.csv?kind=archived").response.data.decode("utf-8-sig")
    assert sheet.splitlines()[0] == '"Wat";"Naam";"Eindigt";"Dagen";"Stukken"' and ';"29";' in sheet


def test_months_count_documents_and_not_certificates() -> None:
    at = dt.datetime(2031, 4, 3, tzinfo=dt.UTC)
    found = [Ending(ARCHIVED, "x", at, 3), Ending(ARCHIVED, "y", at, 4), Ending(authority.SEAL, "z", at)]
    assert ending.by_month([*found, Ending(ARCHIVED, "x", at + 60 * DAY, 1)]) == {
        dt.date(2031, 4, 1): 7,
        dt.date(2031, 6, 1): 1,
    }


def test_the_worker_asks_for_the_night_when_it_starts(portal: Portal) -> None:
    with clock.standing_at(portal.moment):
        worker: Worker = portal.worker
        worker.round()
    job = portal.ask(lambda: reader.query(Job).filter_by(kind=renewing.RENEW).one())
    assert job.run_at == dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC), "half past four in Amsterdam"


def test_a_renewal_stands_in_the_history_of_its_case(in_force: Portal) -> None:
    case_id = in_force.case("board_declaration")
    document = in_force.document(case_id)
    with in_force.opened():
        assert renewing.renew(document.id, sealer=in_force.worker.sealer, even_if_no_longer=True)
    in_force.sign_in(ANN).open(f"/zaken/{case_id}").sees("Tijdstempel vernieuwd", "Compleet en verzegeld")
