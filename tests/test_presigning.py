"""A supplier signs a version beforehand: a board that signs it is bound with it at once, and everybody can check it."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from portal.cases import answering, starting
from portal.cases.tables import InForce
from portal.database import reader
from portal.errors import NotFoundError, RefusedError
from portal.offers.tables import Product
from tests.builders import ANN, BAS, IRIS, NOOR, OURS, SAM, Portal, a_role, sign, submit
from tests.dossiers import a_dossier, checked, opened
from tests.suppliers import KIM, a_bound_supplier, a_published_agreement, an_agreement, the_product, the_supplier
from workflows.vocabulary import Role


@pytest.fixture
def published(registered: Portal) -> Portal:
    a_published_agreement(registered)
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    return registered


def beforehand(portal: Portal, what: str = "give", *, days: int = 100, signed: bool = True) -> uuid.UUID:
    """Kim asks it, Sam signs it, and it is sealed."""
    kim = portal.visitor(KIM)
    product, supplier = the_product(portal), the_supplier(portal)
    values = {"what": what}
    if what == "give":
        values["until"] = (portal.moment.date() + dt.timedelta(days=days)).isoformat()
    with portal.opened():
        case_id = starting.start("presigning", by=kim, organisation_id=supplier, product_id=product)
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
    case_id = an_agreement(published)
    for each in (ANN, BAS):
        sign(published, case_id, each)
    published.work()
    again = an_agreement(published)  # the same version once more, for other schools
    published.later(days=4)
    with pytest.raises(RefusedError):
        sign(published, again, ANN)
    published.work()
    assert {each["name"] for each in published.document(again).facts["signatories"]} == {ANN.name, BAS.name, SAM.name}
    assert published.findings() == ()
    assert checked(opened(a_dossier(published, case_id=case_id))).wrong == []


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
    from portal.offers import publications
    from tests.suppliers import EXAMPLE

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
