"""Public pages: privacy from the table that is kept to, accessibility from the last run, and files for machines."""

import datetime as dt
import json
from pathlib import Path

import pytest

from portal import clock
from portal.parties import retention
from portal.views import exports, public
from portal.wording import say
from tests.builders import ANN, Portal

pytestmark = pytest.mark.any_database
PUBLIC = ("/privacy", "/toegankelijkheid", "/zwakke-plek-melden")


@pytest.mark.parametrize("address", PUBLIC)
def test_everybody_reads_it_and_it_says_whom_to_ask(portal: Portal, address: str) -> None:
    page = portal.browser().open(address)
    assert page.status == 200
    page.sees(portal.settings.contact)


def test_every_page_leads_there(portal: Portal) -> None:
    page = portal.browser().open("/")
    for text in ("Privacy", "Toegankelijkheid", "Zwakke plek melden"):
        assert page.link(text) in PUBLIC


def test_privacy_says_of_each_kind_what_why_and_how_long(portal: Portal) -> None:
    page = portal.browser().open("/privacy")
    for each in retention.KEPT:
        page.sees(each.what, each.why, each.ground, say(each.how_long, **each.values))


def test_who_is_signed_in_is_led_to_their_own_data(in_force: Portal) -> None:
    in_force.sign_in(ANN).open("/privacy").follow("Bekijk of download wat wij van u bewaren").sees("Mijn gegevens")


def test_the_accessibility_page_shows_the_last_run(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = {
        "date": "2026-11-22",
        "pages": 41,
        "states": 63,
        "widths": [390, 768, 1280],
        "rules": 92,
        "findings": {"serious": 2},
    }
    (tmp_path / "run.json").write_text(json.dumps(run))
    monkeypatch.setattr(public, "RUN", tmp_path / "run.json")
    public.last_run.cache_clear()
    page = portal.browser().open("/toegankelijkheid")
    page.sees("zondag 22 november 2026", "63", "Er zijn 2 punten gevonden", "Wat nog niet goed is")
    monkeypatch.setattr(public, "RUN", tmp_path / "none.json")
    public.last_run.cache_clear()
    portal.browser().open("/toegankelijkheid").sees("nog geen uitslag van een controle")
    public.last_run.cache_clear()


def test_security_txt_has_what_the_standard_asks_and_never_runs_out(portal: Portal) -> None:
    """RFC 9116: Contact and Expires are required; Expires is less than a year away."""
    for days in (0, 400):
        page = portal.later(days=days).browser().open("/.well-known/security.txt")
        assert page.response.content_type == "text/plain; charset=utf-8"
        fields = dict(line.split(": ", 1) for line in page.response.text.splitlines() if line)
        assert fields["Contact"] == f"mailto:{portal.settings.contact}"
        assert fields["Canonical"] == f"{portal.settings.public_url}/.well-known/security.txt"
        expires = dt.datetime.fromisoformat(fields["Expires"])
        assert dt.timedelta(days=30) < expires - portal.moment < dt.timedelta(days=365)
        assert "nl" in fields["Preferred-Languages"]
        assert portal.browser().open(fields["Policy"].removeprefix(portal.settings.public_url)).status == 200


def test_search_engines_stay_out_of_what_is_behind_sign_in(portal: Portal) -> None:
    text = portal.browser().open("/robots.txt").response.text
    closed = [line.removeprefix("Disallow: ") for line in text.splitlines() if line.startswith("Disallow: ")]
    for address in ("/zaken", "/account", "/organisaties", "/rapporten", "/servicedesk", "/agenda"):
        assert address in closed
    assert not any(each.startswith(address) for address in ("/privacy", "/register", "/inschrijven") for each in closed)


# --- The one way in which an overview becomes a spreadsheet ------------------------------------------------------


@pytest.mark.parametrize("cell", ["=1+1", "+31 6", "-2", "@sum", "\t=1", "\r=1", "  =1+1", "\u00a0=1", "＝1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_text(cell: str) -> None:
    """ASVS 1.2.10: it begins with an apostrophe, and nothing of it is lost."""
    assert exports.safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Ann", "3 maart", "a=b", "'t Kofschip", "🦊", "x\r\ny", 'zegt "ja"; nee'])
def test_other_text_is_as_it_was(cell: str) -> None:
    import csv
    import io

    text = exports.csv_text(["kolom"], [[cell]])
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=";")) == [["kolom"], [cell]]


def test_cells_of_every_kind_are_readable() -> None:
    moment = clock.start_of(dt.date(2026, 7, 1))
    cells = [None, True, False, -3, 1.5, dt.date(2026, 3, 1), moment]
    assert [exports.safe(each) for each in cells] == ["", "ja", "nee", "-3", "1.5", "2026-03-01", "2026-07-01 00:00"]
