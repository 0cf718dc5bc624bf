"""The decision on a DPIA before a report: the gate says how far it is, who must act, and opens when it holds."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.cases.dpia import decided
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.cases.tables import InForce
from portal.database import reader
from portal.gate.facts import OpenMeasure
from portal.offers import products
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from tests.builders import ANN, BAS, EVA, NOOR, OTHER_SCHOOL, SCHOOL, THEIRS, TOM, Portal, accepted_terms, sign
from tests.dpia_decisions import OUTCOMES, a_decision, a_model, an_assessment, conditional, reuse
from tests.suppliers import the_product

GATE = f"/rapporten/resultatenmonitor/{SCHOOL}/poort"
MISSING = "De DPIA is nog niet in orde"
LATE = reuse(subject={"in_use": True, "start": "2026-09-01"}, timing={"earlier": False, "why": "Er was nog niets."})


@pytest.fixture
def asked(in_force: Portal) -> Portal:
    """The declaration holds, Tom accepted the terms, and the product asks for a decision on its DPIA as well."""
    accepted_terms(in_force, TOM)
    product_id = the_product(in_force)
    in_force.do(lambda session: _ask_for_dpia(session, session.get_one(Product, product_id)))
    return in_force


def _ask_for_dpia(session: Session, product: Product) -> None:
    products.put(
        session, product, replace(products.as_wanted(product), conditions=(*product.conditions, "dpia")), by=None
    )


def test_each_stage_says_what_is_missing_and_who_can_fix_it(asked: Portal) -> None:
    tom = asked.sign_in(TOM).open(GATE).sees("nog geen model-DPIA")
    assert tom.missing() == {MISSING: NOOR.name}

    a_model(asked)
    tom.open(GATE).sees("nog niet besloten over de DPIA").sees_not("Begin met de beoordeling")
    asked.sign_in(EVA).open(GATE).sees("Begin met de beoordeling")

    an_assessment(asked, reuse(), until="advice")
    tom.open(GATE).sees("is begonnen, maar nog niet af")
    assert tom.missing() == {MISSING: "functionaris gegevensbescherming (FG)"}

    case_id = an_assessment(asked, reuse())
    tom.open(GATE).sees("wordt klaargezet")
    asked.work()
    tom.open(GATE).sees("ligt klaar om te tekenen")
    sign(asked, case_id, ANN)
    asked.work()
    assert tom.open(GATE).missing() == {MISSING: BAS.name}
    sign(asked, case_id, BAS)
    asked.work()
    tom.open(GATE).sees("De poort is open", "Het bestuur heeft besloten over de DPIA").sees_not("Let op")


def test_a_late_decision_says_so_and_does_not_lock(asked: Portal) -> None:
    a_model(asked)
    a_decision(asked, LATE)
    asked.sign_in(TOM).open(GATE).sees("De poort is open", "Let op", "toen het product al in gebruik was")


@pytest.mark.parametrize("name", ["compliance_check", "not_required", "adjusted"])
def test_the_other_outcomes_that_hold_open_it_too(asked: Portal, name: str) -> None:
    a_model(asked)
    a_decision(asked, OUTCOMES[name])
    asked.sign_in(TOM).open(GATE).sees("De poort is open")


@pytest.mark.parametrize(
    ("name", "words", "who"),
    [
        ("measures_first", "Inloggen met twee stappen (Femke Smit)", "Tom de Wit, Femke Smit"),
        ("own_dpia", "een eigen DPIA nodig", NOOR.name),
        ("prior_consultation", "eerst de Autoriteit Persoonsgegevens", "Autoriteit Persoonsgegevens"),
    ],
)
def test_an_outcome_that_does_not_hold_keeps_it_shut_and_says_what_comes_first(
    asked: Portal, name: str, words: str, who: str
) -> None:
    a_model(asked)
    a_decision(asked, OUTCOMES[name])
    tom = asked.sign_in(TOM).open(GATE).sees(words)
    assert who in tom.missing()[MISSING]


def test_a_measure_that_ends_with_a_full_stop_reads_on_with_its_owner() -> None:
    assert (
        OpenMeasure("Alleen de leraar kan erbij.", "Tom de Wit").in_words == "Alleen de leraar kan erbij (Tom de Wit)"
    )
    assert OpenMeasure("Alleen de leraar kan erbij.").in_words == "Alleen de leraar kan erbij"


def test_a_later_refusal_of_one_school_ends_its_decision_and_leaves_the_other(asked: Portal) -> None:
    a_model(asked)
    first = a_decision(asked, reuse())
    asked.later(days=1)
    answers = {**OUTCOMES["own_dpia"], "subject": {**OUTCOMES["own_dpia"]["subject"], "schools": [SCHOOL]}}
    a_decision(asked, answers)
    asked.sign_in(TOM).open(GATE).sees("een eigen DPIA nodig")
    other = asked.organisation(OTHER_SCHOOL)
    with asked.opened():
        left = reader.query(InForce).filter_by(case_id=first, until=None).all()
        decision = reader.get_one(DpiaDecision, first)
        assert {each.organisation_id for each in left} == {other, decision.organisation_id}
        assert decided.still_about(reader(), decision) == {OTHER_SCHOOL} and decision.ended_at is None
    assert asked.findings() == ()


def test_measures_are_kept_with_their_owners_and_a_decision_replaced_as_a_whole_has_ended(asked: Portal) -> None:
    a_model(asked)
    first = a_decision(asked, OUTCOMES["measures_first"])
    with asked.opened():
        kept = {each.thing: each for each in reader.query(DpiaMeasure).all()}
        assert set(kept) == {"M1", "own-1"}
        assert (kept["M1"].owner, kept["M1"].due_on, kept["M1"].is_critical) == ("Femke Smit", "2027-01-15", True)
        assert not reader.query(InForce).filter_by(case_id=first).all()
    asked.later(days=1)
    second = a_decision(asked, OUTCOMES["adjusted"])
    with asked.opened():
        decision = reader.get_one(DpiaDecision, first)
        assert decision.ended_at is not None and decision.ended_because
        assert reader.get_one(DpiaDecision, second).ended_at is None
        assert [each.thing for each in decided.open_measures(reader(), second)] == ["condition-1"]
    asked.sign_in(TOM).open(GATE).sees("De poort is open")
    assert asked.findings() == ()


@pytest.mark.parametrize(
    ("table", "values", "what"),
    [
        (DpiaDecision, {"outcome": "adjusted"}, "is anders dan het logboek zegt"),
        (DpiaDecision, {"is_late": True}, "is anders dan het logboek zegt"),
        (DpiaDecision, {"review_on": "2035-01-01"}, "met een andere dag"),
        (DpiaMeasure, {"owner": "Niemand"}, "heeft andere maatregelen dan het stuk zegt"),
        (DpiaMeasure, {"due_on": "2030-01-01"}, "heeft andere maatregelen dan het stuk zegt"),
    ],
)
def test_a_decision_or_measure_that_was_changed_behind_the_ledger_is_found(  # type: ignore[no-untyped-def]
    asked: Portal, table, values: dict[str, object], what: str
) -> None:
    a_model(asked)
    a_decision(asked, reuse(**conditional()) | {"need": OUTCOMES["reuse"]["need"]})
    assert asked.findings() == ()
    wanted = {**values, "outcome": "reuse"} if values.get("outcome") == "adjusted" else values
    asked.do(lambda session: session.query(table).update(wanted))
    assert what in " ".join(each.what for each in asked.findings())


def test_a_decision_that_is_gone_or_holds_for_another_school_is_found(asked: Portal) -> None:
    a_model(asked)
    case_id = a_decision(asked, reuse())
    theirs = asked.organisation(THEIRS)
    asked.do(
        lambda session: (
            session.query(InForce)
            .filter_by(case_id=case_id, organisation_id=asked_school(session))
            .update({"organisation_id": theirs})
        )
    )
    assert "heeft iets anders van kracht dan er is beslist" in {each.what for each in asked.findings()}
    asked.do(lambda session: session.query(DpiaDecision).delete())
    assert "is beslist, maar het besluit over de DPIA is er niet" in {each.what for each in asked.findings()}


def asked_school(session: Session) -> uuid.UUID:
    return session.query(Organisation).filter_by(register_key=f"location:{SCHOOL}").one().id
