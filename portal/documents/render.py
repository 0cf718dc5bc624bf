"""From facts to paper: the PDF that is signed, the same text as a page, and the stamp of a signature.

The only room that imports WeasyPrint. The PDF is PDF/A-3a and PDF/UA-1 at once, carries its facts as JSON, and is
the same to the byte for the same facts, moment and fonts.
"""

import base64
import datetime as dt
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from weasyprint import CSS, HTML, Attachment, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from portal.documents import unknown_letters
from portal.documents.child import in_child
from portal.documents.facts import as_json, printable
from portal.documents.text import SEAL_FIELD, TEMPLATES, as_letter, as_marks, as_page, as_stamp, environment
from portal.errors import PortalError
from portal.wording import mark, say, speaking

__all__ = [
    "SEAL_FIELD",
    "Enclosed",
    "Place",
    "Rendered",
    "as_page",
    "copy",
    "in_child",
    "marks",
    "render",
    "stamp",
    "warm",
]

POINTS_PER_PIXEL = 0.75

_STAMP_SIZES = (10, 9, 8, 7, 6, 5, 4)  # points; the largest at which all of the text fits

_ASSETS = (TEMPLATES / "documents", TEMPLATES.parent / "static" / "vendor")

# PDF/A asks that the identification of PDF/UA is declared in the file that uses it (ISO 19005-3, 6.6.2.3.2).
_ALSO_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


@dataclass(frozen=True)
class Place:
    """Where a signature comes: page from 0, box (left, bottom, right, top) in points from the bottom left corner."""

    field: str
    page: int
    box: tuple[float, float, float, float]
    label: str

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points: what `stamp` is asked for."""
        left, bottom, right, top = self.box
        return right - left, top - bottom


@dataclass(frozen=True)
class Rendered:
    """A document before anybody signs it; `places` are the signatories' in reading order, `seal` is the portal's."""

    pdf: bytes
    pages: int
    places: tuple[Place, ...]
    seal: Place


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a document, within it: its name comes after "gegevens.json", as a PDF sorts them."""

    name: str
    content: bytes
    description: str


def render(
    template: str,
    facts: Mapping[str, Any],
    *,
    at: dt.datetime,
    language: str = "nl",
    enclosed: Sequence[Enclosed] = (),
) -> Rendered:
    """The document that these facts make, dated `at` (with zone); PortalError when they are too many."""
    letter = as_letter(template, facts, at=at, language=language)
    attached = as_json(facts)
    document, pdf = _print(letter, lambda laid_out: _archived(laid_out, attached, at, enclosed))
    with speaking(language):
        labels = {
            **{each["field"]: say("Handtekening van %(name)s", name=each["name"]) for each in facts["signatories"]},
            SEAL_FIELD: say("Zegel van het portaal"),
        }
    *places, seal = _places(document, labels)
    return Rendered(pdf=pdf, pages=len(document.pages), places=tuple(places), seal=seal)


def copy(template: str, facts: Mapping[str, Any], *, at: dt.datetime, language: str = "nl") -> bytes:
    """What these facts say as a PDF that nobody signs: no places for signatures, and no seal."""
    letter, attached = as_letter(template, facts, at=at, language=language, layout="copy"), as_json(facts)
    return _print(letter, lambda laid_out: _archived(laid_out, attached, at))[1]


def stamp(facts: Mapping[str, str], *, width: float, height: float, language: str = "nl") -> bytes:
    """One page of `width` by `height` points that shows a signature, to be placed in its field.

    Of a person: name, function, authority, at (ISO), reference, ledger. Of the portal: kind "seal", name, at,
    reference, ledger. What is not given is left out; test_seal (any text) marks it as a test. The type is as large
    as fits; what does not fit at the smallest size is cut off.
    """
    for size in _STAMP_SIZES:
        text = as_stamp(facts, width=width, height=height, size=size, language=language)
        if len(_lay_out(text, [_style()], _fonts()).pages) == 1:
            break
    return _print(text, _first_page)[1]


def marks(facts: Mapping[str, str], *, width: float, height: float, language: str = "nl") -> bytes:
    """One page of `width` by `height` points, empty but for its margins: to be laid over a page of somebody else."""
    return _print(as_marks(facts, width=width, height=height, language=language), _first_page)[1]


