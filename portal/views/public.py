"""Public pages about the portal: privacy, accessibility, how to report a weakness, and two files for machines."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.parties import retention
from portal.views.visitor import settings
from portal.wording import day, mark, say

bp = Blueprint("public", __name__)
RUN = Path(__file__).resolve().parents[2] / "docs" / "accessibility.json"
"""The last accessibility run, as the browser tests wrote it down."""
SECURITY_TEXT_LASTS = timedelta(days=180)
"""RFC 9116 wants less than a year; each answer is a fresh one, so that it never runs out while the portal runs."""
IMPACTS = {
    "critical": mark("ernstig, blokkeert"),
    "serious": mark("ernstig"),
    "moderate": mark("matig"),
    "minor": mark("klein"),
}
LIMITS = (
    mark(
        "Met automatische controles vindt men niet alles. "
        "Een onderzoek door mensen met een beperking is nog niet gedaan."
    ),
    mark(
        "Getekende stukken zijn PDF's met een structuur voor schermlezers. "
        "Een bewijsstuk dat iemand zelf instuurt, heeft die vaak niet."
    ),
    mark("Stukken en voorwaarden zijn alleen in het Nederlands, ook als u het portaal in het Engels leest."),
    mark("De grafieken in de rapporten zijn nog niet met verschillende schermlezers getest."),
)
PRIVATE = (
    "/account",
    "/agenda",
    "/organisaties",
    "/postvak",
    "/rapporten",
    "/servicedesk",
    "/stukken",
    "/tekenen",
    "/van-kracht",
    "/wacht-op-anderen",
    "/zaken",
)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What the portal keeps of persons, why, how long, and whom to ask."""
    return render_template(
        "public/privacy.html",
        kinds=[{"kept": each, "how_long": say(each.how_long, **each.values)} for each in retention.KEPT],
        contact=settings().contact,
    )


@bp.get("/toegankelijkheid")
def accessibility() -> ResponseReturnValue:
    """The accessibility statement, with the figures of the last run."""
    run = last_run()
    return render_template(
        "public/accessibility.html",
        run=run,
        when=day(date.fromisoformat(run["date"]), weekday=True) if run else None,
        findings=[(say(text), run["findings"].get(impact, 0)) for impact, text in IMPACTS.items()] if run else [],
        found=sum(run["findings"].values()) if run else 0,
        limits=LIMITS,
        contact=settings().contact,
    )


@bp.get("/zwakke-plek-melden")
def weakness() -> ResponseReturnValue:
    """How to report a weakness in the security, and what the reporter may expect."""
    return render_template("public/weakness.html", contact=settings().contact)


@bp.get("/.well-known/security.txt")
def security_txt() -> ResponseReturnValue:
    """Where to report a weakness, for machines and researchers (RFC 9116)."""
    address = settings().public_url
    expires = clock.start_of(clock.today() + SECURITY_TEXT_LASTS)
    lines = (
        f"Contact: mailto:{settings().contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {address}{url_for('.security_txt')}",
        f"Policy: {address}{url_for('.weakness')}",
        "",
    )
    return _text("\r\n".join(lines))


@bp.get("/robots.txt")
def robots_txt() -> ResponseReturnValue:
    """What search engines need not look for: all that is behind sign-in."""
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "")
    return _text("\n".join(lines))


def footer_links() -> list[dict[str, str]]:
    """The pages of this room, for the foot of every page."""
    return [
        {"url": url_for("checking.index"), "label": say("Stuk controleren")},
        {"url": url_for("public.privacy"), "label": say("Privacy")},
        {"url": url_for("public.accessibility"), "label": say("Toegankelijkheid")},
        {"url": url_for("public.weakness"), "label": say("Zwakke plek melden")},
    ]


@cache
def last_run() -> dict[str, Any] | None:
    """The last accessibility run: {"date", "pages", "states", "widths", "rules", "findings": {impact: number}}."""
    return dict(json.loads(RUN.read_text(encoding="utf-8"))) if RUN.exists() else None


def _text(content: str) -> Response:
    return Response(content, content_type="text/plain; charset=utf-8")
