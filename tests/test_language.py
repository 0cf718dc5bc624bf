"""Two languages: every text has its English, every page can be read in it, and what is kept stays Dutch."""

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from portal import wording
from portal.app import HOUSE
from portal.database import act, reader
from portal.errors import InvalidError
from portal.parties.tables import Person
from portal.record.outbox import Mail
from portal.wording import day, moment, say, say_count, speaking
from tests.browser import Browser
from tests.builders import ANN, OURS, PRODUCT, SANNE, SCHOOL, START, TOM, Portal, accepted_terms


def _texts() -> ModuleType:
    """The gatherer of texts stands with the tools, outside of every package."""
    spec = importlib.util.spec_from_file_location("texts", HOUSE / ".ci" / "texts.py")
    assert spec and spec.loader
    module = sys.modules.setdefault("texts", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


texts = _texts()
FOUND = texts.every_text()
ENGLISH = texts.translations(texts.stored())


# --- The catalogue -----------------------------------------------------------------------------------------------


def test_every_text_has_its_english() -> None:
    assert texts.missing(FOUND, ENGLISH) == [], "run `make texts` and translate what it adds"


def test_no_english_is_left_for_a_text_that_is_gone() -> None:
    assert set(ENGLISH) - set(FOUND) == set(), "run `make texts`"


def test_a_translation_has_the_same_named_places_as_its_text() -> None:
    differing = {
        text: said
        for text, said in ENGLISH.items()
        for one, other in zip((text,) if isinstance(text, str) else text, said, strict=True)
        if other and texts.places_of(one) != texts.places_of(other)
    }
    assert not differing


def test_a_translation_ends_as_its_text_does() -> None:
    """A sentence that lost its full stop, or a label that won one, was translated in haste."""
    differing = {
        text: said
        for text, said in ENGLISH.items()
        if isinstance(text, str) and said[0] and (text[-1] in ".?!:") != (said[0][-1] in ".?!:")
    }
    assert not differing


def test_the_detectors_see_what_is_wrong(tmp_path: Path) -> None:
    """A check that cannot fail proves nothing."""
    assert texts.missing({"Opslaan": set(), ("één", "meer"): set()}, {"Opslaan": ("Save",)}) == [("één", "meer")]
    assert texts.places_of("%(count)s van %(total)s") == {"count", "total"}
    code = 'say("Een" if x else "Twee"); RefusedError("Dat kan niet."); say_count("één", "veel", 2); print("Drie")'
    assert set(texts._of_code(texts.ast.parse(code))) == {"Een", "Twee", "Dat kan niet.", ("één", "veel")}
    template = '{{ _("Een") }} {{ _("Twee") if x else "Drie" }} {{ ngettext("één", "veel", 2) }} {{ "Vier"|say }}'
    assert set(texts._of_template(template)) == {"Een", "Twee", ("één", "veel"), "Vier"}


def test_a_catalogue_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "portal.po"
    path.write_text('msgid "Ja"\nmsgstr "Yes"\n\nmsgid "Nee"\nmsgstr ""\n\n'
                    'msgid "%(count)s stuk"\nmsgid_plural "%(count)s stukken"\nmsgstr[0] "one"\nmsgstr[1] "%(count)s"\n')  # fmt: skip
    found = wording.Catalogue(path)
    assert [found.gettext(each) for each in ("Ja", "Nee", "Misschien")] == ["Yes", "Nee", "Misschien"]
    assert found.ngettext("%(count)s stuk", "%(count)s stukken", 1) == "one"
    assert found.ngettext("%(count)s stuk", "%(count)s stukken", 0) == "%(count)s"
    assert found.ngettext("één", "meer", 2) == "meer"
    assert found.gettext("%(count)s stuk") == "one", "what is said for one can also be said by itself"


# --- Saying it ---------------------------------------------------------------------------------------------------


def test_dates_and_moments_read_as_in_their_language() -> None:
    with speaking("en"):
        assert day(START.date(), weekday=True) == f"{START:%A} {START.day} {START:%B} {START.year}"
        assert moment(START).startswith(f"{START.day} {START:%B} {START.year} at ")
    assert "at" not in moment(START)


def test_what_was_said_can_be_said_again_in_another_language() -> None:
    name = say("E-mailadres")
    dutch = say("Vul in: %(label)s", label=name)
    with speaking("en"):
        assert say(dutch) == "Fill in: E-mail address"
        assert say(say(dutch)) == say(dutch)
    assert dutch == "Vul in: E-mailadres"
    assert say_count("%(count)s school", "%(count)s scholen", 1) == "1 school"


def test_an_act_speaks_dutch_but_says_its_faults_in_the_language_of_who_acts(portal: Portal) -> None:
    def refuse() -> None:
        with act():
            assert wording.language() == "nl"
            raise InvalidError("Te lang.", {"words": say("Dit is te lang. U mag %(count)s tekens gebruiken.", count=5)})

    with speaking("en"), pytest.raises(InvalidError) as caught:
        portal.ask(refuse)
    with speaking("en"):
        assert caught.value.fields["words"] == "This is too long. You may use 5 characters."


# --- On the pages ------------------------------------------------------------------------------------------------


def english(browser: Browser) -> Browser:
    """The same browser after its reader pressed "English"."""
    return browser.follow("English")


def language_of(browser: Browser) -> str:
    return next(iter(browser.all("html"))).get("lang", "")


def test_a_reader_chooses_a_language_and_the_browser_remembers_it(portal: Portal) -> None:
    browser = portal.browser().open("/register?q=aalsmeer")
    assert language_of(browser) == "nl"
    english(browser)
    assert language_of(browser) == "en"
    assert browser.address.endswith("/register?q=aalsmeer"), "the same page, without the choice in its address"
    browser.open("/inloggen").sees("Log in")
    assert language_of(browser.follow("Nederlands")) == "nl"
    assert browser.open("/").response.headers["Content-Language"] == "nl"


def test_the_choice_is_a_cookie_and_nothing_else(portal: Portal) -> None:
    browser = portal.browser().send("GET", "/?taal=en")
    assert browser.status == 302
    cookie = browser.response.headers["Set-Cookie"]
    assert cookie.startswith("taal=en;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "address", ["//elders.example/?taal=en", "/%5Celders.example?taal=en", "/x?taal=fr", "/?taal="]
)
def test_a_choice_never_leads_elsewhere_and_is_one_of_ours(portal: Portal, address: str) -> None:
    browser = portal.browser()
    response = browser.client.get(address)
    assert not response.headers.get("Location", "/").startswith(("//", "http", "/\\"))
    assert ("taal=en" in response.headers.get("Set-Cookie", "")) == (response.status_code == 302)


@pytest.mark.parametrize(
    ("wish", "given"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("en-GB,en;q=0.9,nl;q=0.8", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("de,en;q=0.5", "nl"),
        ("", "nl"),
        ("*", "nl"),
    ],
)
def test_english_is_the_first_guess_only_for_who_does_not_list_dutch(portal: Portal, wish: str, given: str) -> None:
    browser = portal.browser().send("GET", "/", headers={"Accept-Language": wish})
    assert language_of(browser) == given
    assert {"Accept-Language", "Cookie"} <= set(browser.response.vary)


def test_a_fault_and_a_form_are_in_english_too(portal: Portal) -> None:
    browser = english(portal.browser().open("/inschrijven"))
    browser.fill(email="x").press("Mail me the link")
    assert browser.text.startswith("Error: ")
    assert language_of(browser.open("/bestaat-niet")) == "en"
    browser.sees("Page not found")


def test_the_page_of_a_form_that_was_sent_changes_language_too(portal: Portal) -> None:
    browser = portal.browser().open("/inschrijven").fill(email="x").press("Mail mij de link")
    assert language_of(english(browser)) == "en"


def test_what_is_kept_stays_dutch_though_an_english_reader_acts(in_force: Portal) -> None:
    browser = english(in_force.sign_in(ANN).open(f"/organisaties/{in_force.organisation(OURS)}/mensen"))
    browser.fill(name="Nora Nieuw", email="nora@voorbeeld.example").choose("role", "reader").press("Invite")
    browser.sees("Nora Nieuw has been invited")
    subjects = in_force.ask(
        lambda: [each.subject for each in reader.query(Mail) if each.to == "nora@voorbeeld.example"]
    )
    assert subjects == ["Uitnodiging: uw rol bij Stichting Voorbeeldonderwijs"] or subjects[0].startswith("Uitnodiging")


def test_a_document_says_that_it_is_dutch_on_an_english_page(in_force: Portal) -> None:
    browser = english(
        in_force.sign_in(ANN).open(f"/stukken/{in_force.document(in_force.case('board_declaration')).id}")
    )
    assert language_of(browser) == "en"
    assert [each.get("lang") for each in browser.all("article") if "document-page" in each.get("class", "")] == ["nl"]


# --- Every page in English ---------------------------------------------------------------------------------------

DUTCH = re.compile(r"\b(?:het|een|niet|wordt|voor|met|deze|zijn|naar|uw|geen|nog|bij|kunt)\b", re.IGNORECASE)


def test_no_page_of_an_english_reader_has_dutch_words_of_ours(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    mails = in_force.ask(lambda: [each.subject for each in reader.query(Mail)])
    functions = in_force.ask(lambda: [each.function for each in reader.query(Person) if each.function])
    found: dict[str, set[str]] = {}
    for someone, addresses in {
        None: ("/", "/register", "/inschrijven", "/inloggen", "/wachtwoord-vergeten", "/nergens"),
        TOM: ("/", "/rapporten", "/organisaties", "/account", f"/rapporten/{PRODUCT}/{SCHOOL}", f"/rapporten/{PRODUCT}/{SCHOOL}/poort"),
        ANN: ("/", "/organisaties", f"/organisaties/{in_force.organisation(OURS)}", f"/zaken/{in_force.case('board_declaration')}"),
        SANNE: ("/", "/servicedesk"),
    }.items():  # fmt: skip
        browser = in_force.sign_in(someone) if someone else in_force.browser()
        browser.open("/?taal=en")
        for address in addresses:
            browser.open(address)
            assert language_of(browser) == "en", address
            text = browser.text
            for kept in (*mails, *functions, "Inspectie van het Onderwijs"):
                text = text.replace(kept, "")
            dutch = {match[0].lower() for match in DUTCH.finditer(text)}
            if dutch:
                found[f"{someone and someone.name} {address}"] = dutch
    assert not found


@pytest.mark.parametrize("name", ["text", "one", "many", "value"])
def test_a_place_in_a_text_may_bear_any_name(name: str) -> None:
    assert say(f"Gezocht: %({name})s", **{name: "xyzzy"}) == "Gezocht: xyzzy"
    assert say_count(f"%(count)s van %({name})s", "", 1, **{name: "xyzzy"}) == "1 van xyzzy"


def test_a_search_in_the_mailbox_that_finds_nothing_says_what_was_sought(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(portal.app.extensions, "tekenpoort.settings", replace(portal.settings, demo=True))
    portal.browser().open("/postvak?q=xyzzy").sees("Niets gevonden", "“xyzzy”")
