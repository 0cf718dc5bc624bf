"""Whether a page of the web can be shown as a report: text, tables and pictures of its own, and nothing that acts.

What is allowed is listed; all else is refused with the number of its line. It is the first of two locks: the page is
also only ever shown in a frame in which nothing can run, fetch or send.
"""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from portal.documents.child import BUSY, in_child
from portal.errors import PortalError, UnavailableError
from portal.wording import mark, say

SECONDS, MEGABYTES = 5, 256
MOST_TAGS = 200_000
NAMED_LINES = 8
"""So many other lines are named beside the first."""
_BEGINS = re.compile(r"\s*(?:<\?xml[^<>]*>\s*)?(?:<!--[^<>]*-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ELEMENTS = _listed(
    "html head title meta style body article section header footer main nav aside div p h1 h2 h3 h4 h5 h6 span a b i u "
    "s strong em small sub sup mark abbr code pre kbd samp var q cite dfn blockquote br hr wbr ul ol li dl dt dd table "
    "caption colgroup col thead tbody tfoot tr th td figure figcaption img details summary time del ins address center "
    "font tt big bdi bdo ruby rt rp data hgroup "
    "svg g path rect circle ellipse line polyline polygon text tspan desc defs lineargradient radialgradient stop "
    "clippath marker pattern"
)
_SIGNS = _listed(
    "id class style title lang dir role hidden width height align valign colspan rowspan scope headers span border "
    "cellpadding cellspacing bgcolor color face size start type value reversed open datetime abbr alt name charset "
    "content frame rules nowrap tabindex summary decoding loading "
    "xmlns xml:lang xml:space version viewbox preserveaspectratio d x y x1 x2 y1 y2 cx cy r rx ry fx fy dx dy points "
    "transform fill stroke opacity offset gradientunits gradienttransform clip-path clippathunits patternunits refx "
    "refy markerwidth markerheight markerunits orient text-anchor dominant-baseline alignment-baseline pathlength "
    "textlength lengthadjust letter-spacing word-spacing display visibility overflow shape-rendering "
    "vector-effect text-decoration color-interpolation"
)
_SIGNS_BEGIN = ("aria-", "data-", "stroke-", "fill-", "stop-", "font-", "marker-")
_RUNS = frozenset(("script", "noscript", "template", "slot", "canvas", "portal", "dialog"))
_ASKS = _listed(
    "form input button select option optgroup textarea output fieldset legend label keygen datalist isindex"
)
_LEADS = frozenset(("base", "frame", "frameset"))
_METAS = frozenset(("viewport", "author", "description", "generator", "date", "keywords", "robots", "color-scheme"))
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE)
_SPACES = frozenset(("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"))
_TAG = re.compile(r"<[A-Za-z/!?]")
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|(.))", re.DOTALL)
_STYLE_FETCHES = re.compile(
    r"@import|@charset|@namespace|\bsrc\(|image-set\(|expression\(|behaviou?r\s*:|-moz-binding|javascript:"
    r"|url\(\s*[\"']?(?!#|data:image/(?:png|jpeg|gif|webp)[;,])",
    re.IGNORECASE,
)

NOT_TEXT = mark("Deze webpagina is geen tekst in UTF-8. Sla haar opnieuw op met de codering UTF-8.")
TOO_MUCH = mark("Deze webpagina is te groot of te ingewikkeld om na te kijken. Maak er een PDF van.")
RUNS = mark("Regel %(line)s: hier staat een programma (%(what)s). Haal het uit de pagina.")
ASKS = mark("Regel %(line)s: hier staat een formulier (%(what)s). Een rapport kan niets vragen of versturen.")
LEADS = mark("Regel %(line)s: hier staat een opdracht om naar een andere pagina te gaan (%(what)s). Haal die eruit.")
OUTSIDE = mark(
    "Regel %(line)s: dit verwijst naar iets buiten het bestand (%(what)s). Zet het in het bestand zelf, "
    "of schrijf het adres als gewone tekst."
)
OTHER = mark("Regel %(line)s: %(what)s mag niet in een rapport staan. Gebruik gewone tekst, tabellen en plaatjes.")
Fault = tuple[int, str, str]
"""The line, the sentence, and what stands there."""


def is_page(content: bytes) -> bool:
    """Whether these bytes begin as a page of the web does."""
    return _BEGINS.match(content[:4096].decode("utf-8-sig", errors="replace")) is not None


