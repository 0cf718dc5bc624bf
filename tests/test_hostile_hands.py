"""What hostile and unlucky hands tried once and must never manage: each of these was a hole."""

import pytest

from portal.cases.tables import Case, Signature
from portal.database import reader
from portal.parties import spelling
from portal.parties.tables import Membership
from portal.record import outbox
from tests.builders import (
    ANN,
    BAS,
    EVA,
    FEMKE,
    OURS,
    PRODUCT,
    THEIRS,
    TOM,
    Portal,
    a_declaration,
    a_role,
    sign,
)
from workflows.vocabulary import Role


def test_a_persons_own_case_is_on_nobodys_behalf_whatever_the_form_says(in_force: Portal) -> None:
    foreign = in_force.organisation(THEIRS)
    tom = in_force.sign_in(TOM).open(f"/zaken/begin/usage_terms?product={PRODUCT}")
    tom.post(tom.address, {"product": PRODUCT, "organisation": str(foreign)})
    kept = in_force.ask(lambda: [each.organisation_id for each in reader.query(Case).filter_by(workflow="usage_terms")])
    assert set(kept) <= {None}


def test_a_reader_of_the_board_cannot_throw_its_draft_away(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    a_role(registered, FEMKE, registered.organisation(OURS), Role.FINANCIAL_CONTACT)
    femke = registered.sign_in(FEMKE).open(f"/zaken/{case_id}")
    assert "Zaak intrekken" not in femke.text
    femke.post(f"/zaken/{case_id}/intrekken")
    assert femke.status == 409
    assert registered.state(case_id) == "draft"


def test_the_certified_name_signs_however_wide_it_was_typed(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    first, _, last = ANN.name.partition(" ")
    document, code = to_sign.document(case_id), to_sign.code(ANN)
    ann = to_sign.sign_in(ANN).open(f"/tekenen/{document.id}")
    ann.fill(typed_name=first + " " * 5000 + last, code=code).press("Teken nu")
    to_sign.work()
    assert [each.typed_name for each in to_sign.document(case_id).signatures] == [ANN.name]
    assert to_sign.ask(lambda: reader.query(Signature).one().revision) == 2


def test_who_may_sign_does_not_take_another_name_after_the_evidence_was_compared(to_sign: Portal) -> None:
    ann = to_sign.sign_in(ANN).open("/account/wijzigen").fill(name="Koning Willem", function="Minister")
    ann.press("Opslaan").open("/account").sees(ANN.name)
    assert "Koning Willem" not in ann.text


def test_a_second_press_on_invite_sends_nothing_more(registered: Portal) -> None:
    eva = registered.sign_in(EVA).open(f"/organisaties/{registered.organisation(OURS)}")
    fields = {"name": "Pia Groen", "email": "pia@ons.example", "role": "reader"}
    for _ in range(3):
        eva.post(f"/organisaties/{registered.organisation(OURS)}/uitnodigen", fields)
        assert eva.status == 302
    assert len(registered.mails("pia@ons.example")) == 1
    assert registered.count(Membership, role="reader") == 1


def test_a_school_named_twice_counts_once(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    ann = registered.sign_in(ANN).open(f"/zaken/{case_id}/scope")
    schools = ann.values()["schools"]
    ann.post(ann.address, {"schools": schools + schools, "office": "", "seen": "1", "shown": "schools office"})
    answered = registered.ask(lambda: reader.get_one(Case, case_id).answers)
    assert next(each.values["schools"] for each in answered if each.step == "scope") == schools


@pytest.mark.parametrize(
    "field", ["add=collective", "remove=collective-0", "people-²-name=x", f"people-{'9' * 5000}-name=x"]
)
def test_buttons_and_rows_that_no_page_has_do_nothing(registered: Portal, field: str) -> None:
    case_id = a_declaration(registered, draft=True)
    name, _, value = field.partition("=")
    ann = registered.sign_in(ANN).open(f"/zaken/{case_id}/licence")
    ann.post(ann.address, {"collective": "no", "seen": "1", "shown": "collective", name: value})
    assert ann.status < 500


def test_a_mailbox_has_one_spelling_also_where_its_domain_has_letters_of_its_own() -> None:
    assert spelling.address("Naam@XN--bcher-kva.example") == spelling.address("naam@bücher.example")


@pytest.mark.parametrize("typed", ["Ann\x00 de Vries", "Ann\u202e de Vries", " Ann de Vries\n", "Ann\x1b de Vries"])
def test_what_cannot_be_seen_is_taken_out_of_a_line(typed: str) -> None:
    assert spelling.clean(typed) == "Ann de Vries"


def test_signatures_are_sealed_in_the_order_of_the_ledger_also_when_the_clock_jumps_back(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, ANN)
    to_sign.later(seconds=-45)
    sign(to_sign, case_id, BAS)
    to_sign.work()
    assert [each.revision for each in to_sign.document(case_id).signatures] == [2, 3]
    assert to_sign.document(case_id).state == "complete"
    assert to_sign.count(outbox.Mail, kind="complete") >= 2
