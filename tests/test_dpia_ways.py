"""What would change the outcome of an assessment, what is known halfway, and answers that contradict each other."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from portal.wording import sentence, speaking
from tests.dpia_models import AROUND, AS_IT_IS, MODEL, with_answers
from tests.test_dpia_cases import CONDITIONS, IN_A_YEAR, IN_USE, PLANNED, REFUSED, REPLACED, SET_ASIDE, TAKEN, M
from workflows.dpia_facts import Level, Outcome
from workflows.dpia_reuse import exit_of, inconsistencies, judge, needs_two, so_far
from workflows.dpia_use import months_after

Change = tuple[str, Any]
DONE = {"state": "done", "on": "2026-11-01", "evidence": "foto"}
NOTHING: dict[str, Any] = {}

WAYS: dict[str, tuple[tuple[Change, ...], dict[str, Any], str, tuple[Change, ...], dict[str, Any]]] = {
    "a planned critical measure": (((f"{M}.M2", PLANNED),), NOTHING, "uiterlijk op 15 januari 2027", (), {"accepted": frozenset({"M2"})}),
    "a refused critical measure": (((f"{M}.M2", REFUSED),), NOTHING, "de diagnose staat uit", ((f"{M}.M2", DONE),), NOTHING),
    "a measure too far away": ((*IN_USE, (f"{M}.M2", IN_A_YEAR)), NOTHING, "nu uitvoert", ((f"{M}.M2", DONE),), NOTHING),
    "a replacement not accepted": (((f"{M}.M2", REPLACED), ("advice.replacements", "reject")), NOTHING, "tekenbevoegde", (("decision.accepts", "Ja."),), NOTHING),
    "a side that is riskier": ((("comparison.sides.D9.choice", "riskier"),), NOTHING, "de landen en de doorgifte (onderdeel 9)", (("comparison.sides.D9.choice", "same"),), NOTHING),
    "a side that differs": ((("comparison.sides.D9.choice", "different"),), NOTHING, "de landen en de doorgifte (onderdeel 9)", (("comparison.sides.D9.choice", "same"),), NOTHING),
    "a school that is riskier": ((("comparison.local", [{"school": "00AA01", "side": "D5", "choice": "riskier", "why": "x"}]),), NOTHING, "onderdeel 5", (("comparison.local", []),), NOTHING),
    "another version": ((("subject.same_version", False),), NOTHING, "de versie", (("subject.same_version", True),), NOTHING),
    "other modules": ((("subject.other_modules", True),), NOTHING, "geen andere onderdelen", (("subject.other_modules", False),), NOTHING),
    "a module outside the model": ((("subject.modules", ["mail", "video"]),), NOTHING, "alleen onderdelen", (("subject.modules", ["mail"]),), NOTHING),
    "a licence condition": ((("subject.conditions.C1.met", "no"),), NOTHING, "licentievoorwaarde C1", (("subject.conditions.C1.met", "yes"),), NOTHING),
    "no agreement": ((), {"agreement": False}, "verwerkersovereenkomst", (), NOTHING),
    "an own measure to come": ((("measures.own", [{"text": "een cursus", "on": "2027-01-01"}]),), NOTHING, "een cursus", (), {"accepted": frozenset({"own-1"})}),
    "a condition not answered": ((*CONDITIONS, ("reply.conditions", {"1": TAKEN})), NOTHING, "voorwaarde 2", (("reply.conditions", {"1": TAKEN, "2": SET_ASIDE}),), NOTHING),
    "a negative advice not answered": ((("advice.verdict", "negative"),), NOTHING, "de FG antwoordt", (("reply.words", "Wij zien het anders."),), NOTHING),
    "a high risk that stays": (((f"{M}.M1", REPLACED), ("advice.replacements", "accept")), NOTHING, "een vreemde leest mee", (("risks.risks.R1", {"applies": False}),), NOTHING),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_each_way_followed_by_hand_gives_the_outcome_it_says(name: str) -> None:
    changes, around, words, followed, around_then = WAYS[name]
    found = judge(with_answers(*changes), MODEL, replace(AROUND, **around))
    way = next(each for each in found.ways if words in sentence(each.text))
    then = judge(with_answers(*changes, *followed), MODEL, replace(AROUND, **around_then))
    assert then.outcome is way.outcome
    assert then.outcome is not found.outcome


def test_where_no_one_change_is_enough_all_of_them_together_are_said() -> None:
    changes = (("comparison.sides.D1.choice", "riskier"), (f"{M}.M2", REFUSED))
    found = judge(with_answers(*changes), MODEL, AROUND)
    assert [(sentence(each.text), each.outcome) for each in found.ways] == [
        ("Als u alle punten oplost die nu tot deze uitkomst leiden (2)", Outcome.REUSE)
    ]


def test_a_measure_that_also_takes_a_high_risk_away_is_one_way_and_not_two() -> None:
    found = judge(with_answers((f"{M}.M1", PLANNED)), MODEL, AROUND)
    assert len(found.reasons) == 2
    assert len(found.ways) == 1


def test_nothing_is_lighter_than_plain_reuse() -> None:
    assert judge(AS_IT_IS, MODEL, AROUND).ways == ()


def test_a_sentence_with_a_day_or_a_side_in_it_is_said_in_the_language_of_the_reader() -> None:
    found = judge(with_answers((f"{M}.M2", PLANNED)), MODEL, AROUND)
    with speaking("en"):
        assert "15 January 2027" in sentence(found.ways[0].text)


# --- Late, and what is left of the risks -------------------------------------------------------------------------


def test_use_that_began_already_is_late_unless_no_dpia_was_due() -> None:
    late = judge(with_answers(*IN_USE), MODEL, AROUND)
    assert late.is_late
    assert [each.place for each in late.late] == ["subject.in_use"]
    assert not judge(with_answers(*IN_USE, ("need", {})), MODEL, AROUND).is_late
    assert not judge(AS_IT_IS, MODEL, AROUND).is_late


def test_only_what_is_done_lowers_a_risk_and_never_below_low() -> None:
    done = judge(AS_IT_IS, MODEL, AROUND).residual
    planned = with_answers((f"{M}.M1", PLANNED))
    assert done == {"R1": Level.LOW, "R2": Level.LOW}
    assert judge(planned, MODEL, AROUND).residual == {"R1": Level.HIGH, "R2": Level.LOW}
    assert judge(planned, MODEL, replace(AROUND, accepted=frozenset({"M1"}))).residual == done


def test_what_was_answered_about_a_module_that_is_no_longer_used_does_not_count() -> None:
    lowering = replace(MODEL.measures[3], lowers=MODEL.measures[0].lowers)
    model = replace(MODEL, measures=(*MODEL.measures[1:3], lowering))
    answers = with_answers((f"{M}.M4", DONE))
    assert judge(answers, model, AROUND).outcome is Outcome.PRIOR_CONSULTATION
    with_chat = with_answers((f"{M}.M4", DONE), ("subject.modules", ["chat", "mail"]))
    assert judge(with_chat, model, AROUND).outcome is Outcome.REUSE


@pytest.mark.parametrize(
    ("start", "after"),
    [("2026-11-23", "2027-02-23"), ("2026-11-30", "2027-02-28"), ("2026-09-01", "2026-12-01"), ("2027-11-30", "2028-02-29"), ("2026-12-31", "2027-03-31")],
)  # fmt: skip
def test_three_months_later_is_the_same_day_or_the_last_of_a_shorter_month(start: str, after: str) -> None:
    assert months_after(dt.date.fromisoformat(start), 3) == dt.date.fromisoformat(after)


# --- Halfway -----------------------------------------------------------------------------------------------------


def upto(last: str, *changes: Change) -> dict[str, dict[str, Any]]:
    """The assessment answered so far, to this step."""
    answers = with_answers(*changes)
    names = list(AS_IT_IS)
    return {name: said for name, said in answers.items() if names.index(name) <= names.index(last)}


def test_nothing_is_said_until_sides_measures_and_risks_are_answered() -> None:
    for step in ("subject", "need", "comparison", "measures"):
        assert so_far(upto(step), MODEL, AROUND) is None
    found = so_far(upto("risks"), MODEL, AROUND)
    assert found is not None
    assert found.outcome is Outcome.REUSE
    assert so_far({}, MODEL, AROUND) is None


@pytest.mark.parametrize(
    "change",
    [
        ("comparison.sides.D4", {"level": "2"}),
        (f"{M}.M3", {}),
        ("risks.risks.R2", {"applies": True, "chance": "low"}),
        ("subject.modules", ["mail", "chat"]),
        ("subject", {"modules": ["chat"], "conditions": {"C1": {}}, "other_modules": None}),
    ],
)
def test_a_form_that_is_half_filled_says_too_little(change: Change) -> None:
    assert so_far(upto("views", change), MODEL, AROUND) is None


def test_a_row_that_is_half_filled_is_passed_over() -> None:
    rows = (("comparison.local", [{"school": "00AA01", "side": ""}]), ("risks.own", [{"text": "x", "chance": "high"}]))
    no_day = so_far(upto("views", ("subject.in_use", True), (f"{M}.M1", {"state": "planned", "on": ""})), MODEL, AROUND)
    assert no_day is not None
    assert no_day.outcome is Outcome.MEASURES_FIRST
    found = so_far(upto("views", *rows), MODEL, AROUND)
    assert found is not None
    assert found.outcome is Outcome.REUSE


def test_what_asks_for_a_dpia_of_ones_own_is_said_at_once() -> None:
    found = so_far(upto("comparison", ("comparison.sides.D4.choice", "riskier")), MODEL, AROUND)
    assert found is not None
    assert found.outcome is Outcome.OWN_DPIA
    assert found.ways == (), "what it would be instead cannot be known before the rest is answered"


def test_that_no_dpia_is_needed_is_said_at_once() -> None:
    found = so_far(upto("need", ("need", {})), MODEL, AROUND)
    assert found is not None
    assert found.outcome is Outcome.NOT_REQUIRED
    assert exit_of(upto("need", ("need", {}))) is Outcome.NOT_REQUIRED
    assert exit_of(upto("need")) is None


def test_until_the_fg_speaks_a_replacement_counts_as_accepted() -> None:
    found = so_far(upto("views", (f"{M}.M2", REPLACED)), MODEL, AROUND)
    assert found is not None
    assert found.outcome is Outcome.ADJUSTED


def test_a_whole_assessment_of_which_nothing_was_answered_is_taken_at_its_worst() -> None:
    assert judge({}, MODEL, AROUND).outcome is Outcome.OWN_DPIA
    assert judge(with_answers(("advice.verdict", None)), MODEL, AROUND).outcome is Outcome.MEASURES_FIRST


# --- What cannot be true together --------------------------------------------------------------------------------


def test_a_level_above_that_of_the_model_is_neither_the_same_nor_narrower() -> None:
    for choice in ("same", "narrower"):
        answers = with_answers(("comparison.sides.D5", {"choice": choice, "level": "3"}))
        assert list(inconsistencies(answers, MODEL)) == ["comparison.sides.D5"]
    different = with_answers(("comparison.sides.D5", {"choice": "different", "level": "3", "why": "x"}))
    assert inconsistencies(different, MODEL) == {}
    assert inconsistencies(AS_IT_IS, MODEL) == {}


def test_a_side_with_more_risk_has_a_risk_of_its_own() -> None:
    risk = {"side": "D6", "text": "x", "chance": "low", "impact": "low", "after": "low", "why": "x"}
    for choice in ("riskier", "absent"):
        answers = with_answers(("comparison.sides.D6.choice", choice))
        assert list(inconsistencies(answers, MODEL)) == ["risks.own"]
        assert inconsistencies(with_answers(("risks.own", [risk]), start=answers), MODEL) == {}
    local = with_answers(("comparison.local", [{"school": "00AA01", "side": "D2", "choice": "riskier", "why": "x"}]))
    assert "(onderdeel 2)" in sentence(inconsistencies(local, MODEL)["risks.own"])


# --- Who must approve --------------------------------------------------------------------------------------------


def test_two_approve_against_the_fg_and_where_every_condition_is_set_aside() -> None:
    assert needs_two(with_answers(("advice.verdict", "negative")))
    assert needs_two(with_answers(*CONDITIONS, ("reply.conditions", {"1": SET_ASIDE, "2": SET_ASIDE})))
    assert not needs_two(with_answers(*CONDITIONS, ("reply.conditions", {"1": SET_ASIDE, "2": TAKEN})))
    assert not needs_two(with_answers(*CONDITIONS))
    assert not needs_two(AS_IT_IS)
