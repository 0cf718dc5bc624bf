"""Cases, what is in force, mandates and publications: nothing is so that no act in the ledger made so."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.catalogue import every_workflow
from portal.cases.in_force import BOARD_DECLARATION, REGISTRATION, USAGE_TERMS
from portal.cases.tables import Assessment, Case, CaseState, Document, InForce, StepAnswer
from portal.config import Settings
from portal.offers.tables import Publication
from portal.parties.tables import Mandate, Organisation
from portal.record.jobs import Job
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from portal.wording import mark

OPEN = (CaseState.ASSESSING, CaseState.PREPARING, CaseState.SIGNING)
WITH_A_DOCUMENT = (CaseState.PREPARING, CaseState.SIGNING, CaseState.DECIDED)
STATES_AFTER: Mapping[str, tuple[CaseState, ...]] = {
    "start": (CaseState.DRAFT,),
    "ask": (CaseState.DRAFT,),
    "submit": OPEN,
    "accept": (CaseState.DECIDED,),
    "decide": (CaseState.DECIDED,),
    "refuse": (CaseState.REFUSED,),
    "withdraw": (CaseState.WITHDRAWN,),
}
"""In which states a case can be after the last of these acts."""
MAKES_TRUE: Mapping[str, tuple[str, ...]] = {
    REGISTRATION: ("register",),
    BOARD_DECLARATION: ("declare",),
    USAGE_TERMS: ("decide",),
}
"""The act with which each kind begins to hold; a kind that is not here needs a decision and no more."""
ONE_ACT = dt.timedelta(minutes=1)


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every case, everything in force, every mandate, publication and unsent mail."""
    acts: dict[str, list[Entry]] = {}
    for entry in kept.rows(Entry):
        acts.setdefault(entry.subject, []).append(entry)
        if entry.detail.get("case") and not entry.subject.startswith("case:"):
            acts.setdefault(f"case:{entry.detail['case']}", []).append(entry)
    _check_cases(kept, acts, tally)
    _check_in_force(kept, acts, tally)
    _check_mandates(kept, acts, tally)
    _check_publications(kept, acts, tally)
    _check_mails(kept, tally)


