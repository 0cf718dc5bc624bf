"""Hostile hands on a document of two sides: nobody binds both, and what is not one's own stays hidden."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import on_paper, reissuing, signing, starting, turning
from portal.cases.tables import Case, Signature
from portal.database import reader
from portal.documents import vault
from portal.errors import NotFoundError, RefusedError
from portal.evidence import dossiers
from portal.offers.tables import Product
from portal.parties import mandates, mandating, people
from portal.parties.authority import Rule
from portal.parties.tables import Organisation
from portal.record import ledger
from portal.record.ledger import Entry
from tests.builders import A_PDF, ANN, BAS, OURS, PRODUCT, SANNE, THEIRS, Portal, Someone, a_role, sign
from tests.dossiers import a_dossier, opened
from tests.test_paper import SCAN
from tests.test_two_sides import (
    AGREED,
    PAT,
    SAM,
    AddWorkflow,
    a_supplier_of,
    add_workflow,
    agreed,
    an_agreement,
    findings,
    portal_board,
    the_supplier,
    with_a_seat_at_both,
)
from workflows.vocabulary import Party, Role

__all__ = ["add_workflow", "agreed"]
DAN = Someone("Dan Bos", "dan@leverancier.example", "Adviseur")
KIM = Someone("Kim Prins", "kim@nieuw.example", "Directeur")
RIK = Someone("Rik Bruin", "rik@leverancier.example", "Medewerker")


def change(
    portal: Portal,
    organisation_id: uuid.UUID,
    *,
    joining: tuple[Someone, ...] = (),
    leaving: tuple[Someone, ...] = (),
    granted_by: Someone | None = None,
    rule: Rule | None = None,
) -> None:
    """A change of authority that was decided, with what follows for open documents."""

    def deed(session: Session) -> None:
        ids = {each: session_person(session, each) for each in (*joining, *leaving, *filter(None, [granted_by]))}
        standing = mandates.mandates_from(session, organisation_id, at=portal.moment)
        said = mandating.change(
            session,
            organisation_id,
            at=portal.moment,
            joining=[ids[each] for each in joining],
            leaving=[each.id for each in standing if each.person_id in {ids[one] for one in leaving}],
            granted_by=next((each.id for each in standing if granted_by and each.person_id == ids[granted_by]), None),
            rule=rule,
            basis="statutes",
            evidence=vault.keep(session, A_PDF),
        )
        ledger.append(session, act="mandates", subject=f"organisation:{organisation_id}", **said)
        reissuing.ask(session, organisation_id, at=portal.moment)

    portal.do(deed)


def session_person(session: Session, someone: Someone) -> uuid.UUID:
    person = people.by_email(session, someone.email)
    assert person is not None, someone
    return person.id


def a_draft_agreement(portal: Portal) -> uuid.UUID:
    ann = portal.visitor(ANN)
    product = portal.ask(lambda: reader.scalars(select(Product).filter_by(name=PRODUCT)).one().id)
    with portal.opened():
        return starting.start("small_agreement", by=ann, organisation_id=portal_board(portal), product_id=product)


def who_for(portal: Portal, case_id: uuid.UUID, organisation_id: uuid.UUID) -> set[str]:
    """The names of those who have a place at this side."""
    places = portal.document(case_id).facts["signatories"]
    return {each["name"] for each in places if each["organisation"] == str(organisation_id)}


# --- Nobody for both, by no detour --------------------------------------------------------------------------------


def test_who_signs_for_the_board_does_not_bind_the_supplier_by_a_delegate(
    registered: Portal, add_workflow: AddWorkflow
) -> None:
    """The board needs Ann; at the supplier Dan sits in the seat of the same Ann."""
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, ANN)
    supplier = the_supplier(registered)
    a_role(registered, DAN, supplier, Role.SIGNATORY)
    change(registered.later(minutes=1), supplier, joining=(DAN,), granted_by=ANN)
    with pytest.raises(RefusedError, match="telt niet mee voor de andere"):
        an_agreement(registered)

    a_role(registered, SAM, supplier, Role.SIGNATORY)
    change(registered.later(minutes=1), supplier, joining=(SAM,))
    case_id = an_agreement(registered)
    assert who_for(registered, case_id, supplier) == {SAM.name}


def test_who_delegated_at_one_side_signs_for_the_other_only_without_that_delegate(
    registered: Portal, add_workflow: AddWorkflow
) -> None:
    """Ann is needed for the supplier; then nobody sits in her seat at the board."""
    add_workflow("small_agreement", AGREED)
    board = registered.organisation(OURS)
    a_role(registered, DAN, board, Role.SIGNATORY)
    change(registered.later(minutes=1), board, joining=(DAN,), granted_by=ANN)
    change(registered.later(minutes=1), board, rule=Rule("alone"))
    a_supplier_of(registered, ANN)
    case_id = an_agreement(registered)
    assert who_for(registered, case_id, board) == {BAS.name}
    assert who_for(registered, case_id, the_supplier(registered)) == {ANN.name}


def test_two_who_may_bind_both_each_sign_for_one_side(registered: Portal, add_workflow: AddWorkflow) -> None:
    """All of both sides is Ann and Bas, either of whom binds: one of them signs here, the other there."""
    add_workflow("small_agreement", AGREED)
    board = registered.organisation(OURS)
    change(registered, board, rule=Rule("alone"))
    a_supplier_of(registered, ANN, BAS)
    case_id = an_agreement(registered)
    supplier = the_supplier(registered)
    [first], [second] = who_for(registered, case_id, board), who_for(registered, case_id, supplier)
    assert {first, second} == {ANN.name, BAS.name}
    for name in (first, second):
        sign(registered, case_id, ANN if name == ANN.name else BAS)
    registered.work()
    assert registered.state(case_id) == "decided"
    assert findings(registered) == []


def test_who_has_a_place_at_the_board_says_neither_yes_nor_no_for_the_supplier(
    registered: Portal, add_workflow: AddWorkflow
) -> None:
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, SAM, PAT)
    with_a_seat_at_both(registered, ANN)
    change(registered, registered.organisation(OURS), rule=Rule("alone"))
    case_id = an_agreement(registered)
    sign(registered, case_id, BAS)
    with pytest.raises(RefusedError):
        sign(registered, case_id, ANN)
    ann = registered.visitor(ANN)
    with registered.opened(), pytest.raises(RefusedError):
        turning.decline(case_id, words="Toch niet.", by=ann)
    browser = registered.sign_in(ANN).open(f"/zaken/{case_id}").sees_not("Lees en teken", "Niet akkoord")
    browser.sees("Zaak intrekken")


def test_who_says_no_from_a_place_at_the_supplier_says_it_for_the_supplier(
    registered: Portal, add_workflow: AddWorkflow
) -> None:
    """Ann works for both, and has her place at the supplier."""
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, ANN)
    change(registered, registered.organisation(OURS), rule=Rule("alone"))
    case_id = an_agreement(registered)
    sign(registered, case_id, BAS)
    ann = registered.visitor(ANN)
    with registered.opened():
        turning.decline(case_id, words="Nee.", by=ann)
    [said] = registered.ask(lambda: reader.scalars(select(Entry).filter_by(act="declined")).all())
    assert said.on_behalf_of == str(the_supplier(registered))


# --- What is not one's own ----------------------------------------------------------------------------------------


def test_a_draft_that_was_never_sent_stays_the_boards_own_when_it_ends(agreed: Portal) -> None:
    case_id = a_draft_agreement(agreed)
    agreed.sign_in(ANN).open(f"/zaken/{case_id}/about").fill(what="Ons geheim").press("Opslaan en verder")
    ann = agreed.visitor(ANN)
    with agreed.opened():
        turning.withdraw(case_id, words="", by=ann)
    sam = agreed.sign_in(SAM)
    assert sam.open(f"/zaken/{case_id}").status == 404
    visitor = agreed.visitor(SAM)
    with agreed.opened(), pytest.raises(NotFoundError):
        dossiers.ask(by=visitor, case_id=case_id)
    sam.open("/zaken").sees_not("Kleine overeenkomst")
    theirs = opened(a_dossier(agreed, by=SAM, organisation_id=the_supplier(agreed)))
    assert not any(name.startswith("cases/") for name in theirs.files)


def test_the_dossier_of_the_supplier_tells_no_more_of_the_boards_case_than_that_of_the_case(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    for each in (ANN, BAS, SAM):
        sign(agreed, case_id, each)
    agreed.work()
    for asked in ({"case_id": case_id}, {"organisation_id": the_supplier(agreed)}):
        dossier = opened(a_dossier(agreed, by=SAM, **asked))
        assert [name for name, content in dossier.files.items() if BAS.email.encode() in content] == []
    ours = opened(a_dossier(agreed, organisation_id=agreed.organisation(OURS)))
    assert any(BAS.email.encode() in content for content in ours.files.values())


def test_a_colleague_without_a_mandate_at_the_supplier_reads_and_decides_nothing(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    a_role(agreed, RIK, the_supplier(agreed), Role.READER)
    sign(agreed, case_id, ANN)
    sign(agreed, case_id, BAS)
    rik, page = agreed.visitor(RIK), agreed.sign_in(RIK).open(f"/zaken/{case_id}")
    page.sees("Kleine overeenkomst").sees_not(ANN.email, BAS.email, "Niet akkoord", "Terugsturen", "Zaak intrekken")
    with pytest.raises(RefusedError):
        sign_without_code(agreed, case_id, RIK)
    for deed in (turning.decline, turning.send_back, turning.withdraw):
        with agreed.opened(), pytest.raises(RefusedError):
            deed(case_id, words="Nee.", by=rik)
    assert agreed.count(Signature) == 2


def sign_without_code(portal: Portal, case_id: uuid.UUID, someone: Someone) -> None:
    document, visitor = portal.document(case_id), portal.visitor(someone)
    with portal.opened():
        signing.sign(
            {document.id: document.certified or ""},
            by=visitor,
            typed_name=someone.name,
            code="",
            code_is_good=lambda *_: True,
            follow=portal.follow,
        )


def test_what_was_agreed_with_the_former_supplier_is_not_shown_to_the_next(
    registered: Portal, add_workflow: AddWorkflow
) -> None:
    card = 'card=("about.what",),\n    document='
    add_workflow("small_agreement", AGREED.replace("document=", card))
    a_supplier_of(registered, SAM)
    first = an_agreement(registered)
    for each in (ANN, BAS, SAM):
        sign(registered, first, each)
    registered.work()

    def moves(session: Session) -> uuid.UUID:
        new = Organisation(kind=Party.SUPPLIER, name="Nieuwe leverancier")
        session.add(new)
        session.flush()
        session.scalars(select(Product).filter_by(name=PRODUCT)).one().supplier_id = new.id
        return new.id

    new = registered.do(moves)
    a_role(registered, KIM, new, Role.SIGNATORY)
    change(registered, new, joining=(KIM,), rule=Rule("alone"))
    second = an_agreement(registered)
    assert second != first
    assert who_for(registered, second, new) == {KIM.name}
    assert registered.sign_in(KIM).open(f"/zaken/{first}").status == 404
    for each in (ANN, BAS):
        sign(registered, second, each)
    registered.sign_in(KIM).open(f"/tekenen/{registered.document(second).id}").sees("Waarover").sees_not("vorige keer")


# --- What changes meanwhile ---------------------------------------------------------------------------------------


def test_a_supplier_that_ends_signs_nothing_more_on_paper_either(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    document, desk, supplier = agreed.document(case_id), agreed.visitor(SANNE), the_supplier(agreed)
    ends = agreed.moment + dt.timedelta(days=30)

    def end(session: Session) -> None:
        session.get_one(Organisation, supplier).ended_at = ends

    agreed.do(end)
    named = [str(agreed.visitor(each).person_id) for each in (ANN, BAS, SAM)]
    values: dict[str, Any] = {"scan": SCAN, "name": "scan.pdf", "why": "x", "signed_on": agreed.moment.date()}
    with agreed.opened(), pytest.raises(RefusedError, match="Voorbeeldleverancier"):
        on_paper.put_down(document.id, people=named, stated=True, by=desk, **values)
    with pytest.raises(RefusedError, match="Voorbeeldleverancier"):
        sign(agreed, case_id, ANN)


def test_who_signed_and_leaves_the_board_does_not_come_back_for_the_supplier(
    registered: Portal, add_workflow: AddWorkflow
) -> None:
    """Ann bound the board, and then only the supplier is left for her: her one signature stays where it is."""
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, SAM, PAT)
    with_a_seat_at_both(registered, ANN)
    board = registered.organisation(OURS)
    change(registered, board, rule=Rule("alone"))
    case_id = an_agreement(registered)
    sign(registered, case_id, ANN)
    change(registered, board, leaving=(ANN,))
    registered.work()
    sign(registered, case_id, ANN)
    assert registered.count(Signature) == 1
    assert registered.state(case_id) == "signing"
    sign(registered, case_id, SAM)
    assert registered.state(case_id) == "decided"


@pytest.mark.parametrize(
    "what",
    ["organisation", "signing_for", "counterparty", "no_counterparty", "rule", "one_side", "order", "place", "name"],
)
def test_a_changed_row_has_a_finding(agreed: Portal, what: str) -> None:
    case_id = an_agreement(agreed)
    for each in (ANN, BAS) if what == "signing_for" else (ANN, BAS, SAM):
        sign(agreed, case_id, each)
    agreed.work()
    supplier, board, other = the_supplier(agreed), agreed.organisation(OURS), agreed.organisation(THEIRS)

    def tamper(session: Session) -> None:
        case = session.get_one(Case, case_id)
        [document] = case.documents
        facts = {
            **document.facts,
            "sides": [dict(each) for each in document.facts["sides"]],
            "signatories": [dict(each) for each in document.facts["signatories"]],
        }
        match what:
            case "organisation":
                document.signatures[0].organisation_id = supplier
            case "signing_for":
                case.signing_for = board
            case "counterparty":
                case.counterparty_id = other
            case "no_counterparty":
                case.counterparty_id = None
            case "rule":
                facts["sides"][1]["rule"] = "Iedereen mag."
            case "one_side":
                facts.pop("sides")
            case "order":
                facts["sides"].reverse()
            case "place":
                facts["signatories"][2]["organisation"] = str(board)
            case "name":
                facts["sides"][1]["name"] = "Ander B.V."
        document.facts = facts

    agreed.do(tamper)
    assert findings(agreed, "pdfs", "ledger", "files", "documents", "decisions")
