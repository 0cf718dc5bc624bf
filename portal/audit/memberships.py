"""Who is what where: no role without an invitation or a decided case that gave it, and none that was ended lives on."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.tables import Case, CaseState, StepAnswer
from portal.parties.tables import LIVE, Membership, Person
from portal.record.ledger import Entry
from portal.wording import mark
from workflows.vocabulary import Role

ONLY = {"declare": Role.BOARD_OFFICE, "mandates": Role.SIGNATORY}
"""Acts by which a decided case gives one role and no other."""


def check(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    """Every role that holds or is offered, against the acts about its organisation."""
    rows = kept.rows(Membership)
    tally.checked["memberships"] = len(rows)
    people = {each.id: each for each in kept.rows(Person)}
    cases = {str(each.id): each for each in kept.rows(Case)}
    for row in rows:
        if row.status not in LIVE:
            continue
        with tally.guarded("membership", row.id):
            person = people.get(row.person_id)
            told = acts.get(f"organisation:{row.organisation_id}", ())
            given = [entry for entry in told if person and _gives(kept, cases, entry, row, person)]
            if person is None or not given:
                tally.find("membership", row.id, mark("is volgens het logboek door niemand gegeven"))
                continue
            ended = [each.number for each in told if each.act == "end_role" and _is_about(each, row)]
            if max(ended, default=0) > given[-1].number:
                tally.find("membership", row.id, mark("is volgens het logboek beëindigd"))
            if row.role == Role.BOARD_OFFICE and sorted(row.acts) != _acts(kept, told, given, row, person):
                tally.find("membership", row.id, mark("heeft andere rechten dan het logboek weet"))


def _gives(kept: Snapshot, cases: Mapping[str, Case], entry: Entry, row: Membership, person: Person) -> bool:
    """Whether this act gave the role: an invitation to it, or a decided case that names the person."""
    if entry.act == "invite":
        return _is_about(entry, row)
    if row.role != ONLY.get(entry.act, row.role):
        return False
    case = cases.get(str(entry.detail.get("case")))
    return case is not None and case.state == CaseState.DECIDED and _is_named(kept, case, person)


def _is_about(entry: Entry, row: Membership) -> bool:
    return (entry.detail.get("person"), entry.detail.get("role")) == (str(row.person_id), row.role)


def _is_named(kept: Snapshot, case: Case, person: Person) -> bool:
    answers = [each.values for each in kept.by(StepAnswer, "case_id").get(case.id, [])]
    text = json.dumps(answers, ensure_ascii=False).lower()
    return person.email in text or str(person.id) in text or case.starter_email == person.email


def _acts(kept: Snapshot, told: Sequence[Entry], given: Sequence[Entry], row: Membership, person: Person) -> list[str]:
    """The rights as the last act about them left them."""
    found: list[str] = []
    for entry in sorted({*given, *told}, key=lambda each: each.number):
        if entry.act == "change_acts" and entry.detail.get("person") == str(row.person_id):
            found = sorted(entry.detail.get("acts", []))
        elif entry.act == "declare" and not _is_over(row, entry):
            found = next((sorted(each) for each in _declared(kept, entry, person)), found)
    return found


def _is_over(row: Membership, declared: Entry) -> bool:
    """Whether the role ends where this declaration begins: then another row holds what it gives."""
    since = declared.detail.get("since")
    return row.until is not None and since is not None and dt.datetime.fromisoformat(since) >= row.until


def _declared(kept: Snapshot, entry: Entry, person: Person) -> list[Any]:
    """The rights that a declaration gives this person."""
    answers = [
        each
        for each in kept.rows(StepAnswer)
        if str(each.case_id) == entry.detail.get("case") and each.step == "actors"
    ]
    return [
        named.get("acts", [])
        for each in answers
        for named in each.values.get("people", [])
        if str(named.get("email", "")).lower() == person.email
    ]
