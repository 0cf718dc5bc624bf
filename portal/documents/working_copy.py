"""The working copy of an agreement: a DOCX to write notes in, from our template or the service desk's own.

A template is a program of somebody else's: it is looked at and filled in within a child with limits, where expressions
run in a sandbox that reaches no file, no name but those of the agreement, and nothing behind them.
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from portal.documents import facts as bounds
from portal.documents.child import in_child
from portal.errors import InvalidError, PortalError, UnavailableError
from portal.wording import mark, say

SECONDS, MEGABYTES = 10, 512
LARGEST = 2 * 2**20
MOST_PARTS, MOST_UNPACKED = 400, 30 * 2**20
_BROKEN = mark("Dit is geen goed DOCX-bestand. Sla het sjabloon op als .docx en kies het opnieuw.")
_SWELLS = mark("Dit sjabloon is te groot om te openen.")
_RUNS = mark("In dit sjabloon zit een programma of een ander bestand. Haal dat eruit.")
_OUTSIDE = mark(
    "Dit sjabloon haalt iets op van buiten, zoals een plaatje van een website. Zet het in het bestand zelf."
)
_FAULTY = mark("Dit sjabloon kan niet worden ingevuld: %(why)s")
_TOO_MUCH = mark("Dit sjabloon kost te veel tijd of geheugen om in te vullen. Haal herhalingen weg die niet ophouden.")
_BUSY = mark("Het is op dit moment te druk om dit bestand te openen. Probeer het over een minuut opnieuw.")
_RUNNING = re.compile(r"vbaProject|activeX|embeddings/|oleObject", re.IGNORECASE)
_FETCHING = re.compile(
    r"\b(?:DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|RD|DATABASE)\b|[{}]", re.IGNORECASE
)
"""Fields that fetch something, and what fills a field in: nobody knows what that would come to."""
_BROUGHT = ("/afchunk", "/subdocument", "/frame", "/oleobject", "/package", "/control", "/vbaproject")
"""Kinds of relations to a part that is no part of the text."""
_RELATION = "{*}Relationship"
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def docx(facts: Mapping[str, Any], *, template: bytes | None) -> bytes:
    """The working copy of these facts, from this template or else ours; PortalError where it cannot be made."""
    given = printable(facts)
    if template is None:
        return in_child(lambda: _filled(_ours(), given), seconds=SECONDS, megabytes=MEGABYTES)
    return _within_limits(lambda: _filled(template, given))


def our_template() -> bytes:
    """The template that ships, to begin one's own with."""
    return in_child(_ours, seconds=SECONDS, megabytes=MEGABYTES)


def refuse_template(template: bytes, example: Mapping[str, Any]) -> None:
    """InvalidError with a sentence where this is no template that can be filled in; tried on an example."""
    given = printable(example)
    try:
        _within_limits(lambda: _looked_at(template, given))
    except UnavailableError as fault:
        raise InvalidError(_BUSY, {"file": say(_BUSY)}) from fault


def printable(value: Any) -> Any:
    """The same facts without characters that no document can hold."""
    if isinstance(value, str):
        return bounds.printable(value)
    if isinstance(value, Mapping):
        return {name: printable(each) for name, each in value.items()}
    return [printable(each) for each in value] if isinstance(value, list | tuple) else value


def _within_limits(work: Callable[[], bytes]) -> bytes:
    try:
        return in_child(work, seconds=SECONDS, megabytes=MEGABYTES)
    except (InvalidError, UnavailableError):
        raise
    except PortalError as fault:  # the child died or took too long
        raise InvalidError(_TOO_MUCH, {"file": say(_TOO_MUCH)}) from fault


# --- In the child


def _looked_at(template: bytes, example: Mapping[str, Any]) -> bytes:
    if complaint := _complaint(template):
        raise InvalidError(complaint, {"file": say(complaint)})
    return _filled(template, example)


def _complaint(template: bytes) -> str:
    """What is wrong with the file itself, before anything in it is filled in."""
    try:
        with zipfile.ZipFile(BytesIO(template)) as file:
            parts = file.infolist()
            if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > MOST_UNPACKED:
                return _SWELLS
            if "word/document.xml" not in file.namelist():
                return _BROKEN
            if any(_RUNNING.search(each.filename) for each in parts):
                return _RUNS
            texts = [file.read(each) for each in parts if each.filename.lower().endswith((".xml", ".rels"))]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return _BROKEN
    for text in texts:
        if _ENTITIES.search(text) or b"\x00" in text:
            return _BROKEN
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - without entities, in a child with limits
        except (ElementTree.ParseError, ValueError, LookupError):
            return _BROKEN
        if _brings(root):
            return _RUNS
        if _fetches(root):
            return _OUTSIDE
    return ""