def complaint(content: bytes) -> str:
    """A sentence that names the line where this page has what a report cannot have; else the empty string."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return say(NOT_TEXT)
    if "\x00" in text:
        return say(NOT_TEXT)
    try:
        found = in_child(lambda: faults(text), seconds=SECONDS, megabytes=MEGABYTES)
    except UnavailableError:
        return say(BUSY)
    except PortalError:  # it died, or took too long
        return say(TOO_MUCH)
    return _said(found) if found else ""


def faults(text: str) -> list[Fault]:
    """Everything in the page that a report cannot have, in the order of its lines."""
    looking = _Looking()
    looking.feed(text)
    looking.close()
    return sorted(looking.found, key=lambda each: each[0])


def _said(found: list[Fault]) -> str:
    line, sentence, what = found[0]
    first = say(sentence, line=line, what=what)
    others = sorted({each[0] for each in found} - {line})
    if not others:
        return first
    named = ", ".join(str(each) for each in others[:NAMED_LINES]) + (" …" if len(others) > NAMED_LINES else "")
    return f"{first} {say('Kijk ook naar regel %(lines)s.', lines=named)}"


class _Looking(HTMLParser):
    """Goes through a page and notes what is not on the lists."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Fault] = []
        self.tags = 0
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        if self.tags > MOST_TAGS:
            raise PortalError(TOO_MUCH)
        self.in_style = tag == "style"
        if tag not in _ELEMENTS:
            self._note(*_of_element(tag))
            return
        for name, value in attrs:
            for sentence, what in _of_sign(tag, name, value or ""):
                self._note(sentence, what)
        if tag == "meta":
            for sentence, what in _of_meta({name: value or "" for name, value in attrs}):
                self._note(sentence, what)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.in_style = False

    def handle_endtag(self, tag: str) -> None:
        self.in_style = False
        if tag not in _ELEMENTS:
            self._note(*_of_element(tag))

    def handle_data(self, data: str) -> None:
        if not self.in_style:
            return
        if "<" in data:
            self._note(OTHER, "< in <style>")
        for match in _fetching(data):
            self._note(OUTSIDE, match, data[: data.find(match)].count("\n") if match in data else 0)

    def handle_comment(self, data: str) -> None:
        if "<" in data or ">" in data or data.startswith("["):
            self._note(OTHER, "<!-- … -->")

    def handle_decl(self, decl: str) -> None:
        if not decl.lower().startswith("doctype html") or "[" in decl or "<" in decl:
            self._note(OTHER, f"<!{decl[:30]}>")

    def unknown_decl(self, data: str) -> None:
        self._note(OTHER, f"<![{data[:30]}")

    def handle_pi(self, data: str) -> None:
        if not data.startswith("xml ") or "<" in data:
            self._note(OTHER, f"<?{data[:30]}")

    def _note(self, sentence: str, what: str, further: int = 0) -> None:
        self.found.append((self.getpos()[0] + further, sentence, what[:60]))


def _of_element(tag: str) -> tuple[str, str]:
    what = f"<{tag[:30]}>"
    if tag in _RUNS:
        return RUNS, what
    if tag in _ASKS:
        return ASKS, what
    if tag in _LEADS:
        return LEADS, what
    if tag in ("link", "iframe", "object", "embed", "audio", "video", "source", "track", "image", "use", "picture"):
        return OUTSIDE, what
    return OTHER, what


def _of_sign(tag: str, name: str, value: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one attribute of an element."""
    if _TAG.search(value):  # a browser could see it end elsewhere than we do
        yield OTHER, f"{name}={value}"
    if name.startswith("on"):
        yield RUNS, name
    elif name == "src" and tag == "img":
        if not _PICTURE.match(value.strip()):
            yield OUTSIDE, f"src={value}"
    elif name == "href" and tag == "a":
        if not value.startswith("#"):
            runs = re.sub(r"[\x00-\x20]", "", value).lower().startswith(("javascript:", "vbscript:", "data:"))
            yield (RUNS if runs else OUTSIDE), f"href={value}"
    elif name == "xmlns":
        if value not in _SPACES:
            yield OTHER, f"xmlns={value}"
    elif name == "http-equiv" and tag == "meta":
        return
    elif name in (
        "href",
        "src",
        "srcset",
        "xlink:href",
        "background",
        "action",
        "formaction",
        "poster",
        "ping",
        "data",
    ):
        yield OUTSIDE, f"{name}={value}"
    elif name not in _SIGNS and not name.startswith(_SIGNS_BEGIN):
        yield OTHER, name
    elif "(" in value or "\\" in value or name == "style":
        yield from ((OUTSIDE, f"{name}: {match}") for match in _fetching(value))


def _of_meta(signs: dict[str, str]) -> Iterator[tuple[str, str]]:
    equiv = signs.get("http-equiv", "").strip().lower()
    if equiv == "refresh":
        yield LEADS, "<meta http-equiv=refresh>"
    elif equiv and equiv not in ("content-type", "content-language", "x-ua-compatible"):
        yield OTHER, f"<meta http-equiv={equiv}>"
    if signs.get("name", "viewport").strip().lower() not in _METAS:
        yield OTHER, f"<meta name={signs['name']}>"
    said = f"{signs.get('charset', '')} {signs.get('content', '') if equiv == 'content-type' else ''}".lower()
    if said.strip() and "utf-8" not in said and ("charset" in said or "charset" in signs):
        yield NOT_TEXT, said


def _fetching(style: str) -> Iterable[str]:
    """What in a style would fetch something, or run it; also where its letters are written as numbers."""
    plain = re.sub(r"/\*.*?\*/", "", _ESCAPE.sub(_letter, style), flags=re.DOTALL)
    return [each.group() for each in _STYLE_FETCHES.finditer(plain)]


def _letter(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return str(escape[2])
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
