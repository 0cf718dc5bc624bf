"""What the document of a DPIA decision says: the judgement as it was when the document was made, and all it rests on.

What is decided follows these facts and nothing else, so that a document and the portal cannot differ.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import wording
from portal.cases.access import relevant_answers
from portal.cases.dpia import anew, drawn, owed, own
from portal.cases.dpia.assessed import WORKFLOW, assessed
from portal.cases.dpia.outcomes import KINDS, holds
from portal.cases.tables import Case, StepAnswer
from portal.cases.things import BY
from portal.offers.tables import Publication
from portal.wording import mark, say, sentence
from workflows import dpia_questions as lists
from workflows.dpia_facts import Level, MeasureState, Outcome
from workflows.dpia_need import needed
from workflows.dpia_reuse import Judgement
from workflows.vocabulary import Answers, day

LONGEST_TITLE = 150


def facts(session: Session, case: Case) -> dict[str, Any]:
    """What the document of this case has besides what every document has; nothing for a case of another kind."""
    if case.workflow != WORKFLOW or case.publication is None:
        return own.facts(session, case)
    judgement = assessed(session, case)
    if judgement is None:
        return {}
    answers, body = relevant_answers(case), case.publication.body
    return {
        "title": say("Lokale DPIA – hergebruik van model %(title)s", title=case.publication.title[:LONGEST_TITLE]),
        "dpia": {
            **_decided(judgement, answers),
            "again": anew.in_words(session, case),
            "model": _model(case.publication),
            "modules": [each["name"] for each in body["modules"] if each["id"] in answers["subject"]["modules"]],
            **_considerations(answers),
            **_compared(answers, body),
            **_measured(answers, body),
            "open": [*_open(answers, body), *_owed(session, case, answers, judgement)],
            "earlier_conditions": owed.conditions(session, case, answers),
            **_risks(answers, body, judgement.residual or {}),
            **_advised(case, answers),
            "confirms": _chosen(lists.CONFIRMATIONS, answers.get("decision", {}).get("confirms", ())),
            "motivation": answers.get("decision", {}).get("motivation", ""),
            "accepts": answers.get("decision", {}).get("accepts", ""),
        },
    }


def _decided(judgement: Judgement, answers: Answers) -> dict[str, Any]:
    outcome = judgement.outcome
    return {
        "outcome": outcome.value,
        "outcome_title": say(KINDS[outcome].title),
        "outcome_text": say(KINDS[outcome].text),
        "holds": holds(outcome),
        "reasons": [sentence(each.text) for each in judgement.reasons],
        "ways": [
            say("%(what)s: %(outcome)s", what=sentence(each.text), outcome=say(KINDS[each.outcome].title))
            for each in judgement.ways
        ],
        "is_late": judgement.is_late,
        "late": [sentence(each.text) for each in judgement.late],
        "residual": {risk: level.value for risk, level in (judgement.residual or {}).items()},
        "schools": list(answers["subject"]["schools"]),
        "start": answers["subject"].get("start"),
        "in_use": bool(answers["subject"].get("in_use")),
        "review_on": answers.get("decision", {}).get("review_on"),
        "contract": answers["subject"].get("contract", ""),
    }


def _model(publication: Publication) -> dict[str, Any]:
    body = publication.body
    return {
        "title": publication.title,
        "version": publication.version,
        "sha256": publication.sha256,
        **{name: body.get(name, "") for name in ("maker", "made_on", "review_on", "product_version", "summary")},
        "is_example": bool(body.get("is_example")),
    }


# --- Considerations ----------------------------------------------------------------------------------------------


def _considerations(answers: Answers) -> dict[str, Any]:
    need, timing, views = (answers.get(step, {}) for step in ("need", "timing", "views"))
    return {
        "need": {
            "listed": _chosen(lists.AP_LIST, need.get("ap"))
            + _chosen(lists.EDPB_LIST, need.get("edpb"))
            + _chosen(lists.ART35_LIST, need.get("art35")),
            "reasons": [sentence(each) for each in needed(answers).reasons],
            "why": need.get("why", ""),
        },
        "timing": {
            "earlier": timing["earlier"],
            "earlier_on": timing.get("earlier_on"),
            "changed": timing.get("changed"),
            "why": timing.get("why", ""),
        }
        if timing
        else None,
        "use": answers["subject"].get("use", ""),
        "basis": answers.get("comparison", {}).get("basis", ""),
        "views": {name: views.get(name, "") for name in ("sought", "how", "result", "why_not")} if views else None,
    }


def _compared(answers: Answers, body: Mapping[str, Any]) -> dict[str, Any]:
    """The difference table: the model's words, the choice, and one's own words; and what differs at one school."""
    said = answers.get("comparison")
    if not said:
        return {"sides": None, "local": None}
    chosen, reaches = dict(lists.COMPARISONS), dict(lists.REACHES)
    rows = []
    for each in body["dimensions"]:
        row = said["sides"].get(each["id"], {})
        if row:
            own = [say(chosen[row["choice"]]), say("Niveau %(level)s", level=say(reaches[row["level"]]))]
            name = f"{each['id']} {say(lists.SIDE_NAMES[each['id']])}"
            model = f"{each['text']} ({say('niveau')} {each['level']})"
            rows.append([name, model, "\n".join([*own, *filter(None, [row.get("why")])])])
    local = [
        [row["school"], say(lists.SIDE_NAMES[row["side"]]), say(chosen[row["choice"]]), row["why"]]
        for row in said.get("local") or []
    ]
    columns = [say("School"), say("Onderdeel"), say("Daar is het gebruik"), say("Wat is er anders?")]
    return {
        "sides": {"columns": [say("Onderdeel"), say("Het model"), say("Ons gebruik")], "rows": rows},
        "local": {"columns": columns, "rows": local} if local else None,
    }


# --- Measures and risks ------------------------------------------------------------------------------------------


def _measured(answers: Answers, body: Mapping[str, Any]) -> dict[str, Any]:
    said = answers.get("measures")
    if not said:
        return {"measures": None, "own_measures": None}
    states, given = dict(lists.STATES), said["measures"]
    rows = []
    for each in body["measures"]:
        if row := given.get(each["id"]):
            what = f"{each['id']} {each['text']}"
            kind = [say("Noodzakelijk") if each["critical"] else say("Aanvullend"), say(BY[each["by"]])]
            rows.append([what, ", ".join(kind), say(states[row["state"]]), "\n".join(_said_of(row))])
    own = [
        [f"E{number} {row['text']}", f"{row['owner']}, {row['owner_email']}", "\n".join(_said_of(row))]
        for number, row in enumerate(said.get("own") or [], start=1)
    ]
    columns = [say("Maatregel"), say("Soort en van wie"), say("Stand"), say("Wie, wanneer, en waaruit dat blijkt")]
    return {
        "measures": {"columns": columns, "rows": rows},
        "own_measures": {"columns": [say("Maatregel"), say("Wie"), say("Wanneer, en bewijs")], "rows": own}
        if own
        else None,
    }


def _said_of(row: Mapping[str, Any]) -> Iterator[str]:
    """What was said of a measure, in words: the day, the evidence with its file, who, what replaces it, and why."""
    if row.get("on"):
        yield wording.day(day(row["on"]))
    yield from filter(None, (row.get("evidence"), row.get("by"), row.get("why")))
    if row.get("file"):
        yield say("Bewijs: %(name)s", name=row["file"]["name"])
    if row.get("state") == MeasureState.PLANNED:
        yield f"{row['owner']}, {row['owner_email']}"


def _open(answers: Answers, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is still to be done when this is decided: planned, own without evidence, or a condition taken over."""
    said = answers.get("measures", {})
    given: Mapping[str, Any] = said.get("measures") or {}
    for each in body["measures"]:
        row = given.get(each["id"], {})
        if row.get("state") == MeasureState.PLANNED:
            yield _task(each["id"], each["text"], row, is_critical=bool(each["critical"]))
    for number, row in enumerate(said.get("own") or [], start=1):
        if not row.get("evidence"):
            yield _task(f"own-{number}", row["text"], row)
    replies = answers.get("reply", {}).get("conditions") or {}
    for number, condition in enumerate(answers.get("advice", {}).get("conditions") or [], start=1):
        row = replies.get(str(number), {})
        if row.get("taken"):
            yield _task(f"condition-{number}", condition["text"], row)


