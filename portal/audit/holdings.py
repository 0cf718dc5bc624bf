"""What is in force: each row made by a decided case, begun and ended when the ledger says so, and by what may."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence

from portal import clock
from portal.audit import dpia
from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.catalogue import every_workflow
from portal.cases.in_force import (
    ADMISSION,
    BOARD_DECLARATION,
    BOARD_LICENCE,
    DISCLOSURE,
    DPIA_OWN,
    DPIA_REUSE,
    PRESIGNED,
    PROCESSOR_AGREEMENT,
    REGISTRATION,
    USAGE_TERMS,
)
from portal.cases.tables import Case, CaseState, Document, InForce, StepAnswer
from portal.offers.tables import Publication
from portal.parties.tables import Organisation
from portal.record.ledger import Entry
from portal.wording import mark
from workflows.presigning import GIVE
from workflows.vocabulary import day

MAKES_TRUE: Mapping[str, tuple[str, ...]] = {
    REGISTRATION: ("register",),
    ADMISSION: ("register",),
    BOARD_DECLARATION: ("declare",),
    BOARD_LICENCE: ("declare",),
    PROCESSOR_AGREEMENT: ("agree",),
    PRESIGNED: ("presign",),
    DPIA_REUSE: ("dpia_in_force",),
    DPIA_OWN: ("dpia_in_force",),
    USAGE_TERMS: ("decide",),
    DISCLOSURE: ("decide",),
}
"""The act with which each kind begins to hold; a kind that is not here needs a decision and no more."""
PUTS_IN_FORCE = ("register_organisation", "act_for_schools", "accept_terms", "permit", "agree", "presign")
"""Outcomes after which something must be in force; after the others nothing is."""
MAY_END = (
    "board_declaration", "declaration_revocation", "organisation_change", "processor_agreement", "presigning",
    "dpia_reuse", "dpia_own", "disclosure_permission",
)  # fmt: skip
"""Procedures whose decision ends what an earlier one made true."""
ONE_ACT = dt.timedelta(minutes=1)
NOTHING = mark("is beslist, maar er is niets van kracht geworden")
SOMETHING_ELSE = mark("heeft iets anders van kracht dan er is beslist")


def check(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    """Every row, every end, and for every decided case that exactly that holds which it asked for."""
    cases = {each.id: each for each in kept.rows(Case)}
    rows = kept.rows(InForce)
    tally.checked["in_force"] = len(rows)
    ends = _ends(kept, cases, acts, tally)
    for row in rows:
        name = f"{row.kind} {row.id}"
        with tally.guarded("in_force", name):
            case = cases.get(row.case_id)
            if case is None or case.state != CaseState.DECIDED:
                tally.find("in_force", name, mark("rust op een zaak die niet is beslist"))
                continue
            for what in _faults_of_row(row, acts.get(f"case:{case.id}", ()), ends.get(str(row.id))):
                tally.find("in_force", name, what)
    for case in cases.values():
        with tally.guarded("case", case.reference):
            mine = kept.by(InForce, "case_id").get(case.id, [])
            if what := _fault_of_decision(kept, case, mine, acts.get(f"case:{case.id}", ())):
                tally.find("case", case.reference, what)


def _ends(
    kept: Snapshot, cases: Mapping[uuid.UUID, Case], acts: Mapping[str, Sequence[Entry]], tally: Tally
) -> dict[str, dt.datetime]:
    """When each row ends by the last entry that names it; an end that nothing justifies is a finding."""
    rows = {str(each.id): each for each in kept.rows(InForce)}
    ends: dict[str, dt.datetime] = {}
    for entry in kept.rows(Entry):
        if entry.act != "end":
            continue
        with tally.guarded("ledger_entry", entry.number):
            for row_id in entry.detail["rows"]:
                row = rows.get(row_id)
                if row is None or f"case:{row.case_id}" != entry.subject:
                    tally.find("ledger_entry", entry.number, mark("beëindigt iets dat er niet is"))
                ends[row_id] = dt.datetime.fromisoformat(entry.detail["until"])
            if not _is_justified(entry, cases, acts):
                tally.find("ledger_entry", entry.number, mark("beëindigt iets zonder besluit dat dat mag"))
    return ends


def _is_justified(entry: Entry, cases: Mapping[uuid.UUID, Case], acts: Mapping[str, Sequence[Entry]]) -> bool:
    """Ended by a decision that may, or by the person who took back or declined for themselves."""
    cause = cases.get(uuid.UUID(entry.detail["because"])) if entry.detail.get("because") else None
    if cause is None:
        opened = acts.get(entry.subject, ())
        ends = [each for each in opened if each.act == "end_agreement" and each.actor == entry.actor]
        over = [each.detail["at"] for each in opened if each.act == "end_dpia"]
        return any(each.detail["ends"] == entry.detail["until"] for each in ends) or entry.detail["until"] in over
    at_once = [each for each in acts.get(f"case:{cause.id}", ()) if abs(each.at - entry.at) <= ONE_ACT]
    if cause.workflow in MAY_END and any(each.act == "decide" for each in at_once):
        return True
    if cause.workflow == "disclosure_permission" and any(
        (each.act, each.actor) == ("revoked", entry.actor) for each in at_once
    ):
        return True
    own = [each for each in at_once if each.actor == entry.actor and entry.actor == str(cause.person_id)]
    return any(each.act in ("taken_back", "declined") for each in own)


def _faults_of_row(row: InForce, told: Sequence[Entry], until: dt.datetime | None) -> Iterator[str]:
    made = [each for each in told if each.act in MAKES_TRUE.get(row.kind, ("decide",))]
    if not made:
        yield mark("is volgens het logboek nooit van kracht geworden")
        return
    since = made[-1].detail.get("since")
    began = dt.datetime.fromisoformat(since) if since else None
    if row.since != began if began else abs(row.since - made[-1].at) > ONE_ACT:
        yield mark("begint op een ander moment dan het logboek zegt")
    if row.until != until:
        yield mark("eindigt op een ander moment dan het logboek zegt")


def _fault_of_decision(kept: Snapshot, case: Case, rows: Sequence[InForce], told: Sequence[Entry]) -> str:
    workflow = every_workflow().get(case.workflow, {}).get(case.workflow_version)
    if case.state != CaseState.DECIDED or workflow is None:
        return ""  # of an ended case the definition may be gone: then anything may hold
    if workflow.outcome in ("dpia", "dpia_own"):
        return "" if dpia.in_force_as_told(kept, case, rows, told) else SOMETHING_ELSE
    if workflow.outcome not in PUTS_IN_FORCE:
        return SOMETHING_ELSE if rows else ""
    if not rows:
        return NOTHING if _asks_for_something(kept, case) else ""
    return "" if _as_decided(kept, case, rows, told) else SOMETHING_ELSE


def _as_decided(kept: Snapshot, case: Case, rows: Sequence[InForce], told: Sequence[Entry]) -> bool:
    """Whether exactly that holds which this case asked for; of a kind that is not known here, anything may."""
    whom = sorted(
        (each.kind, str(each.organisation_id), str(each.person_id), str(each.product_id), each.version) for each in rows
    )
    organisation = str(case.organisation_id)
    match case.workflow:
        case "registration":
            admitted = [product for each in told if each.act == "register" for product in each.detail["admitted"]]
            registered = (REGISTRATION, organisation, "None", "None", "")
            return whom == sorted([registered, *((ADMISSION, organisation, "None", each, "") for each in admitted)])
        case "usage_terms":
            [row] = rows
            mine = (row.kind, row.person_id, row.product_id)
            return mine == (USAGE_TERMS, case.person_id, case.product_id) and bool(row.version)
        case "disclosure_permission":
            [row] = rows
            given = {each.step: each.values for each in kept.by(StepAnswer, "case_id").get(case.id, [])}
            last = clock.start_of(day(given["recipient"]["until"]) + dt.timedelta(days=1))
            mine = (row.kind, row.person_id, row.product_id)
            within = row.until is not None and row.until <= last
            return mine == (DISCLOSURE, case.person_id, case.product_id) and within
        case "board_declaration":
            return _as_declared(kept, case, rows, told)
        case "processor_agreement":
            return _as_agreed(kept, case, rows) and _binds_the_supplier(kept, case)
        case "presigning":
            return _asks_for_something(kept, case) and _as_presigned(kept, case, rows)
    return True


def _as_declared(kept: Snapshot, case: Case, rows: Sequence[InForce], told: Sequence[Entry]) -> bool:
    """The schools of its scope, and the board licence with the invoices that the ledger says."""
    asked = _schools_asked(kept, case)
    declaring = [each for each in rows if each.kind == BOARD_DECLARATION]
    declared = _register_keys(kept, declaring)
    [said] = [each.detail for each in told if each.act == "declare"]
    licence = [(BOARD_LICENCE, case.organisation_id, said["invoices"])] if said["collective"] else []
    others = [(each.kind, each.organisation_id, each.version) for each in rows if each not in declaring]
    return (
        declared == asked and {each.on_behalf_of for each in declaring} == {case.organisation_id} and others == licence
    )


def _as_agreed(kept: Snapshot, case: Case, rows: Sequence[InForce]) -> bool:
    """The board and the schools of its scope, in the one version that was signed."""
    [publication] = kept.by(Publication, "id")[case.publication_id]
    what = {(each.kind, each.on_behalf_of, each.product_id, each.version, each.since) for each in rows}
    mine = (PROCESSOR_AGREEMENT, case.organisation_id, publication.product_id, publication.version, rows[0].since)
    schools = [each for each in rows if each.organisation_id != case.organisation_id]
    return (
        what == {mine} and len(rows) == len(schools) + 1 and _register_keys(kept, schools) == _schools_asked(kept, case)
    )


def _binds_the_supplier(kept: Snapshot, case: Case) -> bool:
    """By its own signature in the document, or by the one given beforehand that held when the board signed."""
    documents = [each for each in kept.by(Document, "case_id").get(case.id, []) if each.void_at is None]
    facts = documents[0].facts if documents else {}
    if any(each["organisation"] == str(case.counterparty_id) for each in facts.get("sides", ())):
        return True
    said = facts.get("presigned")
    [publication] = kept.by(Publication, "id")[case.publication_id]
    [row] = kept.by(InForce, "id").get(uuid.UUID(said["row"]), [None]) if said else [None]
    if row is None or case.decided_at is None:
        return False
    what = (row.kind, row.organisation_id, row.product_id, row.version)
    theirs = (PRESIGNED, case.counterparty_id, publication.product_id, publication.version)
    return what == theirs and row.since <= case.decided_at and (row.until is None or case.decided_at <= row.until)


def _as_presigned(kept: Snapshot, case: Case, rows: Sequence[InForce]) -> bool:
    """The supplier itself, for the one version that it signed beforehand."""
    [publication] = kept.by(Publication, "id")[case.publication_id]
    what = [(each.kind, each.organisation_id, each.product_id, each.version) for each in rows]
    return what == [(PRESIGNED, case.organisation_id, publication.product_id, publication.version)]


def _asks_for_something(kept: Snapshot, case: Case) -> bool:
    """Whether these answers want something to hold: a supplier can also stop signing beforehand."""
    given = [each.values for each in kept.by(StepAnswer, "case_id").get(case.id, []) if each.step == "presigning"]
    return case.workflow != "presigning" or bool(given and given[0]["what"] == GIVE)


def _schools_asked(kept: Snapshot, case: Case) -> list[str]:
    """The schools of its scope, by their keys in the register."""
    [scope] = [each for each in kept.by(StepAnswer, "case_id")[case.id] if each.step == "scope"]
    return sorted(f"location:{code}" for code in scope.values["schools"])


def _register_keys(kept: Snapshot, rows: Sequence[InForce]) -> list[str]:
    """The schools for which these rows hold."""
    schools = kept.by(Organisation, "id")
    return sorted(str(schools[each.organisation_id][0].register_key) for each in rows)
