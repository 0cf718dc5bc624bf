"""Who may bind whom, and with what an organisation is registered: no row without the act that made it so."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.tables import Case, CaseState
from portal.parties.tables import AuthorityRule, Mandate, Organisation
from portal.record.ledger import Entry
from portal.wording import mark
from workflows.vocabulary import Party

MAY_CHANGE = ("registration", "mandate_change", "organisation_change")
"""Procedures whose decision changes who may bind an organisation."""
REGISTERS = (Party.BOARD, Party.SCHOOL_GROUP, Party.SCHOOL, Party.LOCATION, Party.SUPPORT_BODY)
"""Kinds of organisation that are registered by a case; the others are made by the operator."""
UNKNOWN = mark("er zijn er meer of minder dan het logboek weet")
DIFFERENT = mark("staat anders in het logboek: %(columns)s")

NOT_SAID: dict[str, Any] = {"until": None, "kinds": [], "amount": None, "granted_by": None}
"""What a mandate or a rule is where the ledger is silent about it."""

Told = dict[str, dict[str, Any]]
"""Row → its columns, as the ledger says they are."""


def check(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    """Every mandate and every rule against the changes in the ledger; then what organisations are registered with."""
    tally.checked["mandates"] = len(kept.rows(Mandate))
    cases = {str(each.id): each for each in kept.rows(Case)}
    mandates, rules = kept.by(Mandate, "organisation_id"), kept.by(AuthorityRule, "organisation_id")
    organisations = {each.id for each in kept.rows(Organisation)}
    for organisation_id in (set(mandates) | set(rules)) - organisations:
        tally.find("mandate", organisation_id, mark("hoort bij een organisatie die er niet is"))
    for organisation in kept.rows(Organisation):
        with tally.guarded("mandate", organisation.id):
            told = acts.get(f"organisation:{organisation.id}", ())
            changes = [each for each in told if each.act == "mandates"]
            for entry in changes:
                case = cases.get(str(entry.detail.get("case")))
                if case is None or case.workflow not in MAY_CHANGE or case.state != CaseState.DECIDED:
                    tally.find("ledger_entry", entry.number, mark("wijzigt een tekenbevoegdheid zonder besluit"))
            held = {str(each.id): _mandate(each) for each in mandates.get(organisation.id, [])}
            _compare(organisation.id, held, _told(changes, "granted", "mandate", "ended"), tally)
            ruled = {str(each.id): _rule(each) for each in rules.get(organisation.id, [])}
            _compare(organisation.id, ruled, _told(changes, "rules", "rule", "rules_ended"), tally)
            for what in _faults_of_particulars(organisation, told):
                tally.find("organisation", organisation.name, what)


def _told(changes: Sequence[Entry], made: str, key: str, ended: str) -> Told:
    """The rows as the changes leave them, oldest first: what was made, and when each of it ends."""
    rows: Told = {}
    for entry in changes:
        for each in entry.detail[made]:
            rows[each[key]] = NOT_SAID | {name: value for name, value in each.items() if name != key}
        for row_id, until in entry.detail[ended].items():
            rows.setdefault(row_id, {})["until"] = until
    return rows


def _compare(organisation_id: uuid.UUID, held: Told, told: Told, tally: Tally) -> None:
    if set(held) != set(told):
        tally.find("mandate", organisation_id, UNKNOWN)
    for row_id in set(held) & set(told):
        different = sorted(
            name for name, value in held[row_id].items() if _moment(value) != _moment(told[row_id].get(name))
        )
        if different:
            tally.find("mandate", row_id, DIFFERENT, columns=", ".join(different))


def _mandate(row: Mandate) -> dict[str, Any]:
    return {
        "person": str(row.person_id),
        "counts": row.counts,
        "basis": row.basis,
        "evidence": row.evidence,
        "kinds": row.kinds,
        "amount": row.amount,
        "granted_by": str(row.granted_by) if row.granted_by else None,
        "since": row.since,
        "until": row.until,
    }


def _rule(row: AuthorityRule) -> dict[str, Any]:
    return {"mode": row.mode, "together": row.together, "since": row.since, "until": row.until}


def _moment(value: Any) -> Any:
    """A moment as the ledger writes it, made comparable; anything else as it is."""
    if isinstance(value, str) and "T" in value:
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def _faults_of_particulars(organisation: Organisation, told: Sequence[Entry]) -> Iterator[str]:
    """Name, address, invoices and end, as the last act that touched them left them."""
    acts = [each for each in told if each.act in ("register", "change")]
    if not acts:
        if organisation.registered_at is not None and organisation.kind in REGISTERS:
            yield mark("is volgens het logboek nooit ingeschreven")
        return
    if acts[-1].detail.get("kept") != _digest(organisation):
        yield mark("heeft andere gegevens dan er zijn doorgegeven")


def _digest(organisation: Organisation) -> str:
    """SHA-256 of the particulars as JSON without spaces, keys in the order of the alphabet."""
    values = {
        "address": organisation.address,
        "board_number": organisation.board_number,
        "ended_at": organisation.ended_at and organisation.ended_at.isoformat(),
        "kind": organisation.kind,
        "kvk": organisation.kvk,
        "name": organisation.name,
        "profile": organisation.profile,
    }
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
