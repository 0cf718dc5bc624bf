"""The gate: the same judgement decides and explains, and every reason says who can fix it and where."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import SettingError
from portal.gate.conditions import CONDITIONS, listed
from portal.gate.facts import Agreement, Dpia, DpiaStage, Facts, OpenMeasure, Paper, Standing
from portal.gate.judge import Condition, Finding, NoConditionsError, judge
from portal.offers.tables import Product
from portal.wording import say
from tests.builders import ANN, EVA, IRIS, OTHER_SCHOOL, PRODUCT, SCHOOL, START, TOM, Portal, a_role, accepted_terms
from workflows.vocabulary import Role

FLAGS = (
    "account_active", "account_blocked", "needs_second_factor", "has_second_factor", "school_registered",
    "board_registered", "member", "acting", "terms_published",
)  # fmt: skip
GATE = f"/rapporten/{PRODUCT}/{SCHOOL}/poort"


def some_facts(**others: object) -> Facts:
    """Facts with which the gate is open."""
    known: dict[str, object] = {
        "at": START, "person_name": TOM.name, "account_active": True, "account_blocked": False,
        "needs_second_factor": False, "has_second_factor": False, "school_name": "De Zon", "school_key": "location:00AA00",
        "school_registered": True, "board_name": "Ons bestuur", "board_registered": True, "board_id": "b", "member": True,
        "agreement": Agreement(True, "3", ("3", "2"), ("3",)), "dpia": Dpia(DpiaStage.IN_FORCE), "product": PRODUCT, "product_title": "Monitor", "terms_version": "2",
        "terms_accepted": ("2",), "terms_sufficing": ("2", "1"), "contact": "desk@example.org",
    }  # fmt: skip
    return Facts(**{**known, **others})  # type: ignore[arg-type]


def every_state() -> Iterator[Facts]:
    """All 24,576 combinations of what the conditions look at."""
    for flags in itertools.product((False, True), repeat=len(FLAGS)):
        for standing, may_start in itertools.product(Standing, (False, True)):
            for accepted, waits in itertools.product(((), ("1",)), ((), (ANN.name,))):
                paper = Paper(standing, "c", waits_for=waits, since=START.date(), may_start=may_start)
                known = dict(zip(FLAGS, flags, strict=True))
                yield some_facts(**known, declaration=paper, terms_accepted=accepted)


def every_agreement() -> Iterator[Agreement]:
    """Every state of the processor agreement, with and without somebody who can begin it."""
    versions = ((), ("3",), ("3", "2"))
    for published, sufficing, held in itertools.product((False, True), versions, ((), ("1",), ("2",), ("3",))):
        for standing, may_start, elsewhere in itertools.product(Standing, (False, True), (False, True)):
            for waits, ended in itertools.product(((), (ANN.name,)), (None, START.date())):
                paper = Paper(standing, "c", waits_for=waits, since=START.date(), may_start=may_start)
                yield Agreement(published, "3", sufficing, held, elsewhere, paper, ended)


def every_dpia() -> Iterator[Dpia]:
    """Every state of a DPIA, with and without a model, somebody who can begin it, and what is open; late and overdue."""
    for stage, has_model, may_start, late in itertools.product(DpiaStage, *[(False, True)] * 3):
        for waits, officers in itertools.product(((), (ANN.name,)), repeat=2):
            for measures, review in itertools.product(((), (OpenMeasure("Wissen", "Bas"),)), (None, START.date())):
                paper = Paper(case="c", waits_for=waits, may_start=may_start)
                today = START.date() + dt.timedelta(days=1)
                yield Dpia(stage, today, has_model, late, review, measures, officers, paper)


def should_open(facts: Facts) -> bool:
    """What the gate promises, said once more in another way."""
    account = facts.account_active and not facts.account_blocked
    factor = facts.has_second_factor or not facts.needs_second_factor
    takes_part = facts.school_registered or facts.declaration.standing == Standing.IN_FORCE
    accepted = facts.terms_published and bool(set(facts.terms_accepted) & set(facts.terms_sufficing))
    agreed = any(each in facts.agreement.sufficing for each in facts.agreement.held)
    decided = facts.dpia.stage == "in_force"
    return account and factor and takes_part and (facts.member or facts.acting) and accepted and agreed and decided


def test_access_if_and_only_if_there_is_no_finding_in_every_state_there_is() -> None:
    """quality.md, promise 14."""
    tried = 0
    for facts in every_state():
        verdict = judge(CONDITIONS.values(), facts)
        findings = [finding for each in verdict.judged for finding in each.findings]
        assert verdict.is_open == (not findings) == should_open(facts), facts
        assert verdict.kept == len(CONDITIONS) - len(verdict.missing)
        tried += 1
    assert tried == 24_576


def test_every_finding_says_what_who_and_where_in_every_state_there_is() -> None:
    for facts in every_state():
        for judged in judge(CONDITIONS.values(), facts).judged:
            for finding in judged.findings:
                assert is_complete(finding), (facts, finding)


def test_the_agreement_opens_or_shuts_the_gate_in_every_state_there_is() -> None:
    tried = 0
    for agreement in every_agreement():
        facts = some_facts(agreement=agreement)
        verdict = judge(CONDITIONS.values(), facts)
        assert verdict.is_open == should_open(facts), agreement
        assert verdict.missing in ((), ("agreement",))
        assert all(is_complete(each) for judged in verdict.judged for each in judged.findings), agreement
        tried += 1
    assert tried == 2_304


def test_the_dpia_opens_or_shuts_the_gate_in_every_state_and_being_late_never_shuts_it() -> None:
    tried = 0
    for dpia in every_dpia():
        facts = some_facts(dpia=dpia)
        verdict = judge(CONDITIONS.values(), facts)
        assert verdict.is_open == should_open(facts) == (dpia.stage == DpiaStage.IN_FORCE), dpia
        assert verdict.missing in ((), ("dpia",))
        assert all(is_complete(each) for judged in verdict.judged for each in judged.findings), dpia
        said = [say(each.sentence, **each.values) for judged in verdict.judged for each in judged.notices]
        told = (dpia.is_late + (dpia.review_on is not None)) if verdict.is_open else 0
        assert len(said) == told and all(each.endswith(".") and "%(" not in each for each in said), dpia
        tried += 1
    assert tried == 9 * 8 * 16


def is_complete(finding: Finding) -> bool:
    sentence = say(finding.sentence, **finding.values)
    fixes_it_oneself = finding.fixed_by == "uzelf"
    leads = finding.page is not None and bool(finding.page_text)
    return (
        sentence.endswith(".") and "%(" not in sentence and bool(finding.fixed_by) and (leads or not fixes_it_oneself)
    )


@given(
    st.builds(
        some_facts,
        person_name=st.text(),
        school_name=st.text(),
        board_name=st.text(),
        contact=st.text(),
        declaration=st.builds(Paper, st.sampled_from(Standing), waits_for=st.lists(st.text()).map(tuple)),
        board_signatories=st.lists(st.text()).map(tuple),
        inviters=st.lists(st.text()).map(tuple),
        terms_accepted=st.sets(st.sampled_from("1234")).map(tuple),
        terms_sufficing=st.sets(st.sampled_from("1234")).map(tuple),
        school_registered=st.booleans(),
        member=st.booleans(),
    )
)
def test_no_text_whatever_opens_the_gate_or_breaks_its_explanation(facts: Facts) -> None:
    verdict = judge(CONDITIONS.values(), facts)
    assert verdict.is_open == should_open(facts)
    for judged in verdict.judged:
        for finding in judged.findings:
            assert say(finding.sentence, **finding.values)


def test_a_condition_that_raises_counts_as_not_met() -> None:
    def broken(_facts: Facts) -> Iterator[Finding]:
        raise ZeroDivisionError
        yield

    verdict = judge([*CONDITIONS.values(), Condition("broken", "Heel", "Kapot", "kapot", broken)], some_facts())
    assert not verdict.is_open
    assert verdict.missing == ("broken",)
    assert verdict.judged[-1].findings[0].fixed_by


def test_a_gate_without_conditions_is_not_open_but_refused() -> None:
    with pytest.raises(NoConditionsError):
        judge([], some_facts())


def test_an_unknown_condition_is_refused() -> None:
    with pytest.raises(KeyError):
        listed(["account", "nonsense"])


@pytest.mark.parametrize("conditions", [["account", "nonsense"], []])
def test_the_portal_does_not_start_with_a_product_whose_gate_is_unknown(portal: Portal, conditions: list[str]) -> None:
    from portal.app import create_app

    portal.do(lambda session: setattr(session.query(Product).one(), "conditions", conditions))
    with pytest.raises(SettingError, match=PRODUCT):
        create_app(portal.settings)


def test_every_page_that_a_finding_leads_to_exists(portal: Portal) -> None:
    pages = {
        (finding.page[0], *sorted(finding.page[1]))
        for facts in (
            *every_state(),
            *(some_facts(agreement=each) for each in every_agreement()),
            *(some_facts(dpia=each) for each in every_dpia()),
        )
        for judged in judge(CONDITIONS.values(), facts).judged
        for finding in judged.findings
        if finding.page
    }
    with portal.opened(), portal.app.test_request_context():
        for endpoint, *names in pages:
            values = dict.fromkeys(names, "00000000-0000-0000-0000-000000000000")
            assert re.match("/[a-z]", portal.app.url_for(endpoint, **values))


# --- On the page -------------------------------------------------------------------------------------------------


def test_the_page_names_the_missing_and_the_kept_and_counts_them(in_force: Portal) -> None:
    tom = (
        in_force.sign_in(TOM).open(GATE).sees("5 van 6", "Er is nog één ding nodig", "U hoort bij deze school: in orde")
    )
    assert tom.missing() == {"U bent nog niet akkoord met de gebruiksvoorwaarden": "uzelf"}


@pytest.mark.row(14, "following the fixes opens the gate")
def test_following_the_fixes_opens_the_gate(in_force: Portal) -> None:
    """quality.md, promise 14: the last one is the person's own."""
    accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(GATE).sees("De poort is open", "6 van 6").follow("Open de schoolkaart")
    assert (tom.status, tom.address) == (200, GATE.removesuffix("/poort"))


