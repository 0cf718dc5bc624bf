"""What was signed on paper: two people of the operator, a scan, authority; and no case decided without either."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence

from portal.audit.report import Tally
from portal.audit.signatures import bound_by, goes_for, held_at
from portal.audit.snapshot import Snapshot
from portal.cases.tables import Case, CaseState, Document, DocumentState, OnPaper, Signature
from portal.parties.tables import Mandate
from portal.record.ledger import Entry
from portal.wording import mark


def check(kept: Snapshot, tally: Tally, names: Mapping[uuid.UUID, str]) -> None:
    """Every row has its two entries, every entry its row; what is called signed on paper, is."""
    documents = {each.id: each for each in kept.rows(Document)}
    rows = {each.document_id: each for each in kept.rows(OnPaper)}
    tally.checked["on_paper"] = len(rows)
    told = kept.by(Entry, "subject")
    cases = {each.id: each for each in kept.rows(Case)}
    signed = kept.by(Signature, "document_id")
    for document in documents.values():
        name, case = names.get(document.id, str(document.id)), cases.get(document.case_id)
        with tally.guarded("document", name):
            row = rows.get(document.id)
            mine = [each for each in told.get(f"document:{document.id}", []) if each.act.startswith("paper")]
            confirmed = row is not None and row.confirmed_at is not None
            for what in _faults_of_row(kept, row, mine, document, case):
                tally.find("document", name, what)
            if (document.state == DocumentState.PAPER) != confirmed:
                tally.find("document", name, mark("heet op papier getekend en is het niet, of andersom"))
            met = any(each.completes for each in signed.get(document.id, []))
            decided = case is not None and case.state == CaseState.DECIDED and document.void_at is None
            if decided and document.facts["signatories"] and met == confirmed:
                tally.find(
                    "document",
                    name,
                    mark(
                        "hoort bij een besluit, en is niet getekend: niet in het portaal en niet op papier, of allebei"
                    ),
                )
    for case in cases.values():
        papers = [each for each in documents.values() if each.case_id == case.id and each.state == DocumentState.PAPER]
        if case.on_paper != bool(papers):
            tally.find("case", case.reference, mark("heet op papier beslist en is het niet, of andersom"))


def _faults_of_row(
    kept: Snapshot, row: OnPaper | None, mine: Sequence[Entry], document: Document, case: Case | None
) -> Iterator[str]:
    entered, confirmed = _last(mine, "paper"), _last(mine, "paper_confirmed")
    if row is None:
        if mine and mine[-1].act != "paper_rejected":
            yield mark("is volgens het logboek op papier getekend, maar de scan is er niet")
        return
    says = (row.scan, row.people, row.signed_on, hashlib.sha256(row.why.encode()).hexdigest(), str(row.entered_by))
    if entered is None or says != (*_said(entered), entered.actor):
        yield mark("is op papier anders getekend dan het logboek zegt")
    if row.confirmed_at is None:
        return
    if confirmed is None or (*says[:4], str(row.confirmed_by)) != (*_said(confirmed), confirmed.actor):
        yield mark("is op papier door iemand anders, of nooit, bevestigd")
        return
    if row.confirmed_by == row.entered_by or str(row.confirmed_by) in row.people:
        yield mark("is op papier vastgelegd en bevestigd door dezelfde persoon")
    if row.authorities != confirmed.detail.get("authorities") or set(row.authorities) - set(row.people):
        yield mark("rust op papier op een andere bevoegdheid dan er is vastgelegd")
    if case is None or not all(bound_by(document, case, row.authorities).values()):
        yield mark("is op papier door te weinig tekenbevoegden getekend")
    mandates = {str(each.id): each for each in kept.rows(Mandate)}
    for person_id, authority in row.authorities.items():
        mandate = mandates.get(authority["mandate"])
        holds = mandate is not None and case is not None and held_at(mandate, confirmed.at) and goes_for(mandate, case)
        if mandate is None or not holds or str(mandate.person_id) != person_id:
            yield mark("rust op papier op een tekenbevoegdheid die op dat moment niet gold")


def _last(mine: Sequence[Entry], act: str) -> Entry | None:
    return next((each for each in reversed(mine) if each.act == act), None)


def _said(entry: Entry) -> tuple[object, ...]:
    return entry.document, entry.detail.get("people"), entry.detail.get("signed_on"), entry.detail.get("why")
