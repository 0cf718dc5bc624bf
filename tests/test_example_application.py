"""The example of an application behind the gate: it believes the gate and nobody else."""

from typing import Any
from wsgiref.util import setup_testing_defaults

import html5lib
import pytest

from portal.demonstration.example_application import application

TOLD = {"HTTP_X_GATE_USER": "a" * 26, "HTTP_X_GATE_ORGANISATION": "00AP00", "HTTP_X_GATE_TRACE": "b" * 26}


def shown(**environ: Any) -> tuple[str, str]:
    """The status and the page that it gives."""
    said: list[str] = []
    setup_testing_defaults(environ)
    page = b"".join(application(environ, lambda status, _headers: said.append(status))).decode()
    if page:
        html5lib.HTMLParser(strict=True).parse(page)
    return said[0], page


def test_it_shows_what_the_gate_told_and_calls_nobody_by_name() -> None:
    status, page = shown(**TOLD, PATH_INFO="/<script>")
    assert status == "200 OK" and "00AP00" in page and "&lt;script&gt;" in page and "<script>" not in page


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("said", ["", "x,y", "<b>", "a b"])
def test_who_does_not_come_from_the_gate_sees_nothing(name: str, said: str) -> None:
    status, page = shown(**(TOLD | {name: said}))
    assert status == "403 Forbidden" and "niet langs de poort" in page


def test_a_head_has_no_page() -> None:
    assert shown(**TOLD, REQUEST_METHOD="HEAD") == ("200 OK", "")
