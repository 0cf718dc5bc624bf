"""The operator's theme on every page: its stylesheet and its logo."""

from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue

from portal import theme
from portal.errors import NotFoundError
from portal.theme import Theme
from portal.views.visitor import settings

bp = Blueprint("appearance", __name__)
SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "themes"
HOUSE_COLOUR = "color-accent-1-inverse-bg-default"
KEPT_FOR = 300
"""Seconds that a browser keeps the stylesheet: a change of theme comes with a start of the portal."""


def dress(app: Flask, path: Path | None) -> None:
    """Gives the application its theme; raises SettingError when that cannot be read by everybody."""
    app.extensions["tekenpoort.theme"] = theme.load(path)


@bp.get("/theme.css")
def stylesheet() -> ResponseReturnValue:
    """The tokens in which the theme differs; in the demonstration also those of a shipped theme, by name."""
    return _kept(make_response(shown().css()), "text/css")


@bp.get("/theme/logo")
def logo() -> ResponseReturnValue:
    """The logo of the theme."""
    found = shown()
    if found.logo is None:
        raise NotFoundError
    return _kept(make_response(found.logo), found.logo_kind)


def around_page() -> dict[str, object]:
    """What the layout needs of the theme: addresses of its stylesheet and logo, and the colour of the house."""
    found = shown()
    name = request.args["thema"] if found is not _own() else None
    return {
        "colour": found.colour(HOUSE_COLOUR),
        "stylesheet": url_for("appearance.stylesheet", thema=name) if found.changes else None,
        "logo": url_for("appearance.logo", thema=name) if found.logo else None,
        "name": found.name,
    }


def shipped() -> dict[str, Theme]:
    """The themes that come with the portal, by the name of their file; ours is none of them."""
    return {path.stem: theme.load(path) for path in sorted(SHIPPED.glob("*.toml"))}


def _own() -> Theme:
    found: Theme = current_app.extensions["tekenpoort.theme"]
    return found


def shown() -> Theme:
    """The theme of this page: the operator's, or in the demonstration the shipped one that the address asks for."""
    asked = request.args.get("thema", "") if settings().demo else ""
    return shipped().get(asked, _own()) if asked else _own()


def _kept(answer: Response, kind: str) -> Response:
    answer.mimetype = kind
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return answer
