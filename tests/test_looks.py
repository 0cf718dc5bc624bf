"""Style, scripts and icons: small on the way, kept while they do not change; nothing else is compressed or kept."""

import gzip

import brotli  # type: ignore[import-untyped]
import pytest
from flask import url_for
from werkzeug.test import TestResponse

from tests.builders import ANN, Portal

pytestmark = pytest.mark.any_database


def asked(portal: Portal, address: str, **headers: str) -> TestResponse:
    response = portal.app.test_client().get(address, headers={"Accept-Encoding": "gzip, br", **headers})
    response.get_data()
    response.close()
    return response


def address_of(portal: Portal, name: str) -> str:
    with portal.opened(), portal.app.test_request_context():
        return url_for("static", filename=name)


@pytest.mark.parametrize("name", ["portal.css", "portal.js", "tokens.css"])
def test_a_look_is_sent_compressed_and_is_the_same_file(portal: Portal, name: str) -> None:
    plain = asked(portal, f"/static/{name}", **{"Accept-Encoding": "identity"})
    small = asked(portal, f"/static/{name}")
    smaller = asked(portal, f"/static/{name}", **{"Accept-Encoding": "gzip"})

    assert plain.headers.get("Content-Encoding") is None
    assert (small.headers["Content-Encoding"], smaller.headers["Content-Encoding"]) == ("br", "gzip")
    assert brotli.decompress(small.data) == gzip.decompress(smaller.data) == plain.data
    assert "Accept-Encoding" in small.headers["Vary"] and len(small.data) < len(plain.data)


def test_a_browser_that_has_it_already_gets_nothing(portal: Portal) -> None:
    first = asked(portal, "/static/portal.css")
    again = asked(portal, "/static/portal.css", **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


@pytest.mark.parametrize("address", ["/", "/inloggen", "/register?q=amersfoort", "/static/nowhere.css"])
def test_a_page_with_what_somebody_typed_is_never_compressed(portal: Portal, address: str) -> None:
    assert "Content-Encoding" not in asked(portal, address).headers


def test_a_personal_page_and_its_spreadsheet_are_not_compressed(registered: Portal) -> None:
    ann = registered.sign_in(ANN)
    for address in ("/", "/zaken", "/taken.csv"):
        answer = ann.send("GET", address, headers={"Accept-Encoding": "gzip, br"}).response
        assert answer.status_code == 200 and "Content-Encoding" not in answer.headers, address


def test_an_address_with_the_version_of_its_content_is_kept_for_a_year(portal: Portal) -> None:
    address = address_of(portal, "portal.css")

    assert "?v=" in address and address == address_of(portal, "portal.css")
    assert address.split("=")[1] != address_of(portal, "tokens.css").split("=")[1]
    assert "immutable" in asked(portal, address).headers["Cache-Control"]
    assert "no-cache" in asked(portal, "/static/portal.css").headers["Cache-Control"]


def test_a_font_has_one_address_for_page_and_stylesheet(portal: Portal) -> None:
    name = "vendor/source-sans-3-regular.woff2"

    assert address_of(portal, name) == f"/static/{name}"
    font = asked(portal, f"/static/{name}")
    assert "Content-Encoding" not in font.headers and "max-age=604800" in font.headers["Cache-Control"]
