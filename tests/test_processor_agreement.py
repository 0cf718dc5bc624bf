"""A processor agreement: published by a supplier, assessed and signed by a board, signed by the supplier, in force."""

import pytest
from sqlalchemy import select

from portal.cases.tables import InForce
from portal.database import reader
from tests.builders import ANN, BAS, NOOR, OURS, SAM, Portal, a_role, sign
from tests.suppliers import a_published_agreement, an_agreement
from workflows.vocabulary import Role


@pytest.fixture
def offered(registered: Portal) -> Portal:
    """The example is published, the supplier can be bound by Sam, and the board has a privacy officer."""
    a_published_agreement(registered)
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    return registered


def test_from_the_offer_to_in_force(offered: Portal) -> None:
    case_id = an_agreement(offered, retention="remark")
    facts = offered.document(case_id).facts
    assert [each["title"] for each in facts["annexes"]] == ["Bijlage 1: privacybijsluiter", "Bijlage 2: beveiliging"]
    for each in (ANN, BAS, SAM):
        sign(offered, case_id, each)
    offered.work()
    assert offered.state(case_id) == "decided"
    rows = offered.ask(lambda: reader.scalars(select(InForce).filter_by(kind="processor_agreement")).all())
    assert {each.version for each in rows} == {"2026-11"}
    assert len(rows) > 1
