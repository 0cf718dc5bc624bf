"""The house: imports go down, every file says what it is for, and every text that a person can see can be translated."""

import ast
import gettext
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import JSON, String, Text, select

from portal import wording
from portal.app import HOUSE
from portal.database import Base, reader
from portal.parties.register import RegisterBoard, RegisterLocation
from tests.browser import UNSEEN, Browser
from tests.builders import (
    ANN,
    EVA,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    a_declaration,
    a_submitted_registration,
    accepted_terms,
    at_step,
)

OPENING, CLOSING = "⟦", "⟧"
SPOKEN = ("alt", "title", "aria-label", "placeholder", "data-text")
OURS_BY_NAME = {"Tekenpoort", "Servicedesk", "English", "Nederlands"}
NEVER_SHOWN = {"CSRF Token", "Next"}
"""Labels of Flask-Security's hidden fields."""
NOT_WORDS = re.compile(r"\b\d\d[A-Z]{2}(\d\d)?\b|SHA|PDF|QR|kB|MB|KvK|BRIN|\b[0-9a-f]{8,}\b|CET|CEST|A/?3")


def files(folder: str) -> list[Path]:
    return sorted(path for path in (HOUSE / folder).rglob("*.py") if "__pycache__" not in path.parts)


# --- How it is built ---------------------------------------------------------------------------------------------


def test_imports_go_down_the_floors() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("folder", ["portal", "workflows", "tests"])
def test_every_file_opens_with_a_sentence_that_says_what_it_is_for(folder: str) -> None:
    for path in files(folder):
        said = ast.get_docstring(ast.parse(path.read_text()))
        if path.name == "__init__.py" and not path.read_text().strip():
            continue
        assert said and said.split("\n\n")[0].rstrip().endswith("."), path


def test_nobody_writes_outside_an_act() -> None:
    """house.md: a commit stands in the act, and nowhere in a view or an act itself."""
    for path in files("portal"):
        if path.name in ("database.py", "sign_in_parts.py") or "migrations" in path.parts:
            continue
        assert ".commit()" not in path.read_text(), path


# --- Every text can be translated --------------------------------------------------------------------------------


