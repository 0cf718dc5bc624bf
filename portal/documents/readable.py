"""The text of a file that somebody hands in, read in a child with limits: PDF, spreadsheet, or plain text."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import TypeVar

from portal.documents.child import in_child
from portal.errors import InvalidError, PortalError
from portal.wording import mark, say

LARGEST = 20 * 2**20
SECONDS, MEGABYTES = 30, 512
MOST_TEXT = 20 * 2**20
MOST_PAGES = 2000
UNREADABLE = mark("Dit bestand kunnen wij niet lezen. Kies een PDF, een spreadsheet (XLSX) of een tekstbestand.")


T = TypeVar("T")


def found_in(content: bytes, look: Callable[[str], T]) -> T:
    """What is found in everything that can be read in it, hidden sheets included; looked for in the child as well.

    InvalidError (field "file") where it cannot be read.
    """
    if not content or len(content) > LARGEST:
        raise InvalidError(UNREADABLE, {"file": say(UNREADABLE)})
    try:
        return in_child(lambda: look(_text_of(content)), seconds=SECONDS, megabytes=MEGABYTES)
    except PortalError as fault:
        raise InvalidError(UNREADABLE, {"file": say(UNREADABLE)}) from fault


def _text_of(content: bytes) -> str:
    if content.lstrip()[:5] == b"%PDF-":
        return _of_pdf(content)
    if content[:4] == b"PK\x03\x04":
        return _of_archive(content)
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")


def _of_pdf(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    found: list[str] = []
    size = 0
    for number, page in enumerate(pages):
        if number >= MOST_PAGES or size > MOST_TEXT:
            break
        found.append(page.extract_text())
        size += len(found[-1])
    return "\n".join(found)


def _of_archive(content: bytes) -> str:
    """The XML of a spreadsheet or a letter, without its tags: texts, headers, footers, whatever it was saved by."""
    found: list[str] = []
    left = MOST_TEXT
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for each in file.infolist():
            if each.filename.endswith((".xml", ".rels", ".txt", ".csv")) and left > 0:
                with file.open(each) as opened:
                    raw = opened.read(left)
                left -= len(raw)
                found.append(re.sub(r"<[^<>]*>", " ", raw.decode("utf-8", errors="replace")))
    return "\n".join(found)
