"""Time stamps and revocation data from outside: without both nothing is sealed, and whoever lies is not believed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.cases.tables import Document, DocumentState, Revision
from portal.config import KeyFile
from portal.database import act, reader
from portal.documents import authority
from portal.documents.outside import RevocationUnavailable, TimeStampUnavailable, WaitsFor
from portal.documents.seal import Sealer
from portal.documents.stamps import stamps
from portal.documents.vault import content
from portal.documents.verify import Verdict, examine
from portal.record import jobs
from portal.record.jobs import Job
from tests.builders import ANN, BAS, SANNE, Portal, sign
from tests.conftest import Tell
from tests.outside import World, a_world, written
from tests.papers import a_prepared, a_stamp, settings_in
from tests.stage import HALF_SIGNED, Installation, demonstration, just_signed

__all__ = ["demonstration", "just_signed"]
LIES = ["dead", "busy", "nonsense", "imprint", "nonce", "clock", "stranger", "turncoat", "forged"]
NO_PROOF = [
    ("ocsp", "dead"), ("ocsp", "nonsense"), ("ocsp", "stranger"), ("ocsp", "stale"), ("ocsp", "revoked"),
    ("ocsp", "slow"), ("lists", "dead"), ("lists", "nonsense"), ("lists", "stranger"), ("lists", "stale"),
    ("lists", "revoked"),
]  # fmt: skip


@pytest.fixture(scope="module")
def everybody() -> Iterator[World]:
    with a_world() as world:
        yield world


@pytest.fixture
def world(everybody: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everybody honest again, and we not patient."""
    everybody.ocsp = everybody.lists = "good"
    everybody.stampers = dict.fromkeys(everybody.stampers, "good")
    everybody.asked.clear()
    monkeypatch.setattr("portal.documents.stamping.SECONDS", 1)
    return everybody


@pytest.fixture
def signed(just_signed: Installation, world: World, tmp_path: Path) -> Installation:
    """A copy in which a signature waits for its seal, with a seal and two time-stamp services from outside."""
    copied = just_signed.copy(tmp_path / "data")
    copied.worker.sealer = sealer_of(world, copied.folder)
    return copied


@pytest.fixture
def sealer(world: World, tmp_path: Path) -> Sealer:
    return sealer_of(world, tmp_path)


def sealer_of(world: World, folder: Path) -> Sealer:
    authority.establish(folder)
    written(folder / "authority" / authority.OTHERS / "time.pem", world.stamp_root.pem)
    key = KeyFile(world.p12(folder / "keys"), world.passphrase(folder / "keys"))
    urls = {"time_stamp_url": world.url("one"), "time_stamp_url_2": world.url("two")}
    return Sealer.open(settings_in(folder, seal_key=key, seal_roots=world.roots(folder), **urls))


def certified(sealer: Sealer) -> bytes:
    return sealer.certify(a_prepared(), stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=True)


def the_document(place: Installation) -> Document:
    reader.rollback()
    return reader.scalars(select(Document).join(Document.case).filter_by(reference=HALF_SIGNED)).one()


def last_revision(place: Installation) -> Revision:
    return the_document(place).revisions[-1]


def nothing_was_written(place: Installation, waits_for: WaitsFor) -> None:
    document = the_document(place)
    assert (document.state, document.waits_for) == (DocumentState.WAITING, waits_for), document.cause
    assert document.waits_since and document.cause
    assert [each.revision for each in document.signatures] == [2, None] and len(document.revisions) == 2


# --- Time stamps -------------------------------------------------------------------------------------------------


def test_the_first_service_stamps_and_its_name_stands_in_the_record(signed: Installation, world: World) -> None:
    signed.worker.work_off()
    with signed.opened():
        assert the_document(signed).state == DocumentState.COMPLETE
        assert last_revision(signed).stamped_by == "Tijdstempel one" and last_revision(signed).stamp_hash == "sha256"
        assert last_revision(signed).stamp_ends == world.stamper["one"].certificate.not_valid_after_utc
        assert "two" not in world.asked
        assert not signed.found("documents", "pdfs")


@pytest.mark.parametrize("lie", ["dead", "slow", "turncoat"])
def test_the_second_service_stamps_when_the_first_does_not_or_lies(
    signed: Installation, world: World, lie: str
) -> None:
    world.stampers["one"] = lie
    signed.worker.work_off()
    with signed.opened():
        document = the_document(signed)
        assert document.state == DocumentState.COMPLETE and document.waits_for is None, document.cause
        pdf = content(document.current or "")
        assert last_revision(signed).stamped_by == "Tijdstempel two"
    assert {each.by for each in stamps(pdf)[2:]} == {"Tijdstempel two"}, "one service for the whole of a revision"
    assert examine(pdf, trust=authority.trust_of(signed.folder)).verdict is Verdict.INTACT_AND_COMPLETE


@pytest.mark.row(10, "time-stamp service down, slow or lying")
def test_no_lie_of_a_time_stamp_service_is_believed(world: World, sealer: Sealer, tell: Tell) -> None:
    """With nobody honest left, nothing is made at all."""
    held = 0
    for lie in LIES:
        world.asked.clear()
        world.stampers.update(one=lie, two=lie)
        with pytest.raises(TimeStampUnavailable):
            certified(sealer)
        held += {"one", "two"} <= set(world.asked)
    tell("a time-stamp service that is down or lies stamps nothing", len(LIES), held)
    assert held == len(LIES)