class Brackets(gettext.NullTranslations):
    """A language in which every translated text stands between brackets; it keeps what was put together on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.known, self.made_up = literal_texts(), set[str]()

    def gettext(self, message: str) -> str:
        if message not in self.known and OPENING not in message:
            self.made_up.add(message)
        return f"{OPENING}{message}{CLOSING}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def literal_texts() -> set[str]:
    """Every text that stands in the code or in a template as it is: only those can be in a catalogue."""
    found: set[str] = set()
    for path in (*files("portal"), *files("workflows")):
        found |= {
            each.value
            for each in ast.walk(ast.parse(path.read_text()))
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        }
    for path in (*(HOUSE / "templates").rglob("*.html"), *(HOUSE / "templates").rglob("*.txt")):
        found |= set(re.findall(r'(?="([^"\n]+)")', path.read_text()))
    return found


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Brackets:
    """From here on the portal speaks that language."""
    language = Brackets()
    monkeypatch.setitem(wording._loaded, "nl", language)
    return language


def test_every_text_on_every_page_can_be_translated(in_force: Portal, bracketed: Brackets) -> None:
    accepted_terms(in_force, TOM)
    found: dict[str, str] = {}
    for browser in pages(in_force):
        data = data_of(in_force)
        found |= {text: browser.address for text in without_brackets(browser) if has_words(text, data)}
    assert not found, "these texts do not ask for a translation"
    put_together = bracketed.made_up - set(data_of(in_force)) - NEVER_SHOWN
    assert not put_together, "these texts are put together before they ask, so no catalogue can hold them"


def test_the_detector_sees_a_text_that_does_not_ask(bracketed: Brackets) -> None:
    """A check that cannot fail proves nothing."""
    assert has_words("Opslaan", ["Ann de Vries"])
    assert not has_words("Ann de Vries · 23 november 2026 · 12 kB", ["Ann de Vries"])
    wording.say(f"Er zijn {len('drie')} dingen mis.")
    assert bracketed.made_up == {"Er zijn 4 dingen mis."}


def pages(portal: Portal) -> Iterator[Browser]:
    """Every page that we know how to reach, each in the states in which it says something else."""
    stranger = portal.browser()
    for address in (
        "/", "/inschrijven", "/inschrijven/verstuurd", "/register?q=aalsmeer", f"/register/bestuur/{OURS}",
        f"/register/vestiging/{SCHOOL}", "/inloggen", "/wachtwoord-vergeten", "/nonsense", "/register?q=qqqq",
    ):  # fmt: skip
        yield stranger.open(address)
    yield stranger.open("/inschrijven").fill(email="x").press(f"{OPENING}Mail mij de link")
    for step in ("kind", "party", "details", "you", "authority", "roles", "invoices", "products"):
        browser = at_step(portal, step, party={"party": "board:20183"}, details={"board_number": "20183"})
        yield browser
        yield browser.press(f"{OPENING}Opslaan en verder")
        yield browser.open(browser.address.rpartition("/")[0])
    registration = a_submitted_registration(portal, "20183", starter=EVA)
    desk = portal.sign_in(SANNE)
    for address in ("/", "/servicedesk", f"/servicedesk/{registration}", "/postvak"):
        yield desk.open(address)
    tom = portal.sign_in(TOM)
    for address in (
        "/", "/rapporten", "/organisaties", "/account", "/account/gegevens", "/account/wijzigen", "/wachtwoord-wijzigen", "/bevestigen",
        "/tweede-factor", f"/rapporten/{PRODUCT}/{SCHOOL}", f"/rapporten/{PRODUCT}/{SCHOOL}/poort",
        f"/organisaties/{portal.organisation(SCHOOL)}", f"/organisaties/{portal.organisation(SCHOOL)}/mensen", f"/zaken/{portal.case('usage_terms')}/ontvangen",
    ):  # fmt: skip
        yield tom.open(address)
    case_id = a_declaration(portal, draft=True)
    ann = portal.sign_in(ANN)
    for address in ("", "/scope", "/actors", "/licence", "/start", "/nakijken", "/intrekken"):
        yield ann.open(f"/zaken/{case_id}{address}")
    for address in (
        "/", "/rapporten", "/herstelcodes", "/tweede-factor", f"/organisaties/{portal.organisation(OURS)}",
        f"/zaken/begin/board_declaration?organisation={portal.organisation(OURS)}",
        f"/zaken/begin/usage_terms?product={PRODUCT}", f"/rapporten/{PRODUCT}/{SCHOOL}/poort",
    ):  # fmt: skip
        yield ann.open(address)


def data_of(portal: Portal) -> list[str]:
    """Every text that people typed, or that came from a file, longest first: what is not ours to translate."""
    texts: set[str] = set()

    def take(value: object) -> None:
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, dict):
            for part in value.values():
                take(part)
        elif isinstance(value, list):
            for part in value:
                take(part)

    with portal.opened():
        for place in reader.query(RegisterLocation).filter(RegisterLocation.search.contains("aalsmeer")):
            texts |= {place.name, place.place, place.street, place.denomination, place.municipality, place.province}
            texts |= {place.website, place.education}
        for board in reader.query(RegisterBoard).filter(RegisterBoard.number.in_([OURS, "20183"])):
            texts |= {board.name, board.place, board.municipality}
        for table in Base.metadata.sorted_tables:
            if table.name in ("register_location", "register_board", "web_session", "school_result", "blob"):
                continue  # of the register and the results only what the pages of the stories show
            columns = [column for column in table.columns if isinstance(column.type, String | Text | JSON)]
            for row in reader.execute(select(*columns)) if columns else []:
                for value in row:
                    take(value)
    return sorted((text for text in texts if len(text) > 2), key=len, reverse=True)


def without_brackets(browser: Browser) -> Iterator[str]:
    """What can be read or heard of a page outside of the brackets, a piece at a time."""
    for text in _pieces(next(iter(browser.all("body")))):
        left = text
        while (shorter := re.sub(rf"{OPENING}[^{OPENING}{CLOSING}]*{CLOSING}", " ", left)) != left:
            left = shorter
        if left.strip():
            yield " ".join(left.split())


def _pieces(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in UNSEEN - {"svg"}:
        return
    if "document-page" in element.get("class", ""):
        return  # the text of a document is kept as it was when it was fixed
    yield from (element.get(name, "") for name in SPOKEN)
    if element.tag == "textarea" or element.get("class") == "hash":
        return
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""


def has_words(text: str, data: list[str]) -> bool:
    """Whether something is left of it when the data, our names and what is no word are taken out."""
    for known in (*data, *OURS_BY_NAME):
        text = text.replace(known, " ")
    text = re.sub(
        r"\d+ (?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december) \d{4}",
        " ",
        text,
    )
    text = re.sub(r"(?:maan|dins|woens|donder|vrij|zater|zon)dag", " ", text)
    return bool(re.search(r"[^\W\d_]{2,}", NOT_WORDS.sub(" ", text)))
