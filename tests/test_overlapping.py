"""One school has one agreement in one version: what overlaps is named, with the case and the schools, and not lost."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from portal.cases import starting
from portal.cases.agreements import ending
from portal.cases.agreements import register as agreements
from portal.cases.tables import Case, InForce
from portal.database import act, reader
from portal.errors import RefusedError
from portal.parties import register
from portal.parties.tables import Organisation
from tests.agreements import a_version, judged
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, NOOR, OTHER_SCHOOL, OURS, SAM, SCHOOL, Portal, a_role, sign, submit
from tests.suppliers import a_published_agreement, an_agreement, the_product, the_supplier
from workflows.vocabulary import Role

THIRD = "09KD00"


@pytest.fixture
def agreed(registered: Portal) -> Portal:
    """Our board has an agreement for one of its schools."""
    a_published_agreement(registered)
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    case_id = an_agreement(registered, schools=(SCHOOL,))
    for each in (ANN, BAS, SAM):
        sign(registered, case_id, each)
    registered.work()
    return registered


def begun(portal: Portal) -> uuid.UUID:
    eva, board, product = portal.visitor(EVA), portal.organisation(OURS), the_product(portal)
    with portal.opened():
        return starting.start("processor_agreement", by=eva, organisation_id=board, product_id=product)


def asked(portal: Portal, case_id: uuid.UUID, *schools: str) -> Browser:
    page = portal.sign_in(EVA).open(f"/zaken/{case_id}/scope")
    return page.choose("schools", *schools).press("Opslaan en verder")


def held(portal: Portal) -> dict[str, str]:
    """For which schools which case holds, by their codes."""
    rows = (
        select(Organisation.register_key, Case.reference)
        .join(InForce, InForce.organisation_id == Organisation.id)
        .join(Case, Case.id == InForce.case_id)
        .where(InForce.kind == "processor_agreement", InForce.until.is_(None))
        .where(InForce.organisation_id != InForce.on_behalf_of)
    )
    return {str(key): reference for key, reference in portal.ask(lambda: list(reader.execute(rows)))}


def test_a_school_that_has_it_is_named_with_its_case_and_what_was_chosen_stays(agreed: Portal) -> None:
    case_id = begun(agreed)
    page = asked(agreed, case_id, SCHOOL, OTHER_SCHOOL)
    assert page.status == 422
    said = page.faults()["schools"]
    assert "VO-2026-00001" in said and "daarvoor geldt deze versie al" in said
    location = agreed.ask(lambda: register.location(SCHOOL))
    assert location is not None and said.startswith(f"{location.name}:")
    assert sorted(page.values()["schools"]) == sorted([SCHOOL, OTHER_SCHOOL]), "nothing is lost"
    assert asked(agreed, case_id, OTHER_SCHOOL).status == 200


def test_what_is_left_is_filled_in_and_signing_it_takes_nothing_from_the_others(agreed: Portal) -> None:
    case_id = begun(agreed)
    chosen = agreed.sign_in(EVA).open(f"/zaken/{case_id}/scope").values()["schools"]
    assert SCHOOL not in chosen and OTHER_SCHOOL in chosen
    second = an_agreement(agreed, schools=(OTHER_SCHOOL, THIRD))
    assert second == case_id
    for each in (ANN, BAS, SAM):
        sign(agreed, second, each)
    agreed.work()
    assert held(agreed) == {
        f"location:{SCHOOL}": "VO-2026-00001",
        f"location:{OTHER_SCHOOL}": "VO-2026-00002",
        f"location:{THIRD}": "VO-2026-00002",
    }
    assert agreed.findings() == ()
    page = agreed.sign_in(EVA).open(f"/organisaties/{agreed.organisation(OURS)}/overeenkomsten")
    page.sees("2 overeenkomsten")


def test_a_case_that_is_sent_while_another_has_it_is_refused_at_sending(agreed: Portal) -> None:
    """The other case came in between: straight in the table, for the pages let a board have one at a time."""
    case_id = begun(agreed)
    asked(agreed, case_id, OTHER_SCHOOL)
    browser = agreed.sign_in(EVA).open(f"/zaken/{case_id}/contacts")
    browser.fill(privacy=NOOR.name, privacy_email=NOOR.email).press("Opslaan en verder")
    judged(agreed, case_id)

    def between(session) -> None:  # type: ignore[no-untyped-def]
        mine = session.get_one(Case, case_id)
        names = ("workflow", "workflow_version", "organisation_id", "counterparty_id", "product_id", "publication_id")
        other = Case(reference="VO-2026-00009", state="signing", **{name: getattr(mine, name) for name in names})
        other.answers = [type(each)(step=each.step, values=each.values) for each in mine.answers]
        session.add(other)

    with agreed.opened(), act() as session:
        between(session)
    with pytest.raises(RefusedError, match="VO-2026-00009"):
        submit(agreed, case_id, agreed.visitor(NOOR))
    assert agreed.state(case_id) == "draft"
    page = asked(agreed, case_id, OTHER_SCHOOL)
    assert "wordt deze versie al getekend, in zaak VO-2026-00009" in page.faults()["schools"]


def test_the_next_version_is_for_all_schools_again(agreed: Portal) -> None:
    agreed.later(days=1)
    a_version(agreed, "2027-01")
    again = an_agreement(agreed, schools=(SCHOOL, OTHER_SCHOOL))
    for each in (ANN, BAS, SAM):
        sign(agreed, again, each)
    agreed.work()
    assert held(agreed) == {f"location:{SCHOOL}": "VO-2026-00002", f"location:{OTHER_SCHOOL}": "VO-2026-00002"}
    assert agreed.findings() == ()


def test_a_school_whose_agreement_ends_on_a_day_may_be_asked_again(agreed: Portal) -> None:
    sam, supplier = agreed.visitor(SAM), the_supplier(agreed)
    with agreed.opened():
        [held_now] = agreements.of(reader(), reader.get_one(Organisation, supplier), at=agreed.moment)
        day = agreed.moment.date() + dt.timedelta(days=60)
        ending.end(held_now, supplier, notice_of=supplier, ends_on=day, why="Wij stoppen ermee.", by=sam)
    again = an_agreement(agreed, schools=(SCHOOL,))
    for each in (ANN, BAS, SAM):
        sign(agreed, again, each)
    agreed.work()
    assert held(agreed) == {f"location:{SCHOOL}": "VO-2026-00002"}
    assert agreed.findings() == ()