def _owed(session: Session, case: Case, answers: Answers, judgement: Judgement) -> list[dict[str, Any]]:
    """What of earlier decisions is still to be done besides: all of it where nothing changed and nothing is asked."""
    return owed.tasks(session, case, answers, everything=judgement.outcome is Outcome.COMPLIANCE_CHECK)


def _task(thing: str, text: str, row: Mapping[str, Any], *, is_critical: bool = False) -> dict[str, Any]:
    return {
        "thing": thing,
        "text": text,
        "is_critical": is_critical,
        "owner": row["owner"],
        "owner_email": row["owner_email"],
        "due_on": row["on"],
    }


def _risks(answers: Answers, body: Mapping[str, Any], residual: Mapping[str, Level]) -> dict[str, Any]:
    if "risks" not in answers:
        return {"risks": None}
    those, level = drawn.risks(answers, body, residual), dict(lists.LEVELS)
    rows = [
        [f"{each['name']} {each['text']}", *(say(level[Level(each[name])]) for name in _LEVELS), each["why"]]
        for each in those
    ]
    columns = [
        say("Risico"),
        say("Kans"),
        say("Gevolg"),
        say("Zonder maatregelen"),
        say("Met maatregelen"),
        say("Waarom"),
    ]
    return {
        "risks": {
            "table": {"columns": columns, "rows": rows},
            "before": drawn.before(those),
            "after": drawn.after(those),
            "levels": {key.value: say(name) for key, name in level.items() if isinstance(key, Level)},
        }
    }


