"""Signing: the act stands when it answers, one signature a person, by whoever may, for exactly what was shown."""

import uuid
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from portal.cases.tables import Document, InForce, Signature
from portal.documents import vault
from portal.parties.tables import Mandate
from portal.record import jobs
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    OURS,
    Portal,
    Someone,
    a_declaration,
    a_role,
    sign,
)
from tests.conftest import Installation, Tell
from tests.crowd import at_once, posted
from workflows.vocabulary import Role

NOWHERE = "http://127.0.0.1:9/tsa"


def reading(portal: Portal, someone: Someone) -> Browser:
    """Somebody at the page on which our declaration is signed."""
    return portal.sign_in(someone).open(f"/tekenen/{portal.document(portal.case('board_declaration')).id}")


def signatures(portal: Portal) -> list[Signature]:
    return portal.document(portal.case("board_declaration")).signatures


# --- What is shown, and who may ----------------------------------------------------------------------------------


def test_the_page_shows_the_text_the_rule_and_the_hash_of_what_is_signed(to_sign: Portal) -> None:
    ann = reading(to_sign, ANN).sees("Jozefschool", "Deze 2 tekenbevoegden tekenen gezamenlijk.")
    certified = to_sign.document(to_sign.case("board_declaration")).certified
    assert ann.values()["seen"] == [certified]


def test_the_signatory_finds_the_document_among_the_tasks_and_in_the_mail(to_sign: Portal) -> None:
    ann = to_sign.sign_in(ANN).open("/").sees("Te tekenen").follow("Lees en teken")
    assert to_sign.mailed_link(ANN.email, "Te tekenen") == ann.address


