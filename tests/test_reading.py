"""Reading before signing: the page is the paper, word for word, and what was opened is told as it was seen."""

import re
import subprocess
import unicodedata
from collections.abc import Mapping
from typing import Any

import html5lib
import pytest

from portal.cases.tables import Reading
from portal.documents.render import render
from portal.documents.text import as_page
from portal.wording import moment
from tests.browser import Browser
from tests.builders import ANN, BAS, Portal, Someone, sign
from tests.papers import AT, DECLARATION, a_signatory, some_facts, some_terms

OPINION = {
    "name": "Sanne Bos",
    "function": "Servicedesk",
    "verdict": "Akkoord",
    "text": "Alles klopt.\nDe namen staan in het uittreksel.",
    "at": AT.isoformat(),
    "for": "Uitgeverij Zon",
}
PAPERS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "declaration": (DECLARATION, some_facts()),
    "one signatory, no test": (DECLARATION, some_facts(signatories=[a_signatory()], test_seal=False)),
    "five signatories": (DECLARATION, some_facts(signatories=[a_signatory(f"s{n}", f"Lid {n}") for n in range(5)])),
    "registration": ("documents/registration.html", some_facts(signatories=(), rule=None, assessments=[OPINION])),
    "terms": ("documents/usage_terms.html", some_terms()),
    "revocation": ("documents/declaration_revocation.html", some_facts()),
    "authority": (
        "documents/mandate_change.html",
        some_facts(answers={"change": {"what": ["joining", "leaving", "rule"]}}),
    ),
    "organisation": (
        "documents/organisation_change.html",
        some_facts(answers={"change": {"what": ["name", "invoices", "roles"]}}),
    ),
    "request": ("documents/request.html", some_facts(answers={"kind": {"kind": "webinar"}}, signatories=())),
}


_MARKS = re.compile(r"(•|(?<!\d)\d\.)+$")


def letters_of(text: str) -> str:
    """The text without white space, and without the marks that have no shape."""
    shown = unicodedata.normalize("NFKC", "".join(text.split()))
    return "".join(letter for letter in shown if unicodedata.category(letter) != "Cf")


def paper(pdf: bytes, pages: int) -> str:
    """What the text of the paper says: without heads, feet and letterhead, and the marks of lists, drawn at the end."""
    return "".join(_MARKS.sub("", letters_of(_on_page(pdf, number))) for number in range(1, pages + 1))


def _on_page(pdf: bytes, number: int) -> str:
    top, height = ("128", "622") if number == 1 else ("72", "678")
    area = ["-r", "72", "-x", "0", "-y", top, "-W", "600", "-H", height, "-f", str(number), "-l", str(number)]
    command = ["pdftotext", "-raw", *area, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("name", PAPERS)
def test_the_page_and_the_paper_say_the_same_letter_for_letter(name: str) -> None:
    template, facts = PAPERS[name]
    page = html5lib.parseFragment(as_page(template, facts), namespaceHTMLElements=False)
    rendered = render(template, facts, at=AT)
    assert letters_of("".join(page.itertext())) == letters_of(paper(rendered.pdf, rendered.pages))


@pytest.mark.parametrize("name", PAPERS)
def test_the_page_says_its_language_and_every_table_has_heads(name: str) -> None:
    template, facts = PAPERS[name]
    page = html5lib.parseFragment(as_page(template, facts), namespaceHTMLElements=False)
    [article] = page
    assert article.get("lang") == "nl"
    for table in page.iter("table"):
        heads = [each.get("scope") for each in table.iter("th")]
        assert heads and all(heads), "a table without heads"


# --- What was opened ---------------------------------------------------------------------------------------------


def at_the_document(portal: Portal, someone: Someone) -> Browser:
    return portal.sign_in(someone).open(f"/tekenen/{portal.document(portal.case('board_declaration')).id}")


def now(portal: Portal) -> str:
    return portal.ask(lambda: moment(portal.moment))


def happened(portal: Portal, someone: Someone = ANN) -> str:
    """The case's page, where what happened stands."""
    return portal.sign_in(someone).open(f"/zaken/{portal.case('board_declaration')}").text


def test_the_confirmation_names_document_version_hash_and_authority(to_sign: Portal) -> None:
    document = to_sign.document(to_sign.case("board_declaration"))
    ann = at_the_document(to_sign, ANN)
    ann.sees(document.title, document.facts["reference"], document.facts["version"], "opgemaakt op 23 november 2026")
    ann.sees("gezamenlijk bevoegd met één ander, volgens uittreksel Handelsregister")
    assert document.certified
    ann.sees(f"{document.certified[:16]}…")
    assert document.certified in letters_of(ann.text)


def test_what_one_opened_is_told_as_it_was_and_the_rest_is_not_filled_in(to_sign: Portal) -> None:
    ann = at_the_document(to_sign, ANN).sees(f"Als pagina op {now(to_sign)}", "Niet als PDF")
    to_sign.later(minutes=5)
    ann.follow("Open het stuk als PDF")
    at_the_document(to_sign, ANN).sees(f"Als PDF op {now(to_sign)}")


def test_the_case_shows_who_opened_what_when_between_what_happened(to_sign: Portal) -> None:
    ann = at_the_document(to_sign, ANN)
    to_sign.later(minutes=5)
    ann.follow("Open het stuk als PDF")
    to_sign.later(minutes=5)
    again = now(to_sign)
    at_the_document(to_sign, ANN)
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    text = happened(to_sign)
    places = [text.index(each) for each in ("Stuk vastgesteld", "Stuk geopend als pagina", "Stuk geopend als PDF")]
    assert places == sorted(places)
    assert text.index("Stuk geopend als PDF") < text.rindex("Getekend")
    assert f"2 keer, laatst op {again}" in text
    assert "heeft niet gezien" not in text


def test_who_signed_without_opening_is_shown_as_such(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, BAS)
    to_sign.later(minutes=1)
    to_sign.sign_in(BAS).open(f"/stukken/{to_sign.document(case_id).id}")
    assert happened(to_sign).count("heeft niet gezien dat dit stuk vóór het tekenen is geopend") == 1


def test_a_post_is_no_reading(to_sign: Portal) -> None:
    ann = at_the_document(to_sign, ANN)
    before = to_sign.count(Reading)
    ann.fill(typed_name=ANN.name, code="000000").press("Teken nu")
    assert ann.status == 422
    assert to_sign.count(Reading) == before


def test_nothing_is_drawn_and_no_script_is_needed(to_sign: Portal) -> None:
    ann = at_the_document(to_sign, ANN)
    assert not list(ann.all("canvas"))
    ann.fill(typed_name=ANN.name, code=to_sign.code(ANN)).press("Teken nu").sees("vastgelegd")