@pytest.mark.row(10, "no time stamp: waits, and is sealed later")
def test_without_any_time_stamp_the_document_waits_and_is_sealed_later(signed: Installation, world: World) -> None:
    world.stampers.update(one="dead", two="dead")
    signed.worker.work_off()
    with signed.opened():
        nothing_was_written(signed, WaitsFor.TIME_STAMP)
        since = the_document(signed).waits_since
    again(signed)
    with signed.opened():
        nothing_was_written(signed, WaitsFor.TIME_STAMP)
        assert the_document(signed).waits_since == since, "since it began to wait, not since the last try"
    world.stampers.update(two="good")
    again(signed)
    with signed.opened():
        assert the_document(signed).state == DocumentState.COMPLETE and the_document(signed).waits_since is None


def again(place: Installation) -> None:
    """Everything that waits is tried now."""
    with place.opened(), act() as session:
        for job in session.query(Job).filter(Job.state == "todo", Job.kind == "seal"):
            jobs.hurry(session, job.key)
    place.worker.work_off()


# --- Revocation --------------------------------------------------------------------------------------------------


@pytest.mark.row(10, "OCSP and lists down, slow or lying")
def test_without_proof_that_nothing_was_revoked_nothing_is_sealed(world: World, sealer: Sealer, tell: Tell) -> None:
    held = 0
    for who, says in NO_PROOF:
        setattr(world, who, says)
        with pytest.raises(RevocationUnavailable) as told:
            certified(sealer)
        held += ("ingetrokken" in str(told.value)) == (says == "revoked")
        setattr(world, who, "good")
    tell("without good revocation data nothing is sealed", len(NO_PROOF), held)
    assert held == len(NO_PROOF)
    assert examine(certified(sealer), trust=sealer.trust).verdict is Verdict.INTACT_AND_COMPLETE


@pytest.mark.row(10, "no revocation data: waits, and is sealed later")
def test_a_signature_waits_for_revocation_data_and_is_sealed_later(signed: Installation, world: World) -> None:
    world.ocsp = "dead"
    signed.worker.work_off()
    with signed.opened():
        nothing_was_written(signed, WaitsFor.REVOCATION)
    world.ocsp = "good"
    again(signed)
    with signed.opened():
        assert the_document(signed).state == DocumentState.COMPLETE


# --- On the pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def stuck(to_sign: Portal, world: World) -> Portal:
    """A declaration whose signature waits for a time stamp."""
    to_sign.worker.sealer = replace(to_sign.worker.sealer, time_stamp_urls=("http://127.0.0.1:9/",))
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    to_sign.work()
    return to_sign


def test_a_case_says_what_it_waits_for_and_since_when_and_only_the_service_desk_may_hurry(stuck: Portal) -> None:
    case_id = stuck.case("board_declaration")
    shown = ("Wacht op een tijdstempel", "gaf geen tijdstempel", "Wacht sinds 23 november 2026")
    stuck.sign_in(BAS).open(f"/zaken/{case_id}").sees(*shown, "U hoeft niets te doen").sees_not(
        "Nu opnieuw proberen", "Errno", "127.0.0.1"
    )
    desk = stuck.sign_in(SANNE).open("/servicedesk/gezondheid")
    desk.sees(
        "Wachten op de buitenwereld", *shown, "127.0.0.1:9", "1 keer geprobeerd", "Laatste poging: 23 november 2026"
    )
    document = stuck.document(case_id)
    ann = stuck.sign_in(ANN).open("/")
    assert ann.post(f"/servicedesk/gezondheid/stukken/{document.id}/nu").status == 404
    assert ann.open("/servicedesk/wat-wanneer-afloopt").status == 404


def test_trying_again_is_an_act_and_is_done_at_once(stuck: Portal) -> None:
    case_id = stuck.case("board_declaration")
    document = stuck.document(case_id)
    stuck.worker.sealer = replace(stuck.worker.sealer, time_stamp_urls=())
    assert stuck.work() == 0, "the next try is later"
    desk = stuck.sign_in(SANNE).open("/servicedesk/gezondheid")
    desk.press("Nu opnieuw proberen").sees("wordt nu opnieuw geprobeerd")
    stuck.work()
    assert stuck.document(case_id).state == DocumentState.CERTIFIED
    ann = stuck.sign_in(ANN).open(f"/zaken/{case_id}")
    ann.sees("Opnieuw geprobeerd door de servicedesk").sees_not("Wacht op een tijdstempel")
    assert desk.post(f"/servicedesk/gezondheid/stukken/{document.id}/nu").status == 409, "there is nothing to try again"


def test_the_level_of_a_document_stands_on_its_card(in_force: Portal) -> None:
    case_id = in_force.case("board_declaration")
    in_force.sign_in(ANN).open(f"/zaken/{case_id}").sees(
        "Gewone elektronische handtekening van de persoon", "PAdES B-LTA", "Testzegel: buiten deze installatie"
    )
