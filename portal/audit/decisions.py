"""Cases, publications and unsent mail: nothing is so that no act in the ledger made so."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.audit import ends, holdings, mandates, memberships
from portal.audit.report import Tally
from portal.audit.signatures import bound_by
from portal.audit.snapshot import Snapshot
from portal.cases.catalogue import every_workflow
from portal.cases.tables import Assessment, Case, CaseState, Comment, Document, Signature, StepAnswer, Turn, TurnKind
from portal.config import Settings
from portal.offers.tables import Publication
from portal.record.jobs import Job
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from portal.wording import mark

OPEN = (CaseState.ASSESSING, CaseState.AGREEING, CaseState.ADVISING, CaseState.PREPARING, CaseState.SIGNING)
ENDED = (CaseState.DECIDED, CaseState.REFUSED, CaseState.DECLINED, CaseState.WITHDRAWN, CaseState.LAPSED)
WITH_A_DOCUMENT = (CaseState.PREPARING, CaseState.SIGNING, CaseState.DECIDED)
STATES_AFTER: Mapping[str, tuple[CaseState, ...]] = {
    "start": (CaseState.DRAFT,),
    "ask": (CaseState.DRAFT,),
    "submit": OPEN,
    "accept": OPEN,
    "conditions": OPEN,
    TurnKind.AGREED: (CaseState.ASSESSING, CaseState.DECIDED),
    TurnKind.REVOKED: (CaseState.DECIDED,),
    "advise": (CaseState.PREPARING, CaseState.SIGNING),
    "reissue": (CaseState.PREPARING, CaseState.SIGNING),
    "decide": (CaseState.DECIDED,),
    "refuse": (*OPEN, CaseState.REFUSED),
    TurnKind.SENT_BACK: (CaseState.DRAFT,),
    TurnKind.HANDED_OVER: (CaseState.DRAFT,),
    TurnKind.DECLINED: (CaseState.DECLINED,),
    TurnKind.WITHDRAWN: (CaseState.WITHDRAWN,),
    TurnKind.LAPSED: (CaseState.LAPSED,),
    TurnKind.TAKEN_BACK: (CaseState.DECIDED,),
    TurnKind.MOVED: (CaseState.DRAFT,),
}
"""In which states a case can be after the last of these acts."""
JUDGEMENTS = ("accept", "conditions", "ask", "refuse", "advise")
ENDINGS = ("decide", "refuse", TurnKind.DECLINED, TurnKind.WITHDRAWN, TurnKind.LAPSED)
VOIDING = (
    TurnKind.SENT_BACK, TurnKind.DECLINED, TurnKind.WITHDRAWN, TurnKind.LAPSED, TurnKind.MOVED, "reissue",
)  # fmt: skip
"""The acts that make a document void."""
ONE_ACT = dt.timedelta(minutes=1)


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every case, everything in force, every mandate, publication and unsent mail."""
    acts: dict[str, list[Entry]] = {}
    for entry in kept.rows(Entry):
        acts.setdefault(entry.subject, []).append(entry)
        if entry.detail.get("case") and not entry.subject.startswith("case:"):
            acts.setdefault(f"case:{entry.detail['case']}", []).append(entry)
    _check_cases(kept, acts, tally)
    holdings.check(kept, acts, tally)
    mandates.check(kept, acts, tally)
    memberships.check(kept, acts, tally)
    ends.check(kept, tally)
    _check_publications(kept, acts, tally)
    _check_mails(kept, tally)


def _check_cases(kept: Snapshot, acts: Mapping[str, Sequence[Entry]], tally: Tally) -> None:
    cases = kept.rows(Case)
    tally.checked["cases"] = len(cases)
    known = {f"case:{each.id}" for each in cases}
    for entry in kept.rows(Entry):
        if entry.subject.startswith("case:") and entry.subject not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een zaak die er niet is"))
    for case in cases:
        with tally.guarded("case", case.reference):
            mine = [each for each in acts.get(f"case:{case.id}", ()) if each.subject == f"case:{case.id}"]
            for faults in (_faults_of_case(case, mine), _faults_of_words(kept, case, mine)):
                for what in faults:
                    tally.find("case", case.reference, what)
            for what in _faults_of_answers(kept, case, mine):
                tally.find("case", case.reference, what)
            documents = kept.by(Document, "case_id").get(case.id, [])
            if case.state == CaseState.SIGNING and _turn(kept, case, documents) != _text(case.signing_for):
                tally.find("case", case.reference, mark("vraagt niet de partij die nu aan de beurt is om te tekenen"))
            if case.state in WITH_A_DOCUMENT and all(each.void_at for each in documents):
                tally.find("case", case.reference, mark("heeft geen stuk"))
            voided = [each.at for each in mine if each.act in VOIDING]
            for document in documents:
                if document.void_at and all(abs(document.void_at - at) > ONE_ACT for at in voided):
                    tally.find("case", case.reference, mark("heeft een stuk dat zonder reden is vervallen"))


