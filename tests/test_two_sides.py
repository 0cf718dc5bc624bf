"""Documents that two sides sign, one after the other: each by its own rule, and nobody for both."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.cases import on_paper, starting
from portal.cases.tables import Signature
from portal.database import reader
from portal.documents import vault
from portal.errors import InvalidError, RefusedError
from portal.offers.tables import Product
from portal.parties import mandating, memberships, people
from portal.parties.authority import Rule
from portal.parties.tables import Organisation
from portal.record import ledger
from portal.record.ledger import Entry
from tests.builders import A_PDF, ANN, BAS, OURS, PRODUCT, SAM, SANNE, Portal, Someone, a_role, sign, submit
from tests.dossiers import a_dossier, checked, codes, opened, with_json
from tests.test_paper import SCAN, TIM
from tests.test_workflows import add_workflow
from workflows.vocabulary import Party, Role, Workflow

__all__ = ["add_workflow"]
AGREED = '''"""The smallest agreement: a board signs, then the supplier of the product."""

from workflows.vocabulary import Party, Signatory, Text, Workflow, step

WORKFLOW = Workflow(
    name="small_agreement",
    title="Kleine overeenkomst",
    prefix="KO",
    version="1",
    subject=Party.BOARD,
    publication="usage_terms",
    introduction="Twee partijen tekenen.",
    steps=(step("about", "Waarover?", Text("what", "Waarover gaat het?")),),
    signatory=Signatory(confirms="Ik bind het bestuur."),
    countersignatory=Signatory(confirms="Ik bind de leverancier."),
    document="documents/small_agreement.html",
    afterwards="Dan is het klaar.",
)
'''
PAT = Someone("Pat Visser", "pat@leverancier.example", "Directeur")
AddWorkflow = Callable[[str, str], Workflow]


def the_supplier(portal: Portal) -> uuid.UUID:
    query = select(Organisation.id).filter_by(kind=Party.SUPPLIER)
    return portal.ask(lambda: reader.execute(query).scalar_one())


def a_supplier_of(portal: Portal, *signatories: Someone, rule: Rule = Rule("alone")) -> uuid.UUID:  # noqa: B008
    """The supplier of the product, which these people may bind by this rule."""
    supplier = the_supplier(portal)
    for each in signatories:
        a_role(portal, each, supplier, Role.SIGNATORY)

    def empower(session) -> None:  # type: ignore[no-untyped-def]
        them = [people.by_email(session, each.email) for each in signatories]
        for each in them:
            assert each is not None
            if each.email in (ANN.email, BAS.email):
                memberships.join(session, each, supplier, Role.SIGNATORY, status="active")
        said = mandating.change(
            session,
            supplier,
            at=portal.moment,
            joining=[each.id for each in them if each],
            rule=rule,
            basis="statutes",
            evidence=vault.keep(session, A_PDF),
        )
        ledger.append(session, act="mandates", subject=f"organisation:{supplier}", **said)

    portal.do(empower)
    return supplier


def an_agreement(portal: Portal) -> uuid.UUID:
    """Of our board with the supplier, sent by Ann; the document is made."""
    ann = portal.visitor(ANN)
    browser = portal.sign_in(ANN)
    product = portal.ask(lambda: reader.scalars(select(Product).filter_by(name=PRODUCT)).one().id)
    with portal.opened():
        case_id = starting.start("small_agreement", by=ann, organisation_id=portal_board(portal), product_id=product)
    browser.open(f"/zaken/{case_id}/about").fill(what="Toetsen").press("Opslaan en verder")
    submit(portal, case_id, ann)
    portal.work()
    return case_id


def portal_board(portal: Portal) -> uuid.UUID:
    query = select(Organisation.id).filter_by(register_key=f"board:{OURS}")
    return reader.execute(query).scalar_one()


@pytest.fixture
def agreed(registered: Portal, add_workflow: AddWorkflow) -> Portal:
    """The stage: our board, whose two sign together, and a supplier whose Sam signs alone."""
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, SAM, PAT)
    return registered


# --- One after the other -----------------------------------------------------------------------------------------


def test_the_board_signs_first_and_the_supplier_after_it_each_by_its_own_rule(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    facts = agreed.document(case_id).facts
    assert [each["name"] for each in facts["sides"]] == [facts["organisation"]["name"], "Voorbeeldleverancier B.V."]
    assert {each["name"] for each in facts["signatories"]} == {ANN.name, BAS.name, SAM.name, PAT.name}
    assert not any(each.startswith("Te tekenen") for each in agreed.mails(SAM.email))

    sign(agreed, case_id, ANN)
    sign(agreed, case_id, BAS)
    assert agreed.state(case_id) == "signing"
    agreed.work()
    assert any(each.startswith("Te tekenen: Kleine overeenkomst") for each in agreed.mails(SAM.email))

    sam = agreed.sign_in(SAM).open("/")
    sam.sees("Kleine overeenkomst").follow("Lees en teken")
    sam.sees("Ik bind de leverancier.", "namens Voorbeeldleverancier B.V.")
    sign(agreed, case_id, SAM)
    agreed.work()
    assert agreed.state(case_id) == "decided"
    document = agreed.document(case_id)
    assert (document.state, len(document.signatures), len(document.revisions)) == ("complete", 3, 4)
    assert [each.completes for each in document.signatures] == [False, False, True]
    assert findings(agreed, "pdfs", "ledger", "files", "documents", "decisions") == []


def findings(portal: Portal, *parts: str) -> list[str]:
    """What the witness finds, besides that the supplier's authority was set up here and by no case."""
    found = portal.findings(*parts)
    return [each.what for each in found if each.what != "wijzigt een tekenbevoegdheid zonder besluit"]