def warm() -> None:
    """Read fonts and styles now, so that a child that is forked later has them already."""
    _style()
    environment(on_paper=True)


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Gives our own files and nothing else: no network, no other folder, whatever a document says."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["file", "data"], allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.lower().startswith("data:"):
            return super().fetch(url, headers)
        parts = urlsplit(url)
        path = Path(url2pathname(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not any(path.is_relative_to(folder) for folder in _ASSETS):
            raise ValueError(f"a document may not read {url}")
        if not path.is_file():  # a letter without its font would look different and still seem right
            raise FatalURLFetchingError(f"{path} is missing; `make assets` fetches it")
        return super().fetch(path.as_uri(), headers)


def _print(text: str, write: Callable[[Document], bytes]) -> tuple[Document, bytes]:
    """Lay out and write; once more, with a font of boxes, when there were characters that no font has."""
    document = _lay_out(text, [_style()], _fonts())
    pdf = write(document)
    unknown = {point for font in document.fonts.values() for point in font.missing}
    if unknown:
        letters = base64.b64encode(unknown_letters.font_of(unknown)).decode()
        face = f"@font-face {{ font-family: '{unknown_letters.FAMILY}'; src: url(data:font/ttf;base64,{letters}) }}"
        fonts = FontConfiguration()
        styles = [_style_with(fonts), CSS(string=face, font_config=fonts, url_fetcher=_Fetcher())]
        document = _lay_out(text, styles, fonts)
        pdf = write(document)
    return document, pdf


def _lay_out(text: str, styles: list[CSS], fonts: FontConfiguration) -> Document:
    html = HTML(string=text, base_url=f"{_ASSETS[0].as_uri()}/", url_fetcher=_Fetcher())
    return html.render(stylesheets=styles, font_config=fonts)


def _first_page(document: Document) -> bytes:
    del document.pages[1:]
    return bytes(document.write_pdf())


def _archived(document: Document, attached: bytes, at: dt.datetime, enclosed: Sequence[Enclosed] = ()) -> bytes:
    """As PDF/A-3a and PDF/UA-1, with the facts attached, and what goes with it."""
    described = document.metadata.generate_rdf_metadata
    document.metadata.generate_rdf_metadata = lambda *of: described(*of).replace(b"</rdf:RDF>", _ALSO_UA)
    document.metadata.attachments = [
        Attachment(
            string=attached,
            name="gegevens.json",
            description=say("De gegevens van dit stuk, om door een computer te lezen"),
            relationship="Data",
            created=at,
            modified=at,
        ),
        *(
            Attachment(
                string=each.content,
                name=each.name,
                description=each.description,
                relationship="Supplement",
                created=at,
                modified=at,
            )
            for each in enclosed
        ),
    ]
    with warnings.catch_warnings():
        # WeasyPrint 70 opens its own colour profile and leaves it to the garbage collector to close it.
        warnings.filterwarnings("ignore", r"unclosed file .*sRGB2014\.icc", ResourceWarning)
        return bytes(document.write_pdf(pdf_variant="pdf/a-3a"))


def _places(document: Document, labels: Mapping[str, str]) -> list[Place]:
    """The boxes with these names, in this order; PortalError when the template lacks one."""
    anchors = {
        name: (number, _box(page.height, corners))
        for number, page in enumerate(document.pages)
        for name, corners in page.anchors.items()
    }
    missing = [name for name in labels if name not in anchors]
    if missing:
        raise PortalError(mark("In dit stuk ontbreekt de plaats voor een handtekening (%(field)s)."), field=missing[0])
    return [Place(name, *anchors[name], label=printable(label)) for name, label in labels.items()]


def _box(height: float, corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """From pixels below the top left corner to points above the bottom left corner."""
    left, top, right, bottom = corners
    turned = (left, height - bottom, right, height - top)
    x1, y1, x2, y2 = (round(length * POINTS_PER_PIXEL, 2) for length in turned)
    return x1, y1, x2, y2


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _style() -> CSS:
    return _style_with(_fonts())


def _style_with(fonts: FontConfiguration) -> CSS:
    return CSS(filename=_ASSETS[0] / "letter.css", font_config=fonts, url_fetcher=_Fetcher())