def test_the_signature_says_who_on_what_authority_and_which_revision(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    [signature] = signatures(to_sign)
    assert signature.authority["mode"] == "jointly"
    assert signature.authority["basis"] == "trade_register"
    assert signature.seen == to_sign.document(to_sign.case("board_declaration")).certified
    assert not signature.completes


@pytest.mark.row(7, "another hash than that of the document")
def test_another_hash_than_that_of_the_document_is_refused(to_sign: Portal) -> None:
    ann = reading(to_sign, ANN).fill(typed_name=ANN.name, code=to_sign.code(ANN), seen="0" * 64).press("Teken nu")
    assert ann.status == 409
    ann.sees("Het stuk is veranderd sinds u het opende")
    assert not signatures(to_sign)


@pytest.mark.row(7, "text, file or answers changed underneath between viewing and signing")
def test_whatever_changed_underneath_since_it_was_opened_is_not_signed(installation: Installation, tell: Tell) -> None:
    """Row 7: by somebody who reaches the database; the page that was opened stays as it was."""
    held = 0
    for name, change in UNDERNEATH.items():
        with installation.portal("to_sign") as portal:
            ann = reading(portal, ANN)
            portal.do(
                lambda session, changed=change: changed(
                    session,
                    session.query(Document)
                    .filter(Document.certified.is_not(None), Document.case.has(workflow="board_declaration"))
                    .one(),
                )
            )
            ann.fill(typed_name=ANN.name, code=portal.code(ANN)).press("Teken nu")
            assert ann.status == 409, (name, ann.status)
            ann.sees("Het stuk is veranderd sinds u het opende")
            assert not signatures(portal), name
            held += 1
    tell("changed between viewing and signing", len(UNDERNEATH), held)
    assert held == len(UNDERNEATH)


def the_declaration(session: Any) -> Document:
    found: Document = session.query(Document).filter(Document.case.has(workflow="board_declaration")).one()
    return found


def another_text(session: Any, document: Document) -> None:
    """Another document is put under the same name, as a whole."""
    document.certified = document.current = vault.keep(session, b"%PDF-1.7 something else")


def another_file(session: Any, document: Document) -> None:
    """The file of now no longer begins with what was certified."""
    document.current = vault.keep(session, b"%PDF-1.7 something else")


def a_cut_file(session: Any, document: Document) -> None:
    """The file of now is what was certified, without its end."""
    document.current = vault.keep(session, vault.content(document.certified or "", session=session)[:-1])


UNDERNEATH = {"another text": another_text, "another file": another_file, "a cut file": a_cut_file}


def test_a_signature_of_somebody_else_in_between_does_not_refuse_mine(to_sign: Portal) -> None:
    bas = reading(to_sign, BAS)
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    to_sign.work()
    bas.fill(typed_name=BAS.name, code=to_sign.code(BAS)).press("Teken nu").sees("Alle handtekeningen zijn er")


@pytest.mark.parametrize(("name", "status"), [("ann  DE vries", 200), ("A. de Vries", 422), ("", 422)])
def test_the_typed_name_is_that_of_the_account(to_sign: Portal, name: str, status: int) -> None:
    ann = reading(to_sign, ANN).fill(typed_name=name, code=to_sign.code(ANN)).press("Teken nu")
    assert ann.status == status
    assert len(signatures(to_sign)) == (status == 200)


@pytest.mark.parametrize("code", ["000000", "12345", "", "abcdef", "００００００"])
def test_a_wrong_code_is_said_at_its_field_and_the_name_stays(to_sign: Portal, code: str) -> None:
    ann = reading(to_sign, ANN).fill(typed_name=ANN.name, code=code).press("Teken nu")
    assert ann.status == 422
    assert "Deze code klopt niet" in ann.faults()["code"]
    assert ann.values()["typed_name"] == [ANN.name]
    assert not signatures(to_sign)


def test_a_code_that_was_used_before_is_refused(to_sign: Portal) -> None:
    code = to_sign.code(ANN)
    to_sign.do(lambda session: to_sign.code_is_good(session, to_sign.visitor(ANN).person_id, code))  # type: ignore[arg-type]
    ann = reading(to_sign, ANN).fill(typed_name=ANN.name, code=code).press("Teken nu")
    assert "al gebruikt" in ann.faults()["code"]


def test_a_code_with_a_space_in_it_counts(to_sign: Portal) -> None:
    code = to_sign.code(ANN)
    reading(to_sign, ANN).fill(typed_name=ANN.name, code=f"{code[:3]} {code[3:]}").press("Teken nu").sees("vastgelegd")


def test_after_five_wrong_codes_even_a_right_one_waits(to_sign: Portal) -> None:
    ann = reading(to_sign, ANN)
    for wrong in range(5):
        ann.fill(typed_name=ANN.name, code=f"00000{wrong}").press("Teken nu")
    ann.fill(typed_name=ANN.name, code=to_sign.code(ANN)).press("Teken nu")
    assert ann.status == 429
    to_sign.later(minutes=15)
    reading(to_sign, ANN).fill(typed_name=ANN.name, code=to_sign.code(ANN)).press("Teken nu").sees("vastgelegd")


def test_an_administrator_without_a_mandate_cannot_sign(to_sign: Portal) -> None:
    eva = reading(to_sign, EVA).sees_not("Teken nu")
    assert post_by_force(to_sign, eva).status == 409
    assert not signatures(to_sign)


def test_somebody_of_another_board_does_not_find_the_document(to_sign: Portal) -> None:
    iris = reading(to_sign, IRIS)
    assert iris.status == 404
    assert post_by_force(to_sign, iris.open("/")).status == 404


def post_by_force(portal: Portal, browser: Browser) -> Browser:
    document = portal.document(portal.case("board_declaration"))
    fields = {"typed_name": EVA.name, "code": "123456", "seen": document.certified}
    return browser.post(f"/tekenen/{document.id}", fields)


def test_a_mandate_that_ended_meanwhile_refuses(to_sign: Portal) -> None:
    ann = reading(to_sign, ANN)
    person_id = to_sign.visitor(ANN).person_id
    to_sign.do(lambda session: setattr(mandate(session, person_id), "until", to_sign.moment))
    ann.fill(typed_name=ANN.name, code=to_sign.code(ANN)).press("Teken nu")
    assert ann.status == 409
    ann.sees("op dit moment niet tekenbevoegd")


def mandate(session: Any, person_id: uuid.UUID | None) -> Mandate:
    found: Mandate = session.scalars(select(Mandate).filter_by(person_id=person_id)).one()
    return found


def test_a_first_joint_signature_stays_valid_when_that_mandate_ends_later(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, ANN)
    person_id = to_sign.visitor(ANN).person_id
    to_sign.do(lambda session: setattr(mandate(session, person_id), "until", to_sign.moment))
    sign(to_sign, case_id, BAS)
    assert to_sign.state(case_id) == "decided"


def test_a_mandate_of_after_the_document_needs_a_new_document(to_sign: Portal) -> None:
    a_role(to_sign, EVA, to_sign.organisation(OURS), Role.SIGNATORY)
    eva_id = to_sign.visitor(EVA).person_id
    values = {"counts": "joint", "basis": "statutes", "evidence": "0" * 64, "since": to_sign.moment}
    to_sign.do(lambda s: s.add(Mandate(organisation_id=to_sign.organisation(OURS), person_id=eva_id, **values)))
    eva = reading(to_sign, EVA).sees_not("Teken nu")
    assert post_by_force(to_sign, eva).status == 409
    eva.sees("Uw tekenbevoegdheid is van na dit stuk")


# --- Once --------------------------------------------------------------------------------------------------------


@pytest.mark.row(5, "signing pressed twice")
def test_pressing_twice_signs_once_and_answers_the_same(to_sign: Portal) -> None:
    code = to_sign.code(ANN)
    first, second = reading(to_sign, ANN), reading(to_sign, ANN)
    pages = [each.fill(typed_name=ANN.name, code=code).press("Teken nu") for each in (first, second)]
    assert pages[0].address == pages[1].address
    assert pages[0].text == pages[1].text
    assert len(signatures(to_sign)) == 1


def test_who_has_signed_is_led_back_to_the_case(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    assert reading(to_sign, ANN).address == f"/zaken/{to_sign.case('board_declaration')}"


@pytest.mark.row(5, "fifty posts of the last signature at once")
def test_fifty_identical_posts_of_the_last_signature_at_once_give_one_signature(to_sign: Portal) -> None:
    """Issue 2, 4: the same answer to each."""
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, ANN)
    bas, code, document = reading(to_sign, BAS), to_sign.code(BAS), to_sign.document(case_id)
    fields = {
        "typed_name": BAS.name,
        "code": code,
        "seen": document.certified,
        "csrf_token": bas.values()["csrf_token"],
    }
    answers = at_once([partial(posted, to_sign, bas, f"/tekenen/{document.id}", fields)] * 50)
    assert set(answers) == {(302, f"/zaken/{case_id}/ontvangen")}
    assert len(signatures(to_sign)) == 2
    assert to_sign.count(InForce, kind="board_declaration", organisation_id=to_sign.organisation("03KF00")) == 1
    assert to_sign.count(jobs.Job, kind="seal") == 2


# --- The seal comes after ----------------------------------------------------------------------------------------


def test_while_the_time_stamp_service_is_off_the_act_stands_and_the_document_waits(to_sign: Portal) -> None:
    """Issue 2, 4: sealed after it is back."""
    case_id = to_sign.case("board_declaration")
    away = replace(to_sign, settings=replace(to_sign.settings, time_stamp_url=NOWHERE))
    sign(to_sign, case_id, ANN)
    sign(to_sign, case_id, BAS)
    away.moment = to_sign.moment
    away.work()
    assert to_sign.state(case_id) == "decided"
    document = to_sign.document(case_id)
    assert (document.state, bool(document.cause), len(document.revisions)) == ("waiting", True, 1)
    ann = to_sign.sign_in(ANN).open(f"/zaken/{case_id}")
    ann.sees("De tijdstempeldienst gaf geen tijdstempel.", "blijft vastgelegd").sees_not("Errno")
    assert "Errno" in document.cause, "the service desk is told what the machines said"
    to_sign.later(minutes=15).work()
    document = to_sign.document(case_id)
    assert (document.state, document.cause, len(document.revisions)) == ("complete", "", 3)


def test_a_worker_that_comes_back_too_late_seals_nothing_twice(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, ANN)
    to_sign.work()
    to_sign.do(
        lambda session: [setattr(each, "state", "todo") for each in session.query(jobs.Job).filter_by(kind="seal")]
    )
    to_sign.work()
    assert len(to_sign.document(case_id).revisions) == 2


def test_everyone_who_signed_gets_a_receipt_and_the_document(in_force: Portal) -> None:
    for someone in (ANN, BAS):
        subjects = in_force.mails(someone.email)
        assert sum(each.startswith("U hebt getekend") for each in subjects) == 1
        assert sum(each.startswith("Uw stuk is klaar: Bestuursverklaring") for each in subjects) == 1
        assert "logboek" in in_force.letter(someone.email, "U hebt getekend").lower()


def test_a_decided_document_needs_no_more_signatures(registered: Portal) -> None:
    from tests.builders import OMAR, THEIRS

    case_id = a_declaration(registered, board=THEIRS, by=IRIS)
    omar = registered.sign_in(OMAR).open(f"/tekenen/{registered.document(case_id).id}")
    sign(registered, case_id, IRIS)
    omar.fill(typed_name=OMAR.name, code=registered.code(OMAR)).press("Teken nu")
    assert omar.status == 409
    omar.sees("is al volledig getekend")
