"""Which kind of report a file is, by what it holds and not by its name, and what is wrong with it."""

from collections.abc import Mapping

from portal.documents import incoming, web_page, workbooks
from portal.wording import mark, say

PDF, XLSX, HTML = "pdf", "xlsx", "html"
KINDS: Mapping[str, str] = {PDF: mark("PDF"), XLSX: mark("Spreadsheet (XLSX)"), HTML: mark("Webpagina")}
LARGEST: Mapping[str, int] = {PDF: 10 * 2**20, XLSX: 10 * 2**20, HTML: 4 * 2**20}
"""Bytes."""
EMPTY = mark("Dit bestand is leeg. Kies een ander bestand.")
NO_KIND = mark("Dit is geen PDF, geen spreadsheet (XLSX) en geen webpagina (HTML). Kies een van die drie.")
TOO_LARGE = mark("Dit bestand is te groot: hooguit %(most)s MB.")


def kind_of(content: bytes) -> str | None:
    """The kind of report that these bytes begin as; none where it is no kind at all."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith((b"PK\x03\x04", workbooks.OLD_OR_LOCKED)):
        return XLSX
    return HTML if web_page.is_page(content) else None


def complaint(content: bytes) -> str:
    """A sentence when these bytes cannot be published as a report; else the empty string."""
    if not content:
        return say(EMPTY)
    kind = kind_of(content)
    if kind is None:
        return say(NO_KIND)
    if len(content) > LARGEST[kind]:
        return say(TOO_LARGE, most=LARGEST[kind] // 2**20)
    if kind == PDF:
        return incoming.complaint(content)
    if kind == HTML:
        return web_page.complaint(content)
    return say(workbooks.LOCKED) if content.startswith(workbooks.OLD_OR_LOCKED) else workbooks.complaint(content)
