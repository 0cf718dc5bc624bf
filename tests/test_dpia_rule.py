"""The rule that decides on reusing a model DPIA: over every combination of what decides, and over many assessments."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from tests.dpia_models import AROUND, AS_IT_IS, MODEL, with_answers
from workflows.dpia_deciding import WEIGHT, Advice, Critical, Facts, High, Timing, outcome_of
from workflows.dpia_facts import DIMENSIONS, Around, Outcome, Standing
from workflows.dpia_need import NeedKind
from workflows.dpia_reuse import Judgement, facts_of, inconsistencies, judge, so_far

ORDERED: dict[str, tuple[Any, ...]] = {
    "need": tuple(NeedKind),
    "timing": tuple(Timing),
    "outside": (False, True),
    "core_worse": (False, True),
    "others_worse": (0, 1, 2),
    "differs": (False, True),
    "critical": tuple(Critical),
    "others_open": (False, True),
    "high": tuple(High),
    "no_agreement": (False, True),
    "advice": tuple(Advice),
}
"""Each deciding fact with its values, from good to bad."""
Answers = dict[str, dict[str, Any]]


def every_state() -> Iterator[tuple[Any, ...]]:
    """All combinations of the deciding facts, as the values in the order of ORDERED."""
    return itertools.product(*ORDERED.values())


# --- Over all that decides ---------------------------------------------------------------------------------------


def test_every_deciding_fact_is_in_the_order_of_good_to_bad() -> None:
    assert [each.name for each in fields(Facts)] == list(ORDERED)


def test_all_51840_states_have_exactly_one_outcome_and_no_worse_fact_gives_a_lighter_one() -> None:
    weights = {state: WEIGHT[outcome_of(Facts(*state))] for state in every_state()}
    assert len(weights) == 51_840
    assert set(weights.values()) == set(WEIGHT.values()), "every outcome happens"
    for place, values in enumerate(ORDERED.values()):
        worse = dict(itertools.pairwise(values))
        for state, weight in weights.items():
            if state[place] in worse:
                with_worse = (*state[:place], worse[state[place]], *state[place + 1 :])
                assert weights[with_worse] >= weight, f"{state} -> {with_worse}"


def test_an_advice_that_is_not_positive_never_leaves_plain_reuse() -> None:
    for state in every_state():
        facts = Facts(*state)
        if facts.advice != Advice.POSITIVE:
            assert outcome_of(facts) is not Outcome.REUSE


def test_only_where_all_is_well_is_it_plain_reuse() -> None:
    reused = [Facts(*state) for state in every_state() if outcome_of(Facts(*state)) is Outcome.REUSE]
    assert {replace(each, need=NeedKind.REQUIRED, timing=Timing.NEW) for each in reused} == {Facts()}


# --- Over ten thousand assessments -------------------------------------------------------------------------------

CHOICES = ("same", "narrower", "different", "riskier", "absent")
LEVELS = ("low", "medium", "high")
STATES: tuple[dict[str, Any], ...] = (
    {"state": "done", "on": "2026-10-01", "evidence": "foto"},
    {"state": "planned", "on": "2026-12-15", "owner": "Jo", "owner_email": "jo@school.example"},
    {"state": "planned", "on": "2027-06-15", "owner": "Jo", "owner_email": "jo@school.example"},
    {"state": "replaced", "by": "iets anders", "why": "gelijkwaardig"},
    {"state": "refused", "why": "te duur"},
    {"state": "not_applicable", "why": "niet voor ons"},
)


def changes_of(chance: random.Random) -> Iterator[tuple[str, Any]]:
    """Any of the answers, otherwise than in the assessment as it is."""
    side, measure, risk = (chance.choice(each) for each in (DIMENSIONS, ("M1", "M2", "M3", "M4"), ("R1", "R2")))
    own = {"side": side, "text": "een eigen risico", "chance": chance.choice(LEVELS), "impact": chance.choice(LEVELS)}
    local = {"school": "00AA01", "side": chance.choice(DIMENSIONS), "choice": chance.choice(CHOICES), "why": "anders"}
    answers: tuple[tuple[tuple[str, Any], ...], ...] = (
        ((f"comparison.sides.{side}.choice", chance.choice(CHOICES)),),
        ((f"comparison.sides.{side}.choice", "absent"), ("risks.own", [{**own, "after": chance.choice(LEVELS)}])),
        (("comparison.local", [local]),),
        ((f"measures.measures.{measure}", chance.choice(STATES)),),
        ((f"measures.measures.{measure}", chance.choice(STATES)),),
        ((f"risks.risks.{risk}.chance", chance.choice(LEVELS)), (f"risks.risks.{risk}.impact", chance.choice(LEVELS))),
        ((f"risks.risks.{risk}.applies", False),),
        (
            (
                "measures.own",
                [{"text": "een eigen maatregel", "on": "2027-01-01", "evidence": chance.choice(("", "foto"))}],
            ),
        ),
        (("subject.modules", ["chat", "mail"]), ("measures.measures.M4", chance.choice(STATES))),
        (("subject.in_use", True), ("subject.start", "2026-01-10"), ("timing", {"earlier": False, "changed": True})),
        (("advice.verdict", "conditional"), ("advice.conditions", [{"text": "zet het uit"}, {"text": "vertel het"}])),
        (("reply.conditions", {"1": {"taken": True}, "2": {"taken": chance.choice((True, False))}}),),
        (("advice.verdict", "negative"), ("reply.words", chance.choice(("", "Wij zien het anders.")))),
        (("advice.replacements", chance.choice(("accept", "reject"))),),
        (("decision.accepts", "Wij aanvaarden dit."),),
    )
    rare: tuple[tuple[tuple[str, Any], ...], ...] = (
        (("subject.same_version", False),),
        (("subject.other_modules", True),),
        (("subject.modules", ["mail", "video"]),),
        (("subject.conditions.C1.met", "no"),),
        (("need", {"ap": [], "edpb": [], "art35": []}),),
        (("subject.in_use", True), ("timing", {"earlier": True, "earlier_kind": "dpia", "changed": False})),
    )
    yield from chance.choice(rare if chance.random() < 0.05 else answers)


def an_assessment(chance: random.Random) -> tuple[Answers, Around]:
    """Some assessment, answered from begin to end."""
    changed = [change for _ in range(chance.randint(0, 5)) for change in changes_of(chance)]
    around = replace(
        AROUND,
        agreement=chance.random() < 0.9,
        standing=chance.choices(tuple(Standing), (30, 1, 1))[0],
        accepted=frozenset(each for each in ("M1", "M2", "M3", "own-1") if chance.random() < 0.2),
    )
    return with_answers(*changed), around


def names_an_answer(place: str, answers: Answers) -> bool:
    """Whether something was answered there."""
    step, question, *thing = place.split(".")
    said = answers[step][question]
    if not thing:
        return True
    return int(thing[0]) <= len(said) if isinstance(said, list) else thing[0] in said


def test_ten_thousand_assessments_have_one_outcome_each_and_reasons_that_name_answers() -> None:
    chance = random.Random(4)
    seen: Counter[Outcome] = Counter()
    for _ in range(10_000):
        answers, around = an_assessment(chance)
        found = judge(answers, MODEL, around)
        seen[found.outcome] += 1
        assert found.reasons
        assert max(WEIGHT[each.outcome] for each in found.reasons) == WEIGHT[found.outcome], (
            "its heaviest reason is why"
        )
        assert found.reasons[0].outcome is found.outcome, "which comes first"
        assert found.outcome is outcome_of(facts_of(answers, MODEL, around))
        for reason in (*found.reasons, *found.late):
            assert names_an_answer(reason.place, answers), (reason, answers)
        assert all(WEIGHT[way.outcome] < WEIGHT[found.outcome] for way in found.ways)
    assert set(seen) == set(Outcome)
    assert min(seen.values()) > 50, seen


def weight(found: Judgement) -> int:
    """How heavy an outcome is."""
    return WEIGHT[found.outcome]


DONE, SOON, _, REPLACED, REFUSED, NOT_APPLICABLE = STATES
WORSE: tuple[tuple[tuple[str, Any], ...], ...] = (
    *(((f"comparison.sides.{side}.choice", "riskier"),) for side in DIMENSIONS),
    *(((f"measures.measures.{measure}", REFUSED),) for measure in ("M1", "M2", "M3", "M4")),
    *(((f"measures.measures.{measure}", NOT_APPLICABLE),) for measure in ("M1", "M2", "M3", "M4")),
    *(((f"risks.risks.{r}", {"applies": True, "chance": "high", "impact": "high"}),) for r in ("R1", "R2")),
    (("subject.same_version", False),),
    (("subject.other_modules", True),),
    (("subject.conditions.C1.met", "no"),),
    (("advice.verdict", "negative"), ("reply.words", "")),
    (("advice.replacements", "reject"), ("decision.accepts", "")),
    (("comparison.local", [{"school": "00AA01", "side": "D4", "choice": "riskier", "why": "meer"}]),),
)


def test_a_worse_answer_never_makes_an_outcome_lighter() -> None:
    chance = random.Random(5)
    for _ in range(3_000):
        answers, around = an_assessment(chance)
        worse = with_answers(*chance.choice(WORSE), start=answers)
        assert weight(judge(worse, MODEL, around)) >= weight(judge(answers, MODEL, around)), (answers, worse)


def test_what_the_portal_learns_for_the_worse_never_makes_it_lighter() -> None:
    chance = random.Random(6)
    for _ in range(2_000):
        answers, around = an_assessment(chance)
        for worse in (
            replace(around, agreement=False),
            replace(around, accepted=frozenset()),
            replace(around, standing=Standing.WITHDRAWN),
        ):
            assert weight(judge(answers, MODEL, worse)) >= weight(judge(answers, MODEL, around))


def test_before_the_fg_advises_the_outcome_never_is_heavier_than_in_the_end() -> None:
    chance = random.Random(7)
    for _ in range(1_000):
        answers, around = an_assessment(chance)
        until = chance.choice(list(AS_IT_IS)[2:7])
        kept = {name: answers[name] for name in list(AS_IT_IS)[: list(AS_IT_IS).index(until)]}
        if "timing" in answers:
            kept["timing"] = answers["timing"]
        early, late = so_far(kept, MODEL, around), judge(answers, MODEL, around)
        own_risks_to_come = "risks" not in kept and "own" in answers["risks"]
        if early and not own_risks_to_come:
            assert weight(early) <= weight(late), (kept, answers)


def emptied(value: Any, chance: random.Random) -> Any:
    """The same, with some of it left empty or out, as in a form that is being filled in."""
    if isinstance(value, dict):
        return {name: emptied(each, chance) for name, each in value.items() if chance.random() > 0.05}
    if isinstance(value, list):
        return [emptied(each, chance) for each in value]
    return "" if isinstance(value, str) and chance.random() < 0.05 else value


def test_whatever_was_left_out_there_is_an_answer_and_no_fault() -> None:
    chance = random.Random(8)
    for _ in range(1_000):
        whole, around = an_assessment(chance)
        answers = emptied(whole, chance)
        so_far(answers, MODEL, around)
        inconsistencies(answers, MODEL)
        assert judge(answers, MODEL, around).outcome in Outcome
