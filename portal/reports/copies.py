"""A report that is passed on, as a file: PDF, spreadsheet or table, each page and sheet of it marked."""

import datetime as dt
from dataclasses import dataclass

from portal import clock
from portal.documents import copies, sheets
from portal.documents import marked as marked_pages
from portal.documents.sheets import Sheet
from portal.reports.paper import Paper
from portal.reports.share_tables import Share
from portal.wording import mark, moment, say

TEMPLATE = "documents/report_copy.html"
CONFIDENTIAL = mark("Vertrouwelijk: niet verder verstrekken.")


@dataclass(frozen=True)
class Marked:
    """What of a share stands on its file, free of the database. No person is named: the list of shares does that."""

    mark: str
    reference: str
    made_at: dt.datetime
    organisation: str
    supplier: str

    @classmethod
    def of(cls, share: Share) -> "Marked":
        """Of a share as it was recorded."""
        organisation, supplier = share.recipient_organisation, share.product.supplier.name
        return cls(share.mark, share.reference, share.made_at, organisation, supplier)

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands above each table."""
        at = moment(self.made_at)
        whom = say(
            mark("Voor %(organisation)s · %(reference)s · %(at)s"),
            organisation=self.organisation,
            reference=self.reference,
            at=at,
        )
        return self.mark, say(CONFIDENTIAL), whom


def pdf(paper: Paper, marked: Marked) -> bytes:
    """The report on paper."""
    said = {
        "mark": marked.mark,
        "reference": marked.reference,
        "made_at": marked.made_at.isoformat(timespec="seconds"),
        "organisation": marked.organisation,
        "supplier": marked.supplier,
        "confidential": say(CONFIDENTIAL),
    }
    return copies.pdf(TEMPLATE, {"report": paper.as_facts(), "share": said, "signatories": []}, at=clock.now())


def of_supplier(content: bytes, marked: Marked) -> bytes:
    """A supplier's own PDF, with the same words and mark on each page."""
    _, confidential, whom = marked.lines
    return marked_pages.pdf(content, {"mark": marked.mark, "confidential": confidential, "whom": whom})


def xlsx(paper: Paper, marked: Marked) -> bytes:
    """A sheet for each part, and one that says where the figures come from."""
    about = [(label, value) for label, value in ((paper.title, paper.name), *paper.facts)]
    source = [(say(mark("Bron")), line) for line in (*paper.sources, *paper.notes)]
    sheet = Sheet(say(mark("Over dit rapport")), (say(mark("Wat")), say(mark("Waarde"))), [*about, *source])
    parts = [Sheet(each.title, each.table.columns, each.table.rows) for each in paper.all_parts]
    return sheets.book([*parts, sheet], above=marked.lines)


def rows(paper: Paper, marked: Marked) -> list[tuple[str | int, ...]]:
    """All tables under each other, for a file of text; the first lines say that it is confidential."""
    found: list[tuple[str | int, ...]] = [(line,) for line in marked.lines]
    for part in paper.all_parts:
        found += [(), (part.title,), part.table.columns, *part.table.rows]
    return [*found, (), *((line,) for line in (*paper.sources, *paper.notes))]