def _check_cases(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    cases = kept.rows(Case)
    tally.checked["cases"] = len(cases)
    known = {f"case:{each.id}" for each in cases}
    for entry in kept.rows(Entry):
        if entry.subject.startswith("case:") and entry.subject not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een zaak die er niet is"))
    assessments = kept.by(Assessment, "case_id")
    for case in cases:
        with tally.guarded("case", case.reference):
            mine = [each for each in acts.get(f"case:{case.id}", ()) if each.subject == f"case:{case.id}"]
            judged = sorted(assessments.get(case.id, []), key=lambda each: each.at)
            for what in _faults_of_case(case, mine, judged):
                tally.find("case", case.reference, what)
            for what in _faults_of_answers(kept, case, mine):
                tally.find("case", case.reference, what)
            documents = kept.by(Document, "case_id").get(case.id, [])
            if case.state in WITH_A_DOCUMENT and all(each.void_at for each in documents):
                tally.find("case", case.reference, mark("heeft geen stuk"))


def _faults_of_case(case: Case, mine: Sequence[Entry], assessments: Sequence[Assessment]) -> Iterator[str]:
    steps = [each for each in mine if each.act in STATES_AFTER]
    if not steps or steps[0].act != "start":
        yield mark("is volgens het logboek nooit begonnen")
        return
    begun = steps[0].detail
    if (begun.get("workflow"), begun.get("version")) != (case.workflow, case.workflow_version):
        yield mark("is met een andere procedure begonnen dan er nu bij staat")
    if steps[0].on_behalf_of not in (None, str(case.organisation_id)):
        yield mark("is voor een andere organisatie begonnen dan er nu bij staat")
    last = steps[-1]
    if case.state not in STATES_AFTER[last.act]:
        yield mark("heeft een andere stand dan het logboek zegt")
    ended = case.state in (CaseState.DECIDED, CaseState.REFUSED, CaseState.WITHDRAWN)
    if ended != (case.decided_at is not None) or (case.decided_at and abs(case.decided_at - last.at) > ONE_ACT):
        yield mark("heeft een ander moment van beslissing dan het logboek zegt")
    judged = [(each.act, each.actor) for each in steps if each.act in ("accept", "ask", "refuse")]
    if judged != [(each.verdict, str(each.assessor_id)) for each in assessments]:
        yield mark("is volgens het logboek anders beoordeeld")


def _faults_of_answers(kept: Snapshot, case: Case, mine: Sequence[Entry]) -> Iterator[str]:
    """The answers as they were submitted, against those in the tables and in the document."""
    digests = [each.detail["answers"] for each in mine if each.act in ("submit", "decide") and "answers" in each.detail]
    if not digests or case.state == CaseState.DRAFT:
        return
    for document in kept.by(Document, "case_id").get(case.id, []):
        if document.void_at is None and _digest(document.facts["answers"]) != digests[-1]:
            yield mark("heeft in het stuk andere antwoorden dan er zijn verstuurd")
    workflow = every_workflow().get(case.workflow, {}).get(case.workflow_version)
    if workflow is not None:  # of an ended case the definition may be gone; its document still has the answers
        answers = {each.step: each.values for each in kept.by(StepAnswer, "case_id").get(case.id, [])}
        if _digest(workflow.relevant(answers)) != digests[-1]:
            yield mark("heeft andere antwoorden dan er zijn verstuurd")


def _check_in_force(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    cases = {each.id: each for each in kept.rows(Case)}
    rows = kept.rows(InForce)
    tally.checked["in_force"] = len(rows)
    for row in rows:
        name = f"{row.kind} {row.id}"
        with tally.guarded("in_force", name):
            case = cases.get(row.case_id)
            if case is None or case.state != CaseState.DECIDED:
                tally.find("in_force", name, mark("rust op een zaak die niet is beslist"))
                continue
            for what in _faults_of_row(kept, row, acts.get(f"case:{case.id}", ())):
                tally.find("in_force", name, what)
    for case in cases.values():
        with tally.guarded("case", case.reference):
            mine = kept.by(InForce, "case_id").get(case.id, [])
            if case.state == CaseState.DECIDED and not mine:
                tally.find("case", case.reference, mark("is beslist, maar er is niets van kracht geworden"))
            elif mine and not _as_decided(kept, case, mine):
                tally.find("case", case.reference, mark("heeft iets anders van kracht dan er is beslist"))


def _faults_of_row(kept: Snapshot, row: InForce, told: Sequence[Entry]) -> Iterator[str]:
    made = [each for each in told if each.act in MAKES_TRUE.get(row.kind, ("decide", "accept"))]
    if not made:
        yield mark("is volgens het logboek nooit van kracht geworden")
        return
    since = made[-1].detail.get("since")
    began = dt.datetime.fromisoformat(since) if since else None
    if row.since != began if began else abs(row.since - made[-1].at) > ONE_ACT:
        yield mark("begint op een ander moment dan het logboek zegt")
    # Only a later decision of the same kind, for the same party, ends what holds.
    same = kept.by(InForce, "on_behalf_of")[row.on_behalf_of] if row.until else []
    successors = (each for each in same if each.case_id != row.case_id and each.kind == row.kind)
    if row.until is not None and all(row.until != max(each.since, row.since) for each in successors):
        yield mark("is beëindigd zonder dat iets anders ervoor in de plaats kwam")


def _as_decided(kept: Snapshot, case: Case, rows: Sequence[InForce]) -> bool:
    """Whether exactly that holds which this case asked for; of a kind that is not known here, anything may."""
    whom = [(each.kind, each.organisation_id, each.person_id, each.product_id, each.version) for each in rows]
    match case.workflow:
        case "registration":
            return whom == [(REGISTRATION, case.organisation_id, None, None, "")]
        case "usage_terms":
            [publication] = kept.by(Publication, "id")[case.publication_id]
            return whom == [(USAGE_TERMS, None, case.person_id, case.product_id, publication.version)]
        case "board_declaration":
            schools = kept.by(Organisation, "id")
            [scope] = (each for each in kept.by(StepAnswer, "case_id")[case.id] if each.step == "scope")
            asked = sorted(f"location:{code}" for code in scope.values["schools"])
            declared = sorted(str(schools[each.organisation_id][0].register_key) for each in rows)
            board = {(each.kind, each.on_behalf_of) for each in rows}
            return declared == asked and board == {(BOARD_DECLARATION, case.organisation_id)}
    return True


def _check_mandates(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    """No more and no fewer mandates than were accepted with a registration."""
    held: dict[uuid.UUID, int] = {}
    for mandate in kept.rows(Mandate):
        held[mandate.organisation_id] = held.get(mandate.organisation_id, 0) + 1
    tally.checked["mandates"] = sum(held.values())
    for organisation in kept.rows(Organisation):
        told = acts.get(f"organisation:{organisation.id}", ())
        accepted = sum(int(each.detail.get("mandates", 0)) for each in told if each.act == "register")
        if held.pop(organisation.id, 0) != accepted:
            tally.find("mandate", organisation.id, mark("er zijn er meer of minder dan het logboek weet"))
    for organisation_id in held:
        tally.find("mandate", organisation_id, mark("hoort bij een organisatie die er niet is"))


def _check_publications(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    publications = {each.id: each for each in kept.rows(Publication)}
    tally.checked["publications"] = len(publications)
    for publication in publications.values():
        name = f"{publication.kind} {publication.version}"
        with tally.guarded("publication", name):
            text = json.dumps(publication.body, sort_keys=True, ensure_ascii=False)
            if hashlib.sha256(text.encode()).hexdigest() != publication.sha256:
                tally.find("publication", name, mark("heeft een andere tekst dan bij de hash hoort"))
            told = [each for each in acts.get(f"publication:{publication.id}", ()) if each.act == "publish"]
            if [(each.document, each.detail.get("version")) for each in told] != [
                (publication.sha256, publication.version)
            ]:
                tally.find("publication", name, mark("staat anders of niet in het logboek"))
    used = {each.id: each.publication_id for each in kept.rows(Case)}
    for document in kept.rows(Document):
        with tally.guarded("document", document.id):
            publication_id = used.get(document.case_id)
            if (
                publication_id is not None
                and document.facts["publication"]["sha256"] != publications[publication_id].sha256
            ):
                tally.find(
                    "document", document.facts["reference"], mark("noemt een andere tekst dan er is gepubliceerd")
                )


def _check_mails(kept: Snapshot, tally: Tally) -> None:
    """A mail that waits is no fault, as long as somebody will send it."""
    work = {each.key for each in kept.rows(Job) if each.state != "done"}
    for mail in kept.rows(Mail):
        if mail.state in ("waiting", "sending"):
            tally.waiting["mails"] += 1
            if f"send:{mail.id}" not in work:
                tally.find("mail", f"{mail.kind} {mail.id}", mark("wacht, maar niemand heeft opdracht om te versturen"))


def _digest(answers: Mapping[str, Any]) -> str:
    """SHA-256 of answers as JSON without spaces, keys in the order of the alphabet."""
    return hashlib.sha256(
        json.dumps(answers, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
