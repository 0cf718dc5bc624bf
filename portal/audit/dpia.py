"""What was decided about DPIAs: each decision with its measures as its document and the ledger say it, and no other."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.dpia.measures import digest, subject
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.cases.in_force import DPIA_DECISIONS
from portal.cases.tables import Case, CaseState, Document, InForce
from portal.config import Settings
from portal.parties.tables import Organisation
from portal.record.ledger import Entry
from portal.wording import mark

TASK = ("thing", "text", "is_critical", "owner", "owner_email", "due_on")
CHANGED = ("owner", "owner_email", "due_on")
"""What of it may change afterwards."""
DECIDES = ("decide_dpia", "dpia_becomes")
"""The acts that give a decision its outcome; the last one counts."""


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every decision, and every decided case that should have one."""
    told: dict[str, list[Entry]] = {}
    for entry in kept.rows(Entry):
        if entry.detail.get("case") and (entry.act in DECIDES or entry.act == "dpia_in_force"):
            told.setdefault(str(entry.detail["case"]), []).append(entry)
    decisions = {each.case_id: each for each in kept.rows(DpiaDecision)}
    tally.checked["dpia_decisions"] = len(decisions)
    ended = _ended(kept)
    for case in kept.rows(Case):
        if case.workflow in DPIA_DECISIONS and case.state == CaseState.DECIDED:
            with tally.guarded("case", case.reference):
                if case.id not in decisions:
                    tally.find("case", case.reference, mark("is beslist, maar het besluit over de DPIA is er niet"))
    for case_id, decision in decisions.items():
        with tally.guarded("dpia_decision", case_id):
            for what in _faults(kept, decision, told.get(str(case_id), []), ended.get(str(case_id))):
                tally.find("dpia_decision", case_id, what)


def _ended(kept: Snapshot) -> dict[str, str]:
    """Of each decision that another one replaced as a whole, when."""
    found: dict[str, str] = {}
    for entry in kept.rows(Entry):
        if entry.act in ("decide_dpia", "end_dpia"):
            found |= {each: entry.detail["at"] for each in entry.detail.get("ended", ()) if each not in found}
    return found


def _faults(kept: Snapshot, decision: DpiaDecision, told: Sequence[Entry], ended_at: str | None) -> Iterator[str]:
    made = [each for each in told if each.act == "decide_dpia"]
    if len(made) != 1:
        yield mark("is volgens het logboek nooit genomen")
        return
    said, last = made[0].detail, [each for each in told if each.act in DECIDES][-1].detail
    documents = kept.by(Document, "case_id").get(decision.case_id, [])
    facts: Mapping[str, Any] = next(each.facts["dpia"] for each in documents if each.void_at is None)
    now = (decision.is_late, decision.decided_at.isoformat(), str(decision.product_id))
    if now != (said["is_late"], said["at"], said["product"]) or decision.outcome != last["outcome"]:
        yield mark("is anders dan het logboek zegt")
    whose = (f"organisation:{decision.organisation_id}", decision.review_on)
    if whose != (made[0].subject, said["review_on"]):
        yield mark("is van een ander bestuur, of met een andere dag, dan het logboek zegt")
    if (said["outcome"], said["is_late"]) != (facts["outcome"], facts["is_late"]):
        yield mark("is anders dan het stuk zegt")
    measures = kept.by(DpiaMeasure, "case_id").get(decision.case_id, [])
    told_of = kept.by(Entry, "subject")
    asked = {each["thing"]: {name: each[name] for name in TASK} for each in facts["open"]}
    for measure in measures:
        mine = told_of.get(subject(measure), [])
        for entry in (each for each in mine if each.act == "change_measure" and measure.thing in asked):
            asked[measure.thing] |= {name: entry.detail[name] for name in CHANGED}
        yield from _faults_of_measure(measure, mine)
    if sorted(_task(each) for each in measures) != sorted(str(list(each.values())) for each in asked.values()):
        yield mark("heeft andere maatregelen dan het stuk zegt")
    if (decision.ended_at.isoformat() if decision.ended_at else None) != ended_at:
        yield mark("eindigt op een ander moment dan het logboek zegt")


def _faults_of_measure(measure: DpiaMeasure, told: Sequence[Entry]) -> Iterator[str]:
    """Its evidence, and by whom it was handed in and accepted."""
    shown = [each for each in told if each.act in ("hand_in_measure", "send_back_measure")]
    last = shown[-1] if shown else None
    if last is None or last.act == "send_back_measure":
        if measure.handed_in_by is not None:
            yield mark("heeft een maatregel met bewijs dat het logboek niet kent")
    elif (str(measure.handed_in_by), digest(measure.evidence_text)) != (last.actor, last.detail["text"]) or (
        measure.blob or None
    ) != last.detail["file"]:
        yield mark("heeft een maatregel met ander bewijs dan het logboek zegt")
    said_yes = [(each.actor, each.detail["at"]) for each in told if each.act == "accept_measure"]
    kept = (str(measure.accepted_by), measure.accepted_at.isoformat()) if measure.accepted_at else None
    if said_yes != ([kept] if kept else []):
        yield mark("heeft een maatregel die anders is geaccepteerd dan het logboek zegt")


def _task(measure: DpiaMeasure) -> str:
    return str([getattr(measure, name) for name in TASK])


def in_force_as_told(kept: Snapshot, case: Case, rows: Sequence[InForce], told: Sequence[Entry]) -> bool:
    """Whether exactly that holds which the ledger says: the board, and schools that the document names."""
    entries = [each for each in told if each.act == "dpia_in_force"]
    if not entries:
        return not rows
    schools = {
        each: kept.by(Organisation, "id")[uuid.UUID(each)][0].register_key for each in entries[-1].detail["schools"]
    }
    facts = next(each.facts["dpia"] for each in kept.by(Document, "case_id")[case.id] if each.void_at is None)
    named = {f"location:{code}" for code in facts["schools"]}
    whom = sorted(str(each.organisation_id) for each in rows)
    return whom == sorted([str(case.organisation_id), *schools]) and set(schools.values()) <= named
