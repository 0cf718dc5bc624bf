"""A supplier signs a version beforehand: a board that signs it is bound with it at once, and everybody can check it."""

import datetime as dt
import io
import uuid
from dataclasses import replace

import pikepdf
import pytest
from sqlalchemy import select

from portal.cases import answering, starting
from portal.cases.tables import InForce
from portal.database import reader
from portal.documents import vault
from portal.errors import NotFoundError, RefusedError
from portal.evidence import verify_dossier
from portal.offers import publications
from portal.offers.agreements import files
from portal.offers.tables import Product, Publication
from tests.agreements import a_version
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    NOOR,
    OTHER_SCHOOL,
    OURS,
    PRODUCT,
    SAM,
    SCHOOL,
    Portal,
    a_role,
    sign,
    submit,
)
from tests.dossiers import READ, a_dossier, checked, opened
from tests.suppliers import (
    EXAMPLE,
    KIM,
    a_bound_supplier,
    a_published_agreement,
    an_agreement,
    the_product,
    the_supplier,
)
from workflows.vocabulary import Role


@pytest.fixture
def published(registered: Portal) -> Portal:
    a_published_agreement(registered)
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    return registered


def beforehand(
    portal: Portal,
    what: str = "give",
    *,
    days: int = 100,
    signed: bool = True,
    publication_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Kim asks it, Sam signs it, and it is sealed; of the version that holds, or of another."""
    kim = portal.visitor(KIM)
    product, supplier = the_product(portal), the_supplier(portal)
    values = {"what": what}
    if what == "give":
        values["until"] = (portal.moment.date() + dt.timedelta(days=days)).isoformat()
    with portal.opened():
        case_id = starting.start(
            "presigning", by=kim, organisation_id=supplier, product_id=product, publication_id=publication_id
        )
        answering.answer(case_id, "presigning", values, by=kim, seen=0, follow=portal.follow)
    submit(portal, case_id, kim)
    portal.work()
    if signed:
        sign(portal, case_id, SAM)
        portal.work()
    return case_id


def in_force(portal: Portal, kind: str) -> list[InForce]:
    return portal.ask(lambda: list(reader.scalars(select(InForce).filter_by(kind=kind))))


def test_a_board_that_signs_is_bound_with_the_supplier_at_once(published: Portal) -> None:
    first = beforehand(published)
    case_id = an_agreement(published)
    facts = published.document(case_id).facts
    assert {each["name"] for each in facts["signatories"]} == {ANN.name, BAS.name}
    said = facts["presigned"]
    assert (said["name"], said["code"]) == ("Voorbeeldleverancier B.V.", published.document(first).code)
    assert said["sha256"] == published.document(first).current
    for each in (ANN, BAS):
        sign(published, case_id, each)
    published.work()
    assert published.state(case_id) == "decided"
    assert in_force(published, "processor_agreement")
    assert published.findings() == ()
    assert checked(opened(a_dossier(published, case_id=case_id))).wrong == []


def test_what_the_supplier_signed_is_enclosed_in_the_agreement_and_opened_by_both_sides(published: Portal) -> None:
    first = beforehand(published)
    case_id = an_agreement(published)
    given = published.ask(lambda: vault.content(published.document(first).current or ""))
    for each in (ANN, BAS):
        page = published.sign_in(each).open(f"/zaken/{case_id}").follow("Lees en teken")
        assert page.follow("Het stuk waarmee Voorbeeldleverancier B.V. vooraf tekende").response.data == given
        sign(published, case_id, each)
    published.work()
    sealed = published.ask(lambda: vault.content(published.document(case_id).current or ""))
    with pikepdf.open(io.BytesIO(sealed)) as file:
        assert sorted(file.attachments) == ["gegevens.json", "vooraf-getekend.pdf"]
        assert file.attachments["vooraf-getekend.pdf"].get_file().read_bytes() == given
    for someone in (NOOR, SAM):
        page = published.sign_in(someone).open(f"/zaken/{case_id}")
        page.follow("Het stuk waarmee Voorbeeldleverancier B.V. vooraf tekende")
        assert page.response.mimetype == "application/pdf" and page.response.data == given
        register = f"/organisaties/{published.organisation(OURS)}/overeenkomsten/{case_id}"
        if someone is NOOR:
            assert published.sign_in(NOOR).open(register).follow("Het stuk waarmee").response.data == given
    address = f"/stukken/{published.document(case_id).id}/vooraf-getekend.pdf"
    assert published.sign_in(IRIS).open(address).status == 404
    other = f"/stukken/{published.document(first).id}/vooraf-getekend.pdf"
    assert published.sign_in(KIM).open(other).status == 404, "that rests on nothing"


def test_the_verifier_finds_it_and_names_an_agreement_without_it_or_with_another(published: Portal) -> None:
    first = beforehand(published)
    case_id = an_agreement(published)
    for each in (ANN, BAS):
        sign(published, case_id, each)
    published.work()
    dossier = opened(a_dossier(published, case_id=case_id))
    report = checked(dossier)
    assert report.wrong == []
    [found] = [each for each in report.good if each.code == "beforehand_good"]
    assert found.values == {"paper": published.document(first).code, "count": 1}

    sha256 = published.document(first).current
    assert sha256 is not None
    papers = dict(next(each for each in READ.values() if sha256 in each))
    [holder] = [name for name, paper in papers.items() if sha256 in paper.enclosed]
    without = {**papers, holder: replace(papers[holder], enclosed={})}
    spoiled = {**papers, sha256: replace(papers[sha256], is_complete=False)}
    for other, code in ((without, "beforehand_missing"), (spoiled, "beforehand_wrong")):
        said = verify_dossier.check(verify_dossier.Dossier(dict(dossier.files), papers=other))
        assert code in {each.code for each in said.wrong}


def test_stopping_makes_open_documents_anew_with_places_for_the_supplier(published: Portal) -> None:
    beforehand(published)
    case_id = an_agreement(published)
    old = published.document(case_id)
    sign(published, case_id, ANN)
    beforehand(published, "stop")
    published.work()
    new = published.document(case_id)
    assert new.id != old.id and "presigned" not in new.facts
    assert {each["name"] for each in new.facts["signatories"]} == {ANN.name, BAS.name, SAM.name}
    for each in (ANN, BAS, SAM):
        sign(published, case_id, each)
    published.work()
    assert published.state(case_id) == "decided"
    assert published.findings() == ()


def test_after_its_last_day_it_binds_nobody_and_what_it_bound_stays(published: Portal) -> None:
    beforehand(published, days=2)
    case_id = an_agreement(published, schools=(SCHOOL,))
    for each in (ANN, BAS):
        sign(published, case_id, each)
    published.work()
    again = an_agreement(published, schools=(OTHER_SCHOOL,))  # the same version once more, for another school
    published.later(days=4)
    with pytest.raises(RefusedError):
        sign(published, again, ANN)
    published.work()
    assert {each["name"] for each in published.document(again).facts["signatories"]} == {ANN.name, BAS.name, SAM.name}
    assert published.findings() == ()
    assert checked(opened(a_dossier(published, case_id=case_id))).wrong == []


def test_a_version_that_is_still_to_take_effect_is_signed_beforehand_too(published: Portal) -> None:
    """Kim begins it from the page of the versions; a board that is offered it signs, and it holds from its day."""
    coming = published.moment.date() + dt.timedelta(days=20)
    text = replace(files.read(EXAMPLE.read_text(encoding="utf-8")), version="2027-01")
    product = the_product(published)
    publication_id = published.do(
        lambda session: (
            publications.publish(
                session, product, text, since=coming, grace_days=30, by=None, kind=publications.PROCESSOR_AGREEMENT
            ).id
        )
    )
    page = published.sign_in(KIM).open(f"/leverancier/{PRODUCT}/overeenkomsten").sees("Versie 2026-11 vooraf tekenen")
    page.follow("Versie 2027-01 vooraf tekenen").sees("Het gaat om versie 2027-01, die ingaat op")
    page.press("Beginnen")
    first = beforehand(published, publication_id=publication_id)
    assert published.document(first).facts["publication"]["version"] == "2027-01"
    [row] = in_force(published, "presigned")
    assert (row.version, row.case_id) == ("2027-01", first)

    now = an_agreement(published, schools=(SCHOOL,))  # of the version that holds today: the supplier signs that itself
    assert {each["name"] for each in published.document(now).facts["signatories"]} == {ANN.name, BAS.name, SAM.name}
    published.later(days=21)
    case_id = an_agreement(published)
    assert published.document(case_id).facts["presigned"]["row"] == str(row.id)
    for each in (ANN, BAS):
        sign(published, case_id, each)
    published.work()
    assert published.state(case_id) == "decided"
    assert published.findings() == ()


def test_a_version_that_was_replaced_or_of_another_product_is_not_signed_beforehand(published: Portal) -> None:
    product, kim, supplier = the_product(published), published.visitor(KIM), the_supplier(published)
    first = published.ask(lambda: reader.scalars(select(Publication).filter_by(kind="processor_agreement")).one().id)
    terms = published.ask(lambda: reader.scalars(select(Publication).filter_by(kind="usage_terms")).first())
    published.later(days=1)
    a_version(published, "2027-01")
    wrong = {first: RefusedError, uuid.uuid4(): NotFoundError}
    if terms is not None:
        wrong[terms.id] = NotFoundError
    for publication_id, fault in wrong.items():
        with published.opened(), pytest.raises(fault):
            starting.start(
                "presigning", by=kim, organisation_id=supplier, product_id=product, publication_id=publication_id
            )
    eva, board = published.visitor(EVA), published.organisation(OURS)
    with published.opened(), pytest.raises(NotFoundError):  # a board does not choose its version
        starting.start("processor_agreement", by=eva, organisation_id=board, product_id=product, publication_id=first)
    address = f"/zaken/begin/presigning?organisation={supplier}&product={PRODUCT}&publication="
    for text in ("abc", str(uuid.uuid4())):
        assert published.sign_in(KIM).open(address + text).status == 404


def test_a_document_that_rests_on_nothing_is_named_by_both_judges(published: Portal) -> None:
    """An agreement in force of which the supplier's signature beforehand is gone, or was of another moment."""
    beforehand(published)
    case_id = an_agreement(published)
    for each in (ANN, BAS):
        sign(published, case_id, each)
    published.work()
    [row] = in_force(published, "presigned")
    published.do(lambda session: setattr(session.get_one(InForce, row.id), "version", "1999-01"))
    assert any(each.kind == "case" for each in published.findings("decisions"))


def test_a_supplier_speaks_for_its_own_products_only(published: Portal) -> None:
    product = the_product(published)
    board, iris = published.organisation(OURS), published.visitor(IRIS)
    kim, supplier = published.visitor(KIM), the_supplier(published)
    for visitor, organisation_id in ((iris, supplier), (iris, board)):
        with published.opened(), pytest.raises(NotFoundError):
            starting.start("presigning", by=visitor, organisation_id=organisation_id, product_id=product)
    published.do(lambda session: setattr(session.get_one(Product, product), "supplier_id", board))
    with published.opened(), pytest.raises(NotFoundError):
        starting.start("presigning", by=kim, organisation_id=supplier, product_id=product)


def test_who_signed_beforehand_does_not_sign_for_the_board(registered: Portal) -> None:
    """Ann may bind both: the supplier by what she signed, so the board needs others, and has too few."""
    a_bound_supplier(registered, ANN)
    product = the_product(registered)
    registered.do(
        lambda session: publications.publish_agreement(session, product, EXAMPLE, since=dt.date(2026, 11, 1)).id
    )
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    kim = registered.visitor(KIM)
    with registered.opened():
        case_id = starting.start("presigning", by=kim, organisation_id=the_supplier(registered), product_id=product)
        until = (registered.moment.date() + dt.timedelta(days=10)).isoformat()
        answers = {"what": "give", "until": until}
        answering.answer(case_id, "presigning", answers, by=kim, seen=0, follow=registered.follow)
    submit(registered, case_id, kim)
    registered.work()
    sign(registered, case_id, ANN)
    registered.work()
    with pytest.raises(RefusedError, match="te weinig tekenbevoegden"):
        an_agreement(registered)
