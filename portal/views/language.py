"""In which language somebody reads: what they chose, else what their browser asks, else Dutch."""

from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound

from portal.wording import LANGUAGES, RECORDED, language, speak

CHOICE = "taal"
KEPT_FOR = 365 * 24 * 3600
"""Seconds that a browser keeps the choice."""


def listen(app: Flask, *, secure: bool) -> None:
    """From here on each page is in its reader's language, and a link with ?taal= makes the browser remember it."""

    def begin() -> ResponseReturnValue | None:
        speak(_language_of_reader())
        if request.method == "GET" and request.args.get(CHOICE) in LANGUAGES:
            return _remember(request.args[CHOICE], secure=secure)
        return None

    def tell(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.vary.update(("Cookie", "Accept-Language"))
            response.content_language.add(language())
        return response

    app.before_request(begin)
    app.after_request(tell)
    app.teardown_request(lambda _fault: speak(RECORDED))


def choices() -> list[dict[str, object]]:
    """The languages, each with the address of the same page in it."""
    return [
        {"code": code, "label": label, "url": _here_in(code), "current": code == language()}
        for code, label in LANGUAGES.items()
    ]


def _language_of_reader() -> str:
    chosen = request.cookies.get(CHOICE, "")
    return chosen if chosen in LANGUAGES else _wanted_by_browser()


def _wanted_by_browser() -> str:
    """English where it comes first and Dutch is not read at all; Dutch for everybody else."""
    codes = [code.partition("-")[0].lower() for code, quality in request.accept_languages if quality > 0]
    return "en" if codes[:1] == ["en"] and RECORDED not in codes else RECORDED


def _remember(code: str, *, secure: bool) -> ResponseReturnValue:
    """The same page again, without the choice in its address."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != CHOICE]
    answer = redirect(_address(asked))
    answer.set_cookie(CHOICE, code, max_age=KEPT_FOR, path="/", secure=secure, httponly=True, samesite="Lax")
    return answer


def _here_in(code: str) -> str:
    """This page in another language; the first page where this one was no page to open."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != CHOICE]
    return _address([*asked, (CHOICE, code)]) if _can_be_opened() else f"/?{urlencode({CHOICE: code})}"


def _can_be_opened() -> bool:
    if request.method in ("GET", "HEAD"):
        return True
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except (MethodNotAllowed, NotFound):
        return False
    return True


def _address(asked: list[tuple[str, str]]) -> str:
    path = "/" + quote(request.path.lstrip("/"))  # never an address of elsewhere, as //elsewhere would be
    return f"{path}?{urlencode(asked)}" if asked else path
