"""The processor agreement before a report: the gate says how far it is, who must act, and opens when it holds."""

import datetime as dt
from dataclasses import replace

import pytest

from portal.offers import publications
from portal.offers.agreements import files
from portal.offers.agreements.agreement import Agreement
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Product
from tests.builders import (
    ANN,
    BAS,
    EVA,
    NOOR,
    OTHER_SCHOOL,
    OURS,
    SAM,
    SCHOOL,
    TOM,
    Portal,
    a_role,
    accepted_terms,
    sign,
)
from tests.suppliers import EXAMPLE, a_published_agreement, an_agreement, an_ended_agreement, the_product
from workflows.vocabulary import Role

GATE = f"/rapporten/resultatenmonitor/{SCHOOL}/poort"
MISSING = "De verwerkersovereenkomst is nog niet in orde"


@pytest.fixture
def asked(in_force: Portal) -> Portal:
    """The declaration holds, Tom accepted the terms, and the product asks for a processor agreement as well."""
    accepted_terms(in_force, TOM)
    a_role(in_force, NOOR, in_force.organisation(OURS), Role.PRIVACY_OFFICER)
    in_force.do(lambda session: _ask_for_agreement(session.get_one(Product, the_product(in_force))))
    return in_force


def _ask_for_agreement(product: Product) -> None:
    product.conditions = [*product.conditions, "agreement"]


def test_each_stage_says_what_is_missing_and_who_can_fix_it(asked: Portal) -> None:
    tom = asked.sign_in(TOM)
    assert tom.open(GATE).missing() == {MISSING: "Voorbeeldleverancier B.V."}
    tom.sees("nog geen verwerkersovereenkomst gepubliceerd")

    a_published_agreement(asked)
    assert tom.open(GATE).missing() == {MISSING: f"{ANN.name}, {BAS.name}"}
    tom.sees("niet getekend").sees_not("Begin met de overeenkomst")
    eva = asked.sign_in(EVA).open(GATE).follow("Begin met de overeenkomst")
    eva.sees("Verwerkersovereenkomst", "Beginnen")

    case_id = an_agreement(asked)
    assert set(tom.open(GATE).missing()[MISSING].split(", ")) == {ANN.name, BAS.name}
    tom.sees("ligt klaar om te tekenen")
    for someone, left in ((ANN, BAS), (BAS, SAM)):
        sign(asked, case_id, someone)
        asked.work()
        assert tom.open(GATE).missing() == {MISSING: left.name}
    sign(asked, case_id, SAM)
    asked.work()
    tom.open(GATE).sees("De poort is open", "De verwerkersovereenkomst is getekend")


def test_a_school_that_was_left_out_stays_shut_and_reads_why(asked: Portal) -> None:
    a_published_agreement(asked)
    case_id = an_agreement(asked, schools=(OTHER_SCHOOL,))
    tom = asked.sign_in(TOM)
    tom.open(GATE).sees("heeft de verwerkersovereenkomst", "niet getekend")  # the open case is not about this school
    for someone in (ANN, BAS, SAM):
        sign(asked, case_id, someone)
    asked.work()
    tom.open(GATE).sees("geldt niet voor deze school")
    assert MISSING in tom.missing()


def test_a_new_version_leaves_grace_then_shuts_the_gate_until_it_is_signed(asked: Portal) -> None:
    a_published_agreement(asked)
    case_id = an_agreement(asked)
    for someone in (ANN, BAS, SAM):
        sign(asked, case_id, someone)
    asked.work()
    since = (asked.moment + dt.timedelta(days=10)).date()
    asked.do(lambda session: _publish_next(session, the_product(asked), since=since, grace_days=30))

    tom = asked.sign_in(TOM).open(GATE).sees("De poort is open")
    asked.later(days=15)
    asked.sign_in(TOM).open(GATE).sees("De poort is open")  # within its grace
    asked.later(days=26)
    tom = asked.sign_in(TOM).open(GATE)
    tom.sees("Versie 2026-11 van de verwerkersovereenkomst is niet meer genoeg: versie 2027-01 is nodig.")
    assert tom.missing() == {MISSING: f"{ANN.name}, {BAS.name}"}

    again = an_agreement(asked)
    for someone in (ANN, BAS, SAM):
        sign(asked, again, someone)
    asked.work()
    asked.sign_in(TOM).open(GATE).sees("De poort is open")


def test_after_the_end_of_an_agreement_the_gate_says_since_when(asked: Portal) -> None:
    an_ended_agreement(asked)
    asked.later(hours=1)
    a_published_agreement_of_a_bound_supplier(asked)
    tom = asked.sign_in(TOM).open(GATE).sees("is opgezegd en geldt niet meer sinds maandag 23 november 2026")
    assert tom.missing() == {MISSING: f"{ANN.name}, {BAS.name}"}
    case_id = an_agreement(asked)
    asked.sign_in(TOM).open(GATE).sees("ligt klaar om te tekenen").sees_not("opgezegd")
    for someone in (ANN, BAS, SAM):
        sign(asked, case_id, someone)
    asked.work()
    asked.sign_in(TOM).open(GATE).sees("De poort is open")


def a_published_agreement_of_a_bound_supplier(portal: Portal) -> None:
    since = portal.moment.date()
    portal.do(lambda session: publications.publish_agreement(session, the_product(portal), EXAMPLE, since=since))


def _publish_next(session, product_id, *, since: dt.date, grace_days: int) -> None:  # type: ignore[no-untyped-def]
    """The next version: one parameter changed."""
    first: Agreement = files.read(EXAMPLE.read_text(encoding="utf-8"))
    text = replace(first, version="2027-01", parameters={**first.parameters, "notice_days": "45"})
    publications.publish(
        session, product_id, text, since=since, grace_days=grace_days, by=None, kind=PROCESSOR_AGREEMENT
    )