def _turn(kept: Snapshot, case: Case, documents: Sequence[Document]) -> str | None:
    """The organisation whose signatures the open document waits for."""
    for document in documents:
        if document.void_at is None:
            signatures = kept.by(Signature, "document_id").get(document.id, [])
            given = {str(each.person_id): each.authority for each in signatures}
            return next((side for side, bound in bound_by(document, case, given).items() if not bound), None)
    return None


def _faults_of_case(case: Case, mine: Sequence[Entry]) -> Iterator[str]:
    steps = [each for each in mine if each.act in STATES_AFTER]
    if not steps or steps[0].act != "start":
        yield mark("is volgens het logboek nooit begonnen")
        return
    begun = steps[0].detail
    moved = [each.detail["version"] for each in steps if each.act == TurnKind.MOVED]
    version = moved[-1] if moved else begun.get("version")
    if (begun.get("workflow"), version) != (case.workflow, case.workflow_version):
        yield mark("is met een andere procedure begonnen dan er nu bij staat")
    if begun.get("counterparty") != _text(case.counterparty_id):
        yield mark("wordt door een andere partij mede-ondertekend dan bij het begin is vastgelegd")
    if steps[0].on_behalf_of not in (None, str(case.organisation_id)):
        yield mark("is voor een andere organisatie begonnen dan er nu bij staat")
    last = steps[-1]
    allowed = STATES_AFTER[last.act]
    if last.act == "refuse" and last.on_behalf_of is None:
        allowed = (CaseState.REFUSED,)  # only a supplier's no can leave a case open
    if case.state not in allowed or not _is_possible(case):
        yield mark("heeft een andere stand dan het logboek zegt")
    ended = [each.at for each in steps if each.act in ENDINGS] if case.state in ENDED else []
    if bool(ended) != (case.decided_at is not None) or (case.decided_at and abs(case.decided_at - ended[-1]) > ONE_ACT):
        yield mark("heeft een ander moment van beslissing dan het logboek zegt")


def _is_possible(case: Case) -> bool:
    """Whether a case of this procedure can wait for this: for advice where there is an adviser, and so on."""
    workflow = every_workflow().get(case.workflow, {}).get(case.workflow_version)
    if workflow is None:
        return True
    match case.state:
        case CaseState.ADVISING:
            return workflow.adviser is not None
        case CaseState.AGREEING:
            return workflow.asks_rights_holders
        case CaseState.ASSESSING:
            return workflow.may_be_assessed
        case CaseState.PREPARING | CaseState.SIGNING:
            return workflow.signatory is not None
    return True


def _faults_of_words(kept: Snapshot, case: Case, mine: Sequence[Entry]) -> Iterator[str]:
    """Judgements, turns and comments against the ledger, in both directions."""
    judged = sorted(kept.by(Assessment, "case_id").get(case.id, []), key=lambda each: each.at)
    told = [(each.act, each.actor, each.on_behalf_of) for each in mine if each.act in JUDGEMENTS]
    rows = [(each.verdict, str(each.assessor_id), _text(each.for_organisation)) for each in judged]
    if sorted(told, key=str) != sorted(rows, key=str):
        yield mark("is volgens het logboek anders beoordeeld")
    turned = sorted((each.act, str(each.actor)) for each in mine if each.act in set(TurnKind))
    if turned != sorted((each.kind, str(each.person_id)) for each in kept.by(Turn, "case_id").get(case.id, [])):
        yield mark("is volgens het logboek anders gelopen")
    said = sorted(str(each.detail.get("comment")) for each in mine if each.act == "comment")
    if said != sorted(str(each.id) for each in kept.by(Comment, "case_id").get(case.id, [])):
        yield mark("heeft andere opmerkingen dan het logboek weet")


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
                and document.void_at is None
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


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _digest(answers: Mapping[str, Any]) -> str:
    """SHA-256 of answers as JSON without spaces, keys in the order of the alphabet."""
    return hashlib.sha256(
        json.dumps(answers, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
