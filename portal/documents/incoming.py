"""What may come in as evidence: a PDF that is nothing else besides, opens without a password, and does not swell.

The file is opened in a child with limits, and nothing of it is ever rendered here: it is kept, byte for byte, and
given to whoever judges it.
"""

import re
import zipfile
from io import BytesIO

import pikepdf

from portal.documents.child import BUSY, in_child
from portal.errors import PortalError, UnavailableError
from portal.wording import mark, say

SECONDS, MEGABYTES = 2, 192
MOST_UNPACKED = 50 * 2**20
"""Bytes that the text, fonts and tables of a file may unpack to; pictures are not unpacked."""

_ENDS = re.compile(rb"%%EOF[\s\x00]*\Z")
_PAGE_OF_THE_WEB = re.compile(rb"<(?:!doctype|html|head|body|script|svg)\b", re.IGNORECASE)
_RUNS_SOMETHING = re.compile(rb"/(?:JS|JavaScript|Launch)\b")
_HEAD, _TAIL = 1024, 2048

_ANOTHER = mark("Dit bestand is behalve een PDF ook iets anders. Sla het op als gewone PDF en kies het opnieuw.")
_BROKEN = mark("Deze PDF is beschadigd of niet compleet. Sla het bestand op als PDF en kies het opnieuw.")
_LOCKED = mark("Deze PDF gaat alleen open met een wachtwoord. Haal het wachtwoord eraf en kies het bestand opnieuw.")
_RUNS = mark("In deze PDF zit een programma. Druk hem af naar een nieuwe PDF en kies die.")
_SWELLS = mark("Deze PDF is beschadigd of te zwaar om te openen. Druk hem af naar een nieuwe PDF en kies die.")


def complaint(content: bytes) -> str:
    """A sentence when these bytes, which begin as a PDF, will not do as evidence; else the empty string."""
    if _PAGE_OF_THE_WEB.search(content[:_HEAD]) or zipfile.is_zipfile(BytesIO(content)):
        return say(_ANOTHER)
    if not _ENDS.search(content[-_TAIL:]):
        return say(_BROKEN)
    try:
        return say(in_child(lambda: _opened(content), seconds=SECONDS, megabytes=MEGABYTES))
    except UnavailableError:
        return say(BUSY)
    except PortalError:  # it died, or took too long
        return say(_SWELLS)


def _opened(content: bytes) -> str:
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            return _of_its_parts(pdf) if pdf.pages else _BROKEN
    except pikepdf.PasswordError:
        return _LOCKED
    except (pikepdf.PdfError, TypeError, ValueError):
        return _BROKEN


def _of_its_parts(pdf: pikepdf.Pdf) -> str:
    unpacked = 0
    for each in pdf.objects:
        is_stream = isinstance(each, pikepdf.Stream)
        part = each.stream_dict if is_stream else each
        if _RUNS_SOMETHING.search(part.unparse(resolved=True)):
            return _RUNS
        if is_stream and part.get("/Subtype") != "/Image":
            unpacked += _size(each)
        if unpacked > MOST_UNPACKED:
            return _SWELLS
    return ""


def _size(stream: pikepdf.Object) -> int:
    try:
        return len(stream.read_bytes())
    except pikepdf.DataDecodingError:  # no room for it is said in this way too
        return MOST_UNPACKED + 1
    except pikepdf.PdfError:  # packed in a way that is not known here
        return len(stream.read_raw_bytes())