def test_who_is_not_at_turn_reads_and_is_told_who_signs_first(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    with pytest.raises(RefusedError, match="Eerst tekent"):
        sign(agreed, case_id, SAM)
    sam = agreed.sign_in(SAM)
    sam.open(f"/zaken/{case_id}").sees("Kleine overeenkomst", "Nog niet getekend").sees_not("Lees en teken")
    sam.open("/").sees_not("Lees en teken")
    sign(agreed, case_id, ANN)
    sign(agreed, case_id, BAS)
    sign(agreed, case_id, PAT)
    with pytest.raises(RefusedError):
        sign(agreed, case_id, SAM)
    assert agreed.count(Signature) == 3


def test_a_draft_is_none_of_the_suppliers_business(agreed: Portal) -> None:
    ann = agreed.visitor(ANN)
    product = agreed.ask(lambda: reader.scalars(select(Product).filter_by(name=PRODUCT)).one().id)
    with agreed.opened():
        case_id = starting.start("small_agreement", by=ann, organisation_id=portal_board(agreed), product_id=product)
    sam = agreed.sign_in(SAM)
    assert sam.open(f"/zaken/{case_id}").status == 404
    sam.open("/zaken").sees_not("Kleine overeenkomst")


def test_the_supplier_may_say_no_when_it_is_its_turn_and_cannot_withdraw_the_boards_case(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    sam = agreed.sign_in(SAM).open(f"/zaken/{case_id}").sees_not("Niet akkoord", "Terugsturen")
    sign(agreed, case_id, ANN)
    sign(agreed, case_id, BAS)
    sam.open(f"/zaken/{case_id}").sees("Lees en teken").sees_not("Zaak intrekken")
    sam.follow("Niet akkoord").fill(words="Niet onze tekst.").press("Ja, ik ga niet akkoord")
    assert agreed.state(case_id) == "declined"
    [said] = agreed.ask(lambda: reader.scalars(select(Entry).filter_by(act="declined")).all())
    assert said.on_behalf_of == str(the_supplier(agreed))
    assert findings(agreed) == []


def test_what_was_begun_before_the_product_got_another_supplier_is_begun_again(agreed: Portal) -> None:
    product = agreed.ask(lambda: reader.scalars(select(Product).filter_by(name=PRODUCT)).one().id)
    ann = agreed.visitor(ANN)
    with agreed.opened():
        case_id = starting.start("small_agreement", by=ann, organisation_id=portal_board(agreed), product_id=product)
    agreed.sign_in(ANN).open(f"/zaken/{case_id}/about").fill(what="Toetsen").press("Opslaan en verder")

    def sell(session) -> None:  # type: ignore[no-untyped-def]
        buyer = Organisation(kind=Party.SUPPLIER, name="Koper B.V.", registered_at=agreed.moment)
        session.add(buyer)
        session.flush()
        session.get_one(Product, product).supplier_id = buyer.id

    agreed.do(sell)
    with pytest.raises(RefusedError, match="andere leverancier"):
        submit(agreed, case_id, ann)
    assert agreed.state(case_id) == "draft"


# --- Nobody for both ---------------------------------------------------------------------------------------------


def test_who_may_bind_both_has_a_place_at_one_side(registered: Portal, add_workflow: AddWorkflow) -> None:
    """Ann is needed for the board, so for the supplier it is somebody else."""
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, SAM)
    with_a_seat_at_both(registered, ANN)
    case_id = an_agreement(registered)
    facts = registered.document(case_id).facts
    [hers] = [each for each in facts["signatories"] if each["name"] == ANN.name]
    assert hers["confirms"] == "Ik bind het bestuur."
    for each in (ANN, BAS, SAM):
        sign(registered, case_id, each)
    assert registered.state(case_id) == "decided"


def test_who_signed_for_the_board_cannot_sign_for_the_supplier(
    registered: Portal,
    add_workflow: AddWorkflow,
) -> None:
    """Ann alone may bind the supplier, and the board needs her: nobody can make this document, and it says why."""
    add_workflow("small_agreement", AGREED)
    a_supplier_of(registered, SAM)
    with_a_seat_at_both(registered, ANN)
    only_ann(registered)
    with pytest.raises(RefusedError, match=r"Voorbeeldleverancier B\.V\. moet dit stuk ook tekenen") as refused:
        an_agreement(registered)
    assert "telt niet mee voor de andere" in str(refused.value)


def with_a_seat_at_both(portal: Portal, someone: Someone) -> None:
    supplier = the_supplier(portal)

    def empower(session) -> None:  # type: ignore[no-untyped-def]
        person = people.by_email(session, someone.email)
        assert person is not None
        memberships.join(session, person, supplier, Role.SIGNATORY, status="active")
        mandating.change(
            session,
            supplier,
            at=portal.moment,
            joining=[person.id],
            basis="statutes",
            evidence=vault.keep(session, A_PDF),
        )

    portal.do(empower)


def only_ann(portal: Portal) -> None:
    """Sam may bind the supplier no more."""
    from portal.parties import mandates

    supplier, sam = the_supplier(portal), portal.visitor(SAM).person_id

    def end(session) -> None:  # type: ignore[no-untyped-def]
        held = mandates.mandates_from(session, supplier, at=portal.moment)
        mandating.change(
            session, supplier, at=portal.moment, leaving=[each.id for each in held if each.person_id == sam]
        )

    portal.do(end)


# --- What changes meanwhile --------------------------------------------------------------------------------------


def test_a_side_that_has_signed_answers_for_its_moment_when_its_signatories_change(agreed: Portal) -> None:
    """Bas leaves the board after both signed: the document stays, and the supplier completes it."""
    from portal.cases import reissuing
    from portal.parties import mandates

    case_id = an_agreement(agreed)
    sign(agreed, case_id, ANN)
    sign(agreed, case_id, BAS)
    bas, board = agreed.visitor(BAS).person_id, agreed.organisation(OURS)

    def leave(session) -> int:  # type: ignore[no-untyped-def]
        held = mandates.mandates_from(session, board, at=agreed.moment)
        mandating.change(
            session,
            board,
            at=agreed.moment,
            leaving=[each.id for each in held if each.person_id == bas],
            rule=Rule("alone"),
        )
        reissuing.ask(session, board, at=agreed.moment)
        return 0

    agreed.do(leave)
    document = agreed.document(case_id)
    assert document.void_at is None
    sign(agreed, case_id, SAM)
    assert agreed.state(case_id) == "decided"


def test_a_signatory_of_the_supplier_who_leaves_has_the_document_made_anew_for_both(agreed: Portal) -> None:
    from portal.cases import reissuing
    from portal.parties import mandates

    case_id = an_agreement(agreed)
    sign(agreed, case_id, ANN)
    before, supplier, pat = agreed.document(case_id).id, the_supplier(agreed), agreed.visitor(PAT).person_id

    def leave(session) -> None:  # type: ignore[no-untyped-def]
        held = mandates.mandates_from(session, supplier, at=agreed.moment)
        leaving = [each.id for each in held if each.person_id == pat]
        said = mandating.change(session, supplier, at=agreed.moment, leaving=leaving)
        ledger.append(session, act="mandates", subject=f"organisation:{supplier}", **said)
        reissuing.ask(session, supplier, at=agreed.moment)

    agreed.do(leave)
    agreed.work()
    document = agreed.document(case_id)
    assert document.id != before and document.signatures == []
    assert {each["name"] for each in document.facts["signatories"]} == {ANN.name, BAS.name, SAM.name}
    assert any(each.startswith("Niet meer geldig") for each in agreed.mails(ANN.email))
    for each in (ANN, BAS, SAM):
        sign(agreed, case_id, each)
    assert agreed.state(case_id) == "decided"
    assert findings(agreed) == []


# --- On paper, and in the dossier --------------------------------------------------------------------------------


def test_the_dossier_of_both_parties_holds_and_shows_nobody_the_evidence_of_the_other(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    for each in (ANN, BAS, SAM):
        sign(agreed, case_id, each)
    agreed.work()
    ours = opened(a_dossier(agreed, case_id=case_id))
    assert checked(ours).wrong == []
    theirs = opened(a_dossier(agreed, by=SAM, organisation_id=the_supplier(agreed)))
    assert checked(theirs).wrong == []
    for dossier in (ours, theirs):
        said = [name for name in dossier.files if name.startswith("cases/") and name.endswith("case.json")]
        [name] = said

        def swap(case: dict[str, object]) -> None:
            for document in case["documents"]:  # type: ignore[attr-defined]
                document["sides"] = document["sides"][:1]

        assert "facts" in codes(checked(with_json(dossier.files, name, swap)))


def test_on_paper_both_sides_must_have_signed(agreed: Portal) -> None:
    case_id = an_agreement(agreed)
    document, desk = agreed.document(case_id), agreed.visitor(SANNE)
    a_role(agreed, TIM, operator(agreed), Role.SERVICE_DESK)

    def put_down(*those: Someone) -> None:
        named = [str(agreed.visitor(each).person_id) for each in those]
        values = {"scan": SCAN, "name": "scan.pdf", "why": "Geen telefoon.", "signed_on": agreed.moment.date()}
        with agreed.opened():
            on_paper.put_down(document.id, people=named, stated=True, by=desk, **values)

    for those in ((ANN, BAS), (ANN, SAM), (SAM, PAT)):
        with pytest.raises(InvalidError) as refused:
            put_down(*those)
        assert "samen niet binden" in refused.value.fields["people"]
    put_down(ANN, BAS, SAM)
    tim = agreed.visitor(TIM)
    with agreed.opened():
        on_paper.confirm(document.id, by=tim, follow=agreed.follow)
    assert agreed.state(case_id) == "decided"
    assert findings(agreed) == []


def operator(portal: Portal) -> uuid.UUID:
    query = select(Organisation.id).filter_by(kind=Party.OPERATOR)
    return portal.ask(lambda: reader.execute(query).scalar_one())