def _brings(root: ElementTree.Element) -> bool:
    """Whether a part of the file is tied to what is no text: a program, a page of the web, another document."""
    return any(each.get("Type", "").lower().endswith(_BROUGHT) for each in root.iterfind(f".//{_RELATION}"))


def _fetches(root: ElementTree.Element) -> bool:
    """Whether somebody who opens the file would fetch something: links that one has to press apart."""
    for each in root.iterfind(f".//{_RELATION}"):
        outside = each.get("TargetMode", "").strip().lower() == "external"
        if outside and not each.get("Type", "").lower().endswith("/hyperlink"):
            return True
    fields, said = [""], ""
    for each in root.iter():
        name = _local(each.tag)
        fields += [value for key, value in each.items() if (name, _local(key)) == ("fldSimple", "instr")]
        said += (each.text or "") if name == "instrText" else " | " if name == "fldChar" else ""
    return any(_FETCHING.search(each) for each in (*fields, said))


def _local(name: str) -> str:
    """A name of XML without its namespace: there are two that mean the same."""
    return name.rpartition("}")[2]


def _filled(template: bytes, facts: Mapping[str, Any]) -> bytes:
    from docxtpl import DocxTemplate  # only the child takes the memory of it
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.globals.clear()
    made = BytesIO()
    try:
        document = DocxTemplate(BytesIO(template))
        document.render(dict(facts), environment, autoescape=True)
        document.save(made)
    except MemoryError:
        raise
    except Exception as fault:  # a template can go wrong in every way there is
        why = f"{type(fault).__name__}: {fault}"[:200]
        raise InvalidError(_FAULTY, {"file": say(_FAULTY, why=why)}, why=why) from fault
    return made.getvalue()


def _ours() -> bytes:
    """Our own template, as somebody would write it in Word."""
    from docx import Document
    from docx.shared import Pt, RGBColor

    made = Document()
    made.styles["Normal"].font.name, made.styles["Normal"].font.size = "Calibri", Pt(11)
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3"):
        made.styles[name].font.name, made.styles[name].font.color.rgb = "Calibri", RGBColor(0x0B, 0x4F, 0x8A)
    made.core_properties.title, made.core_properties.author = "Verwerkersovereenkomst", "Tekenpoort"
    section = made.sections[0]
    section.header.paragraphs[0].text = "{{ title }} · versie {{ version }}"
    section.footer.paragraphs[0].text = "Werkexemplaar, niet ondertekend. Controlegetal van de tekst: {{ sha256 }}"
    made.add_heading("{{ title }}", 0)
    made.add_paragraph("{{ product }} · {{ supplier }}")
    for line in ("{%p if introduction %}", "{{ introduction }}", "{%p endif %}"):
        made.add_paragraph(line)
    made.add_heading("De overeenkomst", 1)
    made.add_paragraph("{%p for clause in clauses %}")
    made.add_heading("{{ clause.number }}. {{ clause.heading }}", 2)
    made.add_paragraph("{{ clause.text }}")
    made.add_paragraph("{%p endfor %}")
    made.add_paragraph("{%p if deviations %}")
    made.add_heading("Afwijkingen van het model", 1)
    made.add_paragraph("{%p for each in deviations %}")
    made.add_heading("{{ each.clause }}", 2)
    made.add_paragraph("{{ each.what }}")
    made.add_paragraph("{{ each.why }}")
    made.add_paragraph("{%p endfor %}")
    made.add_paragraph("{%p endif %}")
    made.add_paragraph("{%p for annex in annexes %}")
    made.add_heading("{{ annex.title }}", 1)
    made.add_paragraph("{%p for part in annex.sections if part.rows %}")
    made.add_heading("{{ part.title }}", 2)
    made.add_paragraph("{%p for row in part.rows %}")
    table = made.add_table(rows=3, cols=2, style="Table Grid")
    table.cell(0, 0).text, table.cell(2, 0).text = "{%tr for value in row %}", "{%tr endfor %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ part.columns[loop.index0] }}", "{{ value }}"
    made.add_paragraph("")
    made.add_paragraph("{%p endfor %}")
    made.add_paragraph("{%p endfor %}")
    made.add_paragraph("{%p endfor %}")
    file = BytesIO()
    made.save(file)
    return file.getvalue()
