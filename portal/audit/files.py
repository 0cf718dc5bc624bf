"""The vault: every file against its name, and no file without somebody who points at it, or the other way round."""

import hashlib
from collections.abc import Iterator

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.dpia.tables import DpiaMeasure
from portal.cases.tables import Document, KeptFile, OnPaper, Reading, Revision, Signature, StepAnswer
from portal.config import Settings
from portal.documents.vault import Blob
from portal.offers import copy_template
from portal.parties.tables import Mandate
from portal.record.heads import StampedHead
from portal.record.ledger import Entry
from portal.reports.own_tables import OwnReport
from portal.wording import mark


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Each file's bytes, its size, and both ends of every pointer."""
    blobs = {each.sha256: each for each in kept.rows(Blob)}
    tally.checked["blobs"] = len(blobs)
    for name, blob in blobs.items():
        with tally.guarded("blob", name):
            content = kept.content(name)
            if content is None:
                tally.find("blob", name, mark("is leeg"))
            elif hashlib.sha256(content).hexdigest() != name:
                tally.find("blob", name, mark("heeft andere bytes dan zijn naam zegt"))
            elif len(content) != blob.size:
                tally.find("blob", name, mark("heeft een andere lengte dan erbij staat"))
    pointed: set[str] = set()
    for owner, name in _pointers(kept):
        pointed.add(name)
        if name not in blobs:
            tally.find("blob", name, mark("ontbreekt, maar %(owner)s verwijst ernaar"), owner=owner)
    for name in blobs.keys() - pointed:
        tally.find("blob", name, mark("hoort nergens bij"))


def _pointers(kept: Snapshot) -> Iterator[tuple[str, str]]:
    """Who points at which file."""
    for revision in kept.rows(Revision):
        yield f"revision {revision.number} of {revision.document_id}", revision.blob
    for document in kept.rows(Document):
        yield from ((f"document {document.id}", name) for name in (document.certified, document.current) if name)
    for signature in kept.rows(Signature):
        yield f"signature {signature.id}", signature.seen
    for file in kept.rows(KeptFile):
        yield f"kept_file {file.id}", file.blob
    for mandate in kept.rows(Mandate):
        yield f"mandate {mandate.id}", mandate.evidence
    for head in kept.rows(StampedHead):
        yield f"head {head.size}", head.token
    for reading in kept.rows(Reading):
        yield f"reading {reading.id}", reading.blob
    for answer in kept.rows(StepAnswer):
        yield from ((f"answer {answer.case_id} {answer.step}", name) for name in _files_in(answer.values))
    for paper in kept.rows(OnPaper):
        yield f"on_paper {paper.document_id}", paper.scan
    for agreement in kept.rows(SignedElsewhere):
        yield f"signed_elsewhere {agreement.id}", agreement.blob
    for measure in kept.rows(DpiaMeasure):
        if measure.blob:
            yield f"measure {measure.id}", measure.blob
    for report in kept.rows(OwnReport):
        yield f"own_report {report.id}", report.blob
    for entry in kept.rows(Entry):
        if entry.act == "hand_in_measure" and entry.detail.get("file"):
            yield f"ledger_entry {entry.number}", entry.detail["file"]
        if entry.document and entry.subject.startswith(("document:", copy_template.SUBJECT)):
            yield f"ledger_entry {entry.number}", entry.document


def _files_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if {"sha256", "kept"} <= value.keys():
            yield str(value["sha256"])
        for part in value.values():
            yield from _files_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _files_in(part)
