"""Every component in every state on one page, from the same macros as all pages; in the demonstration only."""

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.cases import faults, forms
from portal.cases.surroundings import Surroundings
from portal.errors import NotFoundError
from portal.theme import LARGE, PAIRS, contrast
from portal.views import appearance
from portal.views.exports import csv_response
from portal.views.overviews import pages_of, wished
from portal.views.visitor import settings
from portal.wording import day, mark, moment, say
from workflows import vocabulary as v

bp = Blueprint("components_page", __name__)
PAGE = 3
MOMENT = dt.datetime(2026, 11, 23, 13, 5, tzinfo=dt.UTC)
SCHOOLS = (
    ("Obs De Boomgaard", "Amersfoort", "00AP00", 184, "done"),
    ("Basisschool Sint-Jozef", "Helmond", "00AV00", 221, "waiting"),
    ("Praktijkschool De Linie", "Hoorn", "01FE01", 96, "problem"),
    ("Cbs De Regenboog", "Aalsmeer", "03KR00", 307, "todo"),
    ("De Toermalijn", "Hoofddorp", "04QY00", 142, "neutral"),
)
STATES = {
    "done": mark("van kracht"),
    "todo": mark("te doen"),
    "waiting": mark("wacht op anderen"),
    "problem": mark("geweigerd"),
    "neutral": mark("nog niet begonnen"),
}
YES_OR_NO = v.YesNo("self", mark("Bent u zelf tekenbevoegd?"))
QUESTIONS: tuple[v.Question, ...] = (
    v.Text("name", mark("Naam"), hint=mark("Zoals in het register")),
    v.Email("email", mark("E-mailadres"), optional=True),
    v.LongText("why", mark("Toelichting"), longest=500),
    v.Date("since", mark("Ingangsdatum"), hint=mark("Vandaag of later"), not_before_today=True),
    YES_OR_NO,
    v.Choice(
        "basis",
        mark("Waaruit blijkt dat?"),
        options=(("register", mark("Uittreksel Handelsregister")), ("statutes", mark("Statuten"))),
    ),
    v.Choices(
        "roles",
        mark("Rol"),
        options=(("administrator", mark("Beheerder")), ("fg", mark("Functionaris gegevensbescherming (FG)"))),
    ),
    v.File("evidence", mark("Bewijsstuk")),
    v.Rows(
        "others",
        mark("Andere tekenbevoegden"),
        questions=(v.Text("name", mark("Naam")), v.Email("email", mark("E-mailadres"))),
        row=mark("Tekenbevoegde"),
        fewest=1,
    ),
)
SCALE = ("3xl", "2xl", "xl", "lg", "md", "sm")


@bp.get("/onderdelen")
def show() -> ResponseReturnValue:
    """The page of components; 404 outside of the demonstration."""
    if not settings().demo:
        raise NotFoundError
    around = Surroundings(today=clock.today(), person_name="Ann de Vries")
    others = [replace(each, name=f"faulty-{each.name}") for each in QUESTIONS]
    typed = {"faulty-email": "ann.example", "faulty-since-day": "31"}
    faulty = forms.form_for(others, around, posted=MultiDict(typed))
    faulty.validate()
    return render_template(
        "components_page/show.html",
        themes=_themes(),
        scale=SCALE,
        colours=_colours(),
        form_fields=forms.form_for(QUESTIONS, around, values={"name": "Ann de Vries", "self": True}),
        faulty=faulty,
        errors_shown=faults.fault_places(faulty),
        states=[(kind, say(text)) for kind, text in STATES.items()],
        schools=_schools(),
        moment=moment(MOMENT),
        weekday=day(MOMENT.date(), weekday=True),
        hash_value=hashlib.sha256(b"Tekenpoort").hexdigest(),
        **_people(),
    )


@bp.get("/onderdelen/scholen.csv")
def export() -> ResponseReturnValue:
    """The overview of the page as a file."""
    if not settings().demo:
        raise NotFoundError
    columns = [say("School"), say("Plaats"), say("Code"), say("Leerlingen")]
    return csv_response("scholen", columns, [each[:4] for each in SCHOOLS])


def _themes() -> list[dict[str, object]]:
    asked = request.args.get("thema", "")
    names = {"": "Tekenpoort", **{name: each.name for name, each in appearance.shipped().items()}}
    return [
        {"label": label, "url": url_for(".show", thema=name or None), "current": name == asked}
        for name, label in names.items()
    ]


def _colours() -> list[dict[str, str]]:
    """What lies on what in the theme that is shown, with its contrast."""
    tokens = appearance.shown().tokens
    return [
        {
            "text": token.removeprefix("color-"),
            "ground": ground,
            "ratio": f"{contrast(tokens[token], tokens[f'color-{ground}']):.1f} : 1",
            "least": f"{least:g} : 1",
            "ink": tokens[token],
            "paper": tokens[f"color-{ground}"],
            "large": "1" if least == LARGE else "",
        }
        for token, grounds, least in PAIRS
        for ground in grounds
    ]


def _schools() -> dict[str, Any]:
    """A small overview that really searches, sorts, filters and pages."""
    wish = wished(sorts=("name", "place", "pupils"), first="name", filters={"state": STATES})
    found = [each for each in SCHOOLS if wish.q.casefold() in " ".join(each[:3]).casefold()]
    found = [each for each in found if wish.chosen["state"] in ("", each[4])]
    column = {"name": 0, "place": 1, "pupils": 3}[wish.sort]
    found.sort(key=lambda each: each[column], reverse=wish.descending)
    start = wish.offset(PAGE)
    return {
        "rows": [
            [
                {"text": name, "url": url_for("registration.search", q=code)},
                place,
                pupils,
                {"status_kind": state, "status_text": say(STATES[state])},
            ]
            for name, place, code, pupils, state in found[start : start + PAGE]
        ],
        "total": len(found),
        "q": wish.q,
        "sort": wish.order,
        "page": wish.page,
        "pages": pages_of(len(found), PAGE),
        "state": wish.chosen["state"],
    }


def _people() -> dict[str, Any]:
    """Who and what stands in the lists of the page."""
    return {
        "signatures": [
            {
                "name": "Ann de Vries",
                "function": say("Voorzitter"),
                "authority": say("Gezamenlijk bevoegd"),
                "state_kind": "done",
                "state_text": say("getekend"),
                "at": moment(MOMENT),
            },
            {
                "name": "Bas Jansen",
                "function": say("Bestuurder"),
                "authority": say("Gezamenlijk bevoegd"),
                "state_kind": "waiting",
                "state_text": say("moet nog tekenen"),
            },
        ],
        "events": [
            {"when": moment(MOMENT), "what": say("Ingestuurd"), "who": "Eva Bakker"},
            {"when": moment(MOMENT + dt.timedelta(days=1)), "what": say("Akkoord"), "who": "Sanne Smit"},
        ],
        "remarks": [
            {
                "who": "Sanne Smit",
                "role": say(v.ROLE_NAMES[v.Role.SERVICE_DESK]),
                "when": moment(MOMENT),
                "text": "Klopt het huisnummer?\nIn het register staat 12a.",
                "status_kind": "waiting",
                "status_text": say("open"),
            },
            {
                "who": "Eva Bakker",
                "role": say(v.ROLE_NAMES[v.Role.ADMINISTRATOR]),
                "when": moment(MOMENT),
                "text": "Ja, 12a.",
            },
        ],
    }