_LEVELS = ("chance", "impact", "level", "after")


# --- Advice ------------------------------------------------------------------------------------------------------


def _advised(case: Case, answers: Answers) -> dict[str, Any]:
    """The advice in full: by whom and when, each condition with its answer, and the answer to a negative one."""
    said = answers.get("advice")
    if not said:
        return {"advice": None}
    row: StepAnswer | None = next((each for each in case.answers if each.step == "advice"), None)
    replies = answers.get("reply", {})
    conditions = [
        [str(number), each["text"], *_answered(replies.get("conditions", {}).get(str(number), {}))]
        for number, each in enumerate(said.get("conditions") or [], start=1)
    ]
    columns = [say("Nummer"), say("Voorwaarde"), say("Overgenomen"), say("Antwoord")]
    replaced = {"accept": mark("Ja, deze kunnen in de plaats komen"), "reject": mark("Nee, dit is niet gelijkwaardig")}
    return {
        "advice": {
            "verdict": said["verdict"],
            "title": say(dict(lists.VERDICTS)[said["verdict"]]),
            "words": said["words"],
            "bureau": bool(said.get("bureau")),
            "replacements": say(replaced[said["replacements"]]) if said.get("replacements") else "",
            "name": row.person.name if row and row.person else "",
            "function": row.person.function if row and row.person else "",
            "at": row.answered_at.isoformat(timespec="seconds") if row else None,
            "conditions": {"columns": columns, "rows": conditions} if conditions else None,
            "reply": replies.get("words", ""),
        }
    }


def _answered(row: Mapping[str, Any]) -> list[str]:
    if row.get("taken"):
        return [say("ja"), f"{row['owner']}, {row['owner_email']}, {wording.day(day(row['on']))}"]
    return [say("nee"), row.get("why", "")]


def _chosen(options: lists.Options, keys: Any) -> list[str]:
    return [say(text) for key, text in options if key in (keys or ())]
