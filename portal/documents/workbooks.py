"""Whether a spreadsheet (XLSX) of somebody else can be handed on: cells, and no program, no other file, no fetching.

The file is opened in a child with limits; it is kept and handed on byte for byte.
"""

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

from portal.documents import sheets
from portal.documents.child import BUSY, in_child
from portal.errors import InvalidError, PortalError, UnavailableError
from portal.wording import mark, say

SECONDS, MEGABYTES = 10, 384
MOST_PARTS, MOST_UNPACKED = 2000, 60 * 2**20
BROKEN = mark("Dit is geen goede spreadsheet. Sla hem op als XLSX en kies hem opnieuw.")
LOCKED = mark(
    "Deze spreadsheet heeft een wachtwoord, of is in een oud formaat (XLS). Sla hem zonder wachtwoord op als XLSX."
)
RUNS = mark("In deze spreadsheet zit een macro of een ander programma. Sla hem op als XLSX zonder macro's.")
OUTSIDE = mark(
    "Deze spreadsheet haalt gegevens op uit een ander bestand of van een website. Zet ze in de spreadsheet zelf."
)
SWELLS = mark("Deze spreadsheet is te zwaar om te openen. Maak hem kleiner of splits hem.")
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RUNNING = re.compile(
    r"vbaProject|vbaData|macrosheets/|dialogsheets/|activeX|embeddings/|oleObject|ctrlProps/|customUI", re.I
)
_FETCHING = re.compile(
    r"externalLinks/|queryTables/|connections\.xml|webextensions/|customData/|model/item\.data", re.I
)
_CALLS = re.compile(rb"\b(?:WEBSERVICE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|DDE|IMAGE)\s*\(", re.IGNORECASE)
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MACRO = re.compile(rb"macroEnabled|ms-excel\.sheet\.binary|ms-office\.vba", re.IGNORECASE)


def complaint(content: bytes) -> str:
    """A sentence when these bytes, which begin as a ZIP, cannot be handed on as a spreadsheet; else empty."""
    try:
        if found := in_child(lambda: _looked_at(content), seconds=SECONDS, megabytes=MEGABYTES):
            return say(found)
        sheets.read(content)
    except UnavailableError:
        return say(BUSY)
    except InvalidError:
        return say(BROKEN)
    except PortalError:  # it died, or took too long
        return say(SWELLS)
    return ""


def _looked_at(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as file:
            return _of_its_parts(file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return BROKEN


def _of_its_parts(file: zipfile.ZipFile) -> str:
    parts = file.infolist()
    names = [each.filename for each in parts]
    if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > MOST_UNPACKED:
        return SWELLS
    if any(_RUNNING.search(each) for each in names):
        return RUNS
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names or len(names) != len(set(names)):
        return RUNS if "xl/workbook.bin" in names else BROKEN
    if any(_FETCHING.search(each) for each in names):
        return OUTSIDE
    for each in parts:
        if not each.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        if found := _of_text(each.filename.lower(), file.read(each)):
            return found
    return ""


def _of_text(name: str, text: bytes) -> str:
    if _ENTITIES.search(text) or b"\x00" in text:
        return BROKEN
    if name == "[content_types].xml" and _MACRO.search(text):
        return RUNS
    if name.startswith("xl/worksheets/") and _calls(text):
        return OUTSIDE
    if name.endswith(".rels"):
        return _of_relations(text)
    return ""


def _calls(text: bytes) -> bool:
    """Whether a formula of this sheet asks something of another program or of a website."""
    return any(_CALLS.search(each) for each in re.findall(rb"<(?:\w+:)?f\b[^>]*>([^<]*)<", text))


def _of_relations(text: bytes) -> str:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without entities, in a child with limits
    except (ElementTree.ParseError, ValueError, LookupError):
        return BROKEN
    for each in root.findall(".//{*}Relationship"):
        kind = each.get("Type", "").lower()
        if "vbaproject" in kind or "oleobject" in kind or "/package" in kind.rpartition("relationships")[2]:
            return RUNS
        if each.get("TargetMode", "").lower() == "external":
            web = each.get("Target", "").lower().startswith(("https://", "http://", "mailto:"))
            if not kind.endswith("/hyperlink") or not web:
                return OUTSIDE
    return ""
