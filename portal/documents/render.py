"""From facts to paper: the PDF that is signed, the same text as a page, and the stamp of a signature.

The only room that imports WeasyPrint. The PDF is PDF/A-3a and PDF/UA-1 at once, carries its facts as JSON, and is
the same to the byte for the same facts, moment and fonts.
"""

import base64
import datetime as dt
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from weasyprint import CSS, HTML, Attachment, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from portal.documents import facts as bounds
from portal.documents import unknown_letters
from portal.documents.child import in_child
from portal.errors import PortalError
from portal.wording import day, mark, moment, say, say_count, speaking

__all__ = ["SEAL_FIELD", "Place", "Rendered", "as_page", "in_child", "render", "stamp", "warm"]

SEAL_FIELD = "Zegel"
POINTS_PER_PIXEL = 0.75

_ON_A_STAMP = ("kind", "name", "function", "authority", "at", "reference", "ledger", "test_seal")
_LONG_WORD = 24
_STAMP_SIZES = (10, 9, 8, 7, 6, 5, 4)  # points; the largest at which all of the text fits

_HOUSE = Path(__file__).resolve().parents[2]
_TEMPLATES = _HOUSE / "templates"
_ASSETS = (_TEMPLATES / "documents", _HOUSE / "static" / "vendor")

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
    seal: Place | None = None


def render(template: str, facts: Mapping[str, Any], *, at: dt.datetime, language: str = "nl") -> Rendered:
    """The document that these facts make, dated `at` (with zone); PortalError when they are too many."""
    fields = _fields(facts)
    attached = bounds.as_json(facts)
    document, pdf = _print(_text(template, "documents/layout.html", facts, language, at=at), attached, at)
    places = _places(document)
    missing = [field for field in fields if field not in places]
    if missing:
        raise PortalError(mark("In dit stuk ontbreekt de plaats voor een handtekening (%(field)s)."), field=missing[0])
    with speaking(language):
        labels = {each["field"]: say("Handtekening van %(name)s", name=each["name"]) for each in facts["signatories"]}
        seal = say("Zegel van het portaal")
    return Rendered(
        pdf=pdf,
        pages=len(document.pages),
        places=tuple(Place(field, *places[field], label=bounds.printable(labels[field])) for field in fields),
        seal=Place(SEAL_FIELD, *places[SEAL_FIELD], label=seal) if SEAL_FIELD in places else None,
    )


def as_page(template: str, facts: Mapping[str, Any], *, language: str = "nl") -> str:
    """The same text as an HTML `article`, headings from h2 down, to read on the screen beside the PDF."""
    _fields(facts)
    return _text(template, "documents/page.html", facts, language)


def stamp(facts: Mapping[str, str], *, width: float, height: float, language: str = "nl") -> bytes:
    """One page of `width` by `height` points that shows a signature, to be placed in its field.

    Of a person: name, function, authority, at (ISO), reference, ledger. Of the portal: kind "seal", name, at,
    reference, ledger. What is not given is left out; test_seal (any text) marks it as a test.
    """
    bounds.check(facts)
    given = {**dict.fromkeys(_ON_A_STAMP, ""), **facts}
    template = _environment(on_paper=True).get_template("documents/stamp.html")
    with speaking(language):
        for size in _STAMP_SIZES:
            page = {"width": f"{width:.2f}pt", "height": f"{height:.2f}pt", "size": size, "lang": language}
            html = HTML(string=template.render(stamp=given, page=page), url_fetcher=_Fetcher())
            document = html.render(stylesheets=[_style()], font_config=_fonts())
            if len(document.pages) == 1:
                break
    return bytes(document.copy(document.pages[:1]).write_pdf())


def warm() -> None:
    """Read fonts and styles now, so that a child that is forked later has them already."""
    _style()
    _environment(on_paper=True)


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


def _fields(facts: Mapping[str, Any]) -> list[str]:
    """The names of the signature fields; refuses facts that are too large or whose fields cannot be fields."""
    bounds.check(facts)
    fields = [each["field"] for each in facts["signatories"]]
    if len(set(fields)) != len(fields) or SEAL_FIELD in fields or not all(map(bounds.is_field, fields)):
        raise PortalError(mark("De namen van de handtekeningvelden in dit stuk kloppen niet."))
    return fields


