"""What the FG asked before and the board took over, as it stands when the same schools are assessed again."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import clock, wording
from portal.cases import overtaken
from portal.cases.dpia import decided
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.cases.tables import Case
from portal.wording import mark, say
from workflows.vocabulary import Answers

CONDITION, EARLIER = "condition-", "earlier-"
"""How the measures are called that came of a condition: of its own FG, or of a decision before it."""
TO_COME = mark("Overgenomen, nog niet uitgevoerd. Wie ervoor zorgt: %(owner)s, uiterlijk %(day)s.")
Task = dict[str, Any]


def before(session: Session, case: Case, schools: Collection[str]) -> list[DpiaDecision]:
    """The last decisions about these schools and this product besides this case, the newest first."""
    if case.organisation_id is None or case.product_id is None:
        return []
    every = [
        each for each in decided.of_board(session, case.organisation_id, case.product_id) if each.case_id != case.id
    ]
    found, left = [], set(schools)
    for each in every:
        if left & set(decided.schools_of(each)):
            found.append(each)
            left -= set(decided.schools_of(each))
    return found


def rows(measures: Collection[DpiaMeasure]) -> list[dict[str, Any]]:
    """Conditions that are not carried out, as measures of the board's own in the next assessment."""
    return [
        {"text": each.text, "owner": each.owner, "owner_email": each.owner_email, "on": each.due_on, "evidence": ""}
        for each in measures
        if _is_condition(each) and each.accepted_at is None
    ]


def tasks(session: Session, case: Case, answers: Answers, *, everything: bool = False) -> list[Task]:
    """What is still to be done of the decisions before, as far as these answers say nothing of it.

    Conditions that were taken over always; everything where these answers do not ask about measures at all.
    """
    own = answers.get("measures", {}).get("own") or []
    said = {str(each["text"]).strip() for each in own}
    found: list[Task] = []
    for decision in before(session, case, answers["subject"]["schools"]):
        for each in decided.open_measures(session, decision.case_id):
            if (everything or _is_condition(each)) and each.text.strip() not in said:
                found.append(_task(f"{EARLIER}{len(found) + 1}", each))
                said.add(each.text.strip())
    return found


def conditions(session: Session, case: Case, answers: Answers | None = None) -> dict[str, Any] | None:
    """A table of what the FG asked at the decisions before, and what became of it; None where that was nothing."""
    given = (answers or {}).get("subject") or _subject(case)
    found = [
        [decision.case.reference, *row]
        for decision in before(session, case, given.get("schools", ()))
        for row in _of_decision(session, decision)
    ]
    columns = [say("Besluit"), say("Voorwaarde van de FG"), say("Wat het bestuur deed")]
    return {"columns": columns, "rows": found} if found else None


def _subject(case: Case) -> Mapping[str, Any]:
    given = overtaken.stored(case, "subject")
    return given.values if given else {}


def _of_decision(session: Session, decision: DpiaDecision) -> Iterator[tuple[str, str]]:
    facts = decided.facts_of(decision.case)
    asked = (facts.get("advice") or {}).get("conditions")
    measures = {each.thing: each for each in decided.measures_of(session, decision.case_id)}
    if isinstance(asked, str):
        if asked:
            yield asked, str(facts.get("motivation", ""))
    else:
        for number, text, _, answer in (asked or {}).get("rows", ()):
            measure = measures.pop(f"{CONDITION}{number}", None)
            yield text, _became(measure) if measure else say("Niet overgenomen: %(why)s", why=answer)
    for thing, measure in sorted(measures.items()):
        if thing.startswith(EARLIER):
            yield measure.text, _became(measure)


def _became(measure: DpiaMeasure) -> str:
    """Whether a condition that was taken over was carried out."""
    if measure.accepted_at is not None:
        on = wording.day(clock.day_of(measure.accepted_at))
        shown = measure.evidence_text or measure.file_name
        return say("Overgenomen en uitgevoerd. Bewijs aanvaard op %(day)s: %(evidence)s", day=on, evidence=shown)
    due = wording.day(dt.date.fromisoformat(measure.due_on)) if measure.due_on else ""
    return say(TO_COME, owner=measure.owner, day=due)


def _is_condition(measure: DpiaMeasure) -> bool:
    return measure.thing.startswith((CONDITION, EARLIER))


def _task(thing: str, measure: DpiaMeasure) -> Task:
    return {
        "thing": thing,
        "text": measure.text,
        "is_critical": measure.is_critical,
        "owner": measure.owner,
        "owner_email": measure.owner_email,
        "due_on": measure.due_on,
    }
