"""Documents: their rows, their signatures and the ledger must tell the same story."""

from portal.audit import on_paper, signatures
from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.audit.stories import Story, gather
from portal.cases.tables import CaseState, DocumentState, Revision, Signature
from portal.config import Settings
from portal.record.jobs import Job
from portal.record.ledger import Entry
from portal.wording import mark


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """The rows of every document and of every signature."""
    stories = list(gather(kept, tally))
    tally.checked["documents"] = len(stories)
    tally.checked["revisions"] = sum(len(each.revisions) for each in stories)
    _find_orphans(kept, tally, {str(each.document.id) for each in stories})
    signatures.check(kept, tally, {each.document.id: each.name for each in stories})
    on_paper.check(kept, tally, {each.document.id: each.name for each in stories})
    work = {each.key for each in kept.rows(Job) if each.state != "done"}
    for story in stories:
        with tally.guarded("document", story.name):
            _check_rows(story, tally)
            _count_waiting(story, work, tally)


def _find_orphans(kept: Snapshot, tally: Tally, known: set[str]) -> None:
    for entry in kept.rows(Entry):
        kind, _, name = entry.subject.partition(":")
        if kind == "document" and name not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een stuk dat er niet is"))
    for revision in kept.rows(Revision):
        if str(revision.document_id) not in known:
            tally.find("document", revision.document_id, mark("heeft een revisie, maar is er zelf niet"))
    for signature in kept.rows(Signature):
        if str(signature.document_id) not in known:
            tally.find("document", signature.document_id, mark("heeft een handtekening, maar is er zelf niet"))


def _check_rows(story: Story, tally: Tally) -> None:
    """The rows among themselves and against the ledger, before any file is opened."""
    document, name = story.document, story.name
    certified = story.told("certify")
    if not story.revisions:
        if document.certified or document.current or certified:
            tally.find("document", name, mark("is vastgesteld, maar heeft geen revisies"))
        if document.state == DocumentState.COMPLETE or story.signatures:
            tally.find("document", name, mark("heet klaar of getekend, maar is nooit vastgesteld"))
        return
    blobs = [each.blob for each in story.revisions]
    if [each.number for each in story.revisions] != list(range(1, len(blobs) + 1)):
        tally.find("document", name, mark("mist een revisie"))
    if document.certified != blobs[0]:
        tally.find("document", f"{name}, revisie 1", mark("is niet de vastgestelde versie"))
    if document.current != blobs[-1]:
        tally.find("document", f"{name}, revisie {len(blobs)}", mark("is niet de versie die nu geldt"))
    if [(each.document, each.detail.get("case")) for each in certified] != [(blobs[0], str(story.case.id))]:
        tally.find("document", name, mark("is volgens het logboek anders, vaker of niet vastgesteld"))
    _compare_with_case(story, tally)
    _check_sealed_rows(story, blobs, tally)


def _compare_with_case(story: Story, tally: Tally) -> None:
    document, facts = story.document, story.document.facts
    if facts.get("reference") != story.case.reference or facts.get("code") != document.code:
        tally.find("document", story.name, mark("noemt een ander kenmerk of een andere code dan zijn zaak"))
    complete = document.state == DocumentState.COMPLETE
    if complete != story.should_be_complete or complete != (document.completed_at is not None):
        tally.find(
            "document", story.name, mark("heet klaar en is het niet, of andersom (%(state)s)"), state=document.state
        )
    if not facts["signatories"] and story.case.state in (CaseState.PREPARING, CaseState.SIGNING):
        tally.find("document", story.name, mark("is klaar zonder dat iemand het kon tekenen"))


def _check_sealed_rows(story: Story, blobs: list[str], tally: Tally) -> None:
    """One revision, one signature row and one entry for each seal, in both directions."""
    rows = {str(each.id): each for each in story.signatures}
    sealed: list[str] = []
    for entry in story.told("seal"):
        signature = rows.get(str(entry.detail.get("signature")))
        number = signature.revision if signature else None
        if signature is None or number is None or number != entry.detail.get("revision"):
            tally.find(
                "ledger_entry",
                entry.number,
                mark("verzegelt een handtekening in %(name)s die er niet is"),
                name=story.name,
            )
            continue
        if str(signature.id) in sealed:
            tally.find("ledger_entry", entry.number, mark("verzegelt een handtekening voor de tweede keer"))
        sealed.append(str(signature.id))
        if not 2 <= number <= len(blobs) or blobs[number - 1] != entry.document:
            tally.find(
                "ledger_entry",
                entry.number,
                mark("verzegelt in %(name)s een andere revisie dan er is"),
                name=story.name,
            )
    for signature in story.sealed:
        if str(signature.id) not in sealed:
            tally.find(
                "signature",
                f"{story.name}, {signature.field}",
                mark("heet verzegeld, maar het logboek weet er niet van"),
            )
    _check_renewals(story, blobs, tally)
    signed = range(2, len(blobs) + 1 - len(story.renewed))
    if [each.revision for each in story.sealed] != list(signed):
        what = mark("heeft niet voor elke revisie na de eerste één handtekening of één vernieuwing")
        tally.find("document", story.name, what)


def _check_renewals(story: Story, blobs: list[str], tally: Tally) -> None:
    """A renewal follows the last signature of a complete document, one revision and one entry each."""
    last = len(blobs) - len(story.renewed)
    for number, entry in enumerate(story.renewed, last + 1):
        if not story.should_be_complete or entry.detail.get("revision") != number or number <= 1 + len(story.sealed):
            tally.find("ledger_entry", entry.number, mark("vernieuwt in %(name)s wat er niet is"), name=story.name)
        elif blobs[number - 1] != entry.document:
            what = mark("vernieuwt in %(name)s een andere revisie dan er is")
            tally.find("ledger_entry", entry.number, what, name=story.name)


def _count_waiting(story: Story, work: set[str], tally: Tally) -> None:
    """What waits is no fault, as long as somebody will do it."""
    document = story.document
    if not story.revisions and document.void_at is None:
        tally.waiting["documents"] += 1
        if f"make:{document.id}" not in work:
            tally.find("document", story.name, mark("moet nog worden gemaakt, maar niemand heeft daar opdracht voor"))
    for signature in story.signatures:
        if signature.revision is None:
            tally.waiting["signatures"] += 1
            if f"seal:{document.id}:{signature.id}" not in work:
                what = mark("moet nog worden verzegeld, maar niemand heeft daar opdracht voor")
                tally.find("signature", f"{story.name}, {signature.field}", what)