def test_a_shut_gate_is_a_403_with_the_reasons_and_without_the_report(in_force: Portal) -> None:
    tom = in_force.sign_in(TOM).open(GATE.removesuffix("/poort"))
    assert tom.status == 403
    tom.sees_not("Fundamenteel niveau")


def test_who_has_no_role_at_the_school_is_told_who_can_give_one(in_force: Portal) -> None:
    a_role(in_force, EVA, in_force.organisation("28849"), Role.READER)
    eva = in_force.sign_in(EVA).open(GATE)
    assert eva.missing()["U hoort nog niet bij deze school"] == f"{ANN.name}, Bas Jansen"


def test_a_school_of_the_board_that_was_left_out_is_shut(in_force: Portal) -> None:
    from tests.builders import BAS, a_declaration, sign

    case_id = a_declaration(in_force, OTHER_SCHOOL)
    for someone in (ANN, BAS):
        sign(in_force, case_id, someone)
    assert "De school doet nog niet mee" in in_force.sign_in(TOM).open(GATE).missing()


@pytest.mark.parametrize("product", ["nonsense", "%00", "RESULTATENMONITOR"])
@pytest.mark.parametrize("code", [SCHOOL, "00AA00", "%00", "x" * 300])
def test_a_report_that_is_not_there_is_not_there(in_force: Portal, product: str, code: str) -> None:
    assert in_force.sign_in(TOM).open(f"/rapporten/{product}/{code}").status == 404


def test_somebody_of_another_board_does_not_even_see_the_gate(in_force: Portal) -> None:
    assert in_force.sign_in(IRIS).open(GATE).status == 404