def _text(template: str, layout: str, facts: Mapping[str, Any], language: str, *, at: dt.datetime | None = None) -> str:
    with speaking(language):
        return (
            _environment(on_paper=at is not None)
            .get_template(template)
            .render(facts=facts, layout=layout, language=language, rendered_at=at.isoformat() if at else "")
        )


def _print(text: str, attached: bytes, at: dt.datetime) -> tuple[Document, bytes]:
    styles = [_style()]
    document = _lay_out(text, styles)
    pdf = _write(document, attached, at)
    unknown = {point for font in document.fonts.values() for point in font.missing}
    if not unknown:
        return document, pdf
    letters = base64.b64encode(unknown_letters.font_of(unknown)).decode()
    fonts = FontConfiguration()
    face = f"@font-face {{ font-family: '{unknown_letters.FAMILY}'; src: url(data:font/ttf;base64,{letters}) }}"
    styles = [
        CSS(filename=_ASSETS[0] / "letter.css", font_config=fonts, url_fetcher=_Fetcher()),
        CSS(string=face, font_config=fonts, url_fetcher=_Fetcher()),
    ]
    document = _lay_out(text, styles, fonts)
    return document, _write(document, attached, at)


def _lay_out(text: str, styles: list[CSS], fonts: FontConfiguration | None = None) -> Document:
    html = HTML(string=text, base_url=f"{_ASSETS[0].as_uri()}/", url_fetcher=_Fetcher())
    return html.render(stylesheets=styles, font_config=fonts or _fonts(), pdf_variant="pdf/a-3a")


def _write(document: Document, attached: bytes, at: dt.datetime) -> bytes:
    described = document.metadata.generate_rdf_metadata
    document.metadata.generate_rdf_metadata = lambda *of: described(*of).replace(b"</rdf:RDF>", _ALSO_UA)
    document.metadata.attachments = [
        Attachment(
            string=attached,
            name="gegevens.json",
            description=mark("De gegevens van dit stuk, om door een computer te lezen"),
            relationship="Data",
            created=at,
            modified=at,
        )
    ]
    try:
        with warnings.catch_warnings():
            # WeasyPrint 70 opens its own colour profile and leaves it to the garbage collector to close it.
            warnings.filterwarnings("ignore", r"unclosed file .*sRGB2014\.icc", ResourceWarning)
            return bytes(document.write_pdf(pdf_variant="pdf/a-3a"))
    finally:
        document.metadata.generate_rdf_metadata = described


def _places(document: Document) -> dict[str, tuple[int, tuple[float, float, float, float]]]:
    """Page and box in points of every anchor."""
    return {
        name: (number, _box(page.height, corners))
        for number, page in enumerate(document.pages)
        for name, corners in page.anchors.items()
    }


def _box(height: float, corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = corners
    turned = (left, height - bottom, right, height - top)
    x1, y1, x2, y2 = (round(length * POINTS_PER_PIXEL, 2) for length in turned)
    return x1, y1, x2, y2


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _style() -> CSS:
    return CSS(filename=_ASSETS[0] / "letter.css", font_config=_fonts(), url_fetcher=_Fetcher())


@cache
def _environment(*, on_paper: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_on_paper if on_paper else _on_screen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=say, ngettext=say_count)
    environment.filters.update(moment=_moment, day=_day, has_long_word=_has_long_word)
    return environment


def _on_screen(value: object) -> object:
    return bounds.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _on_paper(value: object) -> object:
    shown = _on_screen(value)
    return bounds.breakable(shown) if isinstance(shown, str) and not isinstance(shown, Markup) else shown


def _moment(value: str | dt.datetime, *, seconds: bool = False) -> str:
    return moment(dt.datetime.fromisoformat(value) if isinstance(value, str) else value, seconds=seconds)


def _day(value: str | dt.date) -> str:
    return day(dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value)


def _has_long_word(value: object) -> bool:
    """Whether a cell must be allowed to break a word, because the word alone is wider than a column."""
    return any(len(word) > _LONG_WORD for word in str(value).split())
