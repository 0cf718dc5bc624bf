"""What a reopened assessment takes over: all that was said about the same words, and nothing about other words."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.cases.dpia import carrying
from tests.dpia import a_body, answers_for, done, planned
from workflows.dpia_assessment import WORKFLOW
from workflows.dpia_facts import Outcome

TODAY = dt.date(2027, 6, 1)
DECIDED = dt.date(2026, 11, 20)
PARTS = {
    "conditions": ("subject", "conditions"),
    "dimensions": ("comparison", "sides"),
    "measures": ("measures", "measures"),
    "risks": ("risks", "risks"),
}


def in_use(**other: Any) -> dict[str, dict[str, Any]]:
    """The answers of a board that used it already, with a reason why its earlier look counts."""
    return answers_for(Outcome.REUSE, in_use=True, **other)


def carried(answers: Any, now: Any, **more: Any) -> dict[str, carrying.Carried]:
    return carrying.carried(
        answers, a_body(), now, today=TODAY, decided_on=DECIDED, decided_by="Besluit DPIA-2026-00001.", **more
    )


def open_steps(found: dict[str, carrying.Carried]) -> set[str]:
    return {name for name, each in found.items() if not each.is_whole}


def changed(*things: tuple[str, int]) -> dict[str, Any]:
    """The small model, where these things (part and place in it) say something else."""
    body = a_body()
    for part, at in things:
        row = body[part][at % len(body[part])]
        row["text"] += " Voortaan ook in de vakantie."
    return body


def test_one_measure_and_one_risk_that_changed_are_two_questions() -> None:
    found = carried(in_use(), changed(("measures", 0), ("risks", 1)))
    assert open_steps(found) == {"measures", "risks"}
    asked = {(step, q, id_) for step, each in found.items() for q, rows in each.asked.items() for id_ in rows}
    assert asked == {("measures", "measures", "M1"), ("risks", "risks", "R2")}
    change = found["measures"].asked["measures"]["M1"]
    assert (change.before, change.now) == (
        "Alleen de leraar kan erbij.",
        "Alleen de leraar kan erbij. Voortaan ook in de vakantie.",
    )
    assert set(found["measures"].values["measures"]) == {"M2", "M3"}


@given(st.sets(st.tuples(st.sampled_from(sorted(PARTS)), st.integers(0, 11)), max_size=6))
def test_exactly_what_changed_is_asked_and_the_rest_stays_as_it_was(things: set[tuple[str, int]]) -> None:
    answers, now = in_use(), changed(*sorted(things))
    found = carried(answers, now)
    differs = carrying.changes(a_body(), now)
    for part, (step, question) in PARTS.items():
        asked, before = set(found[step].asked.get(question, {})), answers[step][question]
        assert asked == set(differs.get(part, {}))
        assert found[step].is_whole == (not asked)
        assert found[step].values[question] == {id_: row for id_, row in before.items() if id_ not in asked}
    assert found["timing"].is_whole == bool(things)
    for step in ("need", "views"):
        assert found[step].is_whole
        assert found[step].values == answers[step]
    assert not {"advice", "reply", "decision"} & set(found)


@given(st.sets(st.sampled_from(["R1", "R2"]), max_size=1), st.sets(st.sampled_from(["M1", "M2"]), max_size=2))
def test_what_the_model_no_longer_names_is_gone_and_asks_nothing(risks: set[str], measures: set[str]) -> None:
    body = a_body()
    body["risks"] = [each for each in body["risks"] if each["id"] not in risks]
    body["measures"] = [each for each in body["measures"] if each["id"] not in measures]
    found = carried(in_use(), body, is_changed=True)
    assert open_steps(found) == set()
    assert not risks & set(found["risks"].values["risks"])
    assert not measures & set(found["measures"].values["measures"])


@given(st.sampled_from(list(carrying.Kind)))
def test_what_happened_opens_the_steps_it_is_about_with_their_answers_in_them(kind: carrying.Kind) -> None:
    opens, answers = carrying.OPENS[kind], in_use()
    found = carried(answers, a_body(), opens=opens)
    assert open_steps(found) >= {each.partition(".")[0] for each in opens}
    assert all(each.partition(".")[0] in {step.name for step in WORKFLOW.steps} for each in opens)
    assert found["risks"].values["risks"] == answers["risks"]["risks"]


def test_use_that_was_to_begin_has_begun_and_was_looked_at_before() -> None:
    found = carried(answers_for(Outcome.REUSE), changed(("risks", 0)))
    assert found["subject"].values["in_use"] is True
    assert found["subject"].is_whole
    timing = found["timing"].values
    assert (timing["earlier"], timing["earlier_on"], timing["changed"]) == (True, "2026-11-20", True)
    assert found["timing"].is_whole


def test_without_a_change_the_board_says_itself_whether_anything_did() -> None:
    found = carried(in_use(), a_body())
    assert "changed" not in found["timing"].values
    assert open_steps(found) == {"timing"}


def test_a_planned_day_that_is_over_is_asked_and_accepted_evidence_counts_as_done() -> None:
    rows = {"M1": planned("2027-01-01"), "M2": planned("2027-02-01"), "M3": done()}
    evidence = {"M2": {"on": "2027-01-20", "evidence": "Een verslag."}}
    found = carried(in_use(measures={"measures": rows}), a_body(), accepted=evidence)["measures"]
    assert set(found.asked["measures"]) == {"M1"}
    assert found.values["measures"]["M2"] == {"state": "done", "on": "2027-01-20", "evidence": "Een verslag."}
