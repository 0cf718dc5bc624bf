"""The PDFs themselves: as many signatures as the rows and the ledger know of, with the same names and facts."""

import json
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import pikepdf

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.audit.stories import Story, gather
from portal.audit.trusted import trust_in
from portal.config import Settings
from portal.documents.authority import Trust
from portal.documents.stamps import Stamp
from portal.documents.verify import Examination, Verdict, examine
from portal.wording import mark

SEAL_FIELD, ATTACHED = "Zegel", "gegevens.json"
ADDED_WHEN_MADE = ("operator", "test_seal")
"""What the worker adds to the facts of a document when it renders it."""
AT_ONCE = 24
"""Documents whose bytes are in memory at the same time."""


@dataclass(frozen=True)
class Paper:
    """What the file itself says."""

    seen: Examination
    facts: object


def check(kept: Snapshot, settings: Settings, tally: Tally) -> None:
    """The files, some at a time, on as many processes as there are cores."""
    trust = trust_in(settings, tally)
    if trust is None:
        return
    stories = [
        each for each in gather(kept, Tally()) if each.revisions
    ]  # what is wrong with the others is told already
    left, done = iter(stories), 0
    # Forked, so that nothing is imported anew; the children see bytes only, and never the database.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        while some := list(islice(left, AT_ONCE)):
            asked = []
            for story in some:
                with tally.guarded("document", story.name):
                    last = _join(kept, story, tally)
                    asked.append((story, pool.submit(read, last, trust) if last is not None else None))
            for story, answer in asked:
                with tally.guarded("document", story.name):
                    if answer is not None:
                        _compare_with_file(story, answer.result(), tally)
                done += 1
                tally.progress("pdfs", done, len(stories))


def read(pdf: bytes, trust: Trust) -> Paper:
    """What these bytes say by themselves."""
    seen = examine(pdf, trust=trust)
    facts: object = None
    if seen.verdict in (Verdict.INTACT_AND_COMPLETE, Verdict.INTACT_IN_PROGRESS):
        with pikepdf.open(BytesIO(pdf)) as opened:
            facts = json.loads(opened.attachments[ATTACHED].get_file().read_bytes())
    return Paper(seen, facts)


def _join(kept: Snapshot, story: Story, tally: Tally) -> bytes | None:
    """Each revision must begin with the whole of the one before; gives the last."""
    before = b""
    for revision in story.revisions:
        content = kept.content(revision.blob)
        if content is None:
            return None  # named already, with the files
        if not content.startswith(before):
            what = mark("begint niet met de vorige revisie")
            tally.find("document", f"{story.name}, revisie {revision.number}", what)
        story.lengths.append(len(content))
        before = content
    return before


def _compare_with_file(story: Story, paper: Paper, tally: Tally) -> None:
    """The PDF against the rows and the ledger: as many signatures, the same names and words, the same facts."""
    name, seen = f"{story.name}, revisie {len(story.revisions)}", paper.seen
    if seen.verdict not in (Verdict.INTACT_AND_COMPLETE, Verdict.INTACT_IN_PROGRESS):
        what = mark("is veranderd, of niet van dit portaal (%(problem)s)")
        tally.find("document", name, what, problem=seen.problem or seen.verdict.value)
        return
    if (seen.verdict is Verdict.INTACT_AND_COMPLETE) != story.should_be_complete:
        tally.find(
            "document", name, mark("is in het bestand %(verdict)s, in de tabel niet"), verdict=seen.verdict.value
        )
    fields, sealed = [each.field for each in seen.signatures], story.sealed
    if not len(fields) - 1 == len(sealed) == len(story.told("seal")):
        tally.find(
            "document",
            name,
            mark("heeft %(file)s handtekeningen in het bestand, %(table)s in de tabel en %(ledger)s in het logboek"),
            file=len(fields) - 1,
            table=len(sealed),
            ledger=len(story.told("seal")),
        )
    if fields != [SEAL_FIELD, *(each.field for each in sealed)]:
        tally.find("document", name, mark("heeft in het bestand andere handtekeningvelden dan in de tabel"))
    for signature, found in zip(sealed, seen.signatures[1:], strict=False):
        if (signature.typed_name, signature.confirms) != (found.signer, found.reason):
            what = mark("heeft in het bestand een andere naam of een andere verklaring")
            tally.find("signature", f"{story.name}, {signature.field}", what)
    ends = [0, *story.lengths]
    for number, found in enumerate(seen.signatures, 1):
        if number < len(ends) and not ends[number - 1] < found.length <= ends[number]:
            tally.find(
                "document", f"{story.name}, revisie {number}", mark("draagt de handtekening van een andere revisie")
            )
    _compare_stamps(story, seen.stamps, tally)
    _compare_facts(story, paper.facts, tally)


def _compare_stamps(story: Story, found: Sequence[Stamp], tally: Tally) -> None:
    """As many time stamps over the whole as there should be, and each revision's row tells of its last."""
    over_all = sum(each.whole for each in found)
    if over_all != len(story.renewed) + story.should_be_complete:
        what = mark("heeft %(file)s tijdstempels over het geheel, en het logboek %(ledger)s vernieuwingen")
        tally.find("document", story.name, what, file=over_all, ledger=len(story.renewed))
    for revision, length in zip(story.revisions, story.lengths, strict=True):
        last = [each for each in found if each.length <= length][-1]
        told = (revision.stamped_by, revision.stamp_hash, revision.stamp_ends)
        if any(told) and told != (last.by[:200], last.hash, last.ends):
            what = mark("heeft in het bestand een andere tijdstempel dan in de tabel")
            tally.find("document", f"{story.name}, revisie {revision.number}", what)


def _compare_facts(story: Story, attached: object, tally: Tally) -> None:
    document = story.document
    said: Mapping[str, Any] = attached if isinstance(attached, dict) else {}
    kept = {key: value for key, value in said.items() if key not in ADDED_WHEN_MADE or key in document.facts}
    if kept != document.facts or said.get("test_seal") is not document.is_test:
        tally.find("document", story.name, mark("heeft in het bestand andere gegevens dan in de tabel"))
