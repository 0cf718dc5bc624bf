"""Reports about all schools of a board: each is judged by its own gate, and only those that are open are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import clock, dossier
from portal.database import reader
from portal.dossier import at_the_gate
from portal.errors import NotFoundError
from portal.gate.judge import Verdict
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.register import RegisterBoard, RegisterLocation
from portal.reports import catalogue, region
from portal.reports.board_pupils import BoardPupils, board_pupils
from portal.reports.catalogue import About, Report
from portal.reports.inputs import kept
from portal.reports.overview import KINDS, SORTS, Line, Overview, arranged, overview, signed
from portal.reports.position import position
from portal.reports.reasons import NoReport
from portal.reports.teachers import BoardTeachers, board_teachers
from portal.views.overviews import Wish, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import say

bp = Blueprint("board_reports", __name__, url_prefix="/rapporten/<product_name>/bestuur/<board_number>")


@dataclass(frozen=True)
class Judged:
    """The schools of a board, by what its gate says of each to whoever is signed in."""

    product: Product
    board: RegisterBoard
    open: Sequence[RegisterLocation]
    shut: Sequence[tuple[RegisterLocation, Verdict]]


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index(product_name: str, board_number: str) -> ResponseReturnValue:
    """To the first report of a board that this product opens."""
    product, board = _found(product_name, board_number)
    reports = of_board(product)
    if not reports:
        raise NotFoundError
    return redirect(url_for(".show", product_name=product.name, board_number=board.number, report_name=reports[0].name))


@bp.get("/<report_name>")
def show(product_name: str, board_number: str, report_name: str) -> ResponseReturnValue:
    """One report of a board; where no gate is open, why not for each school."""
    judged, report = _judged(product_name, board_number, report_name)
    where: dict[str, Any] = {"product_name": product_name, "board_number": board_number, "report_name": report_name}
    around = {
        "board": judged.board,
        "product": judged.product,
        "report": report,
        "shut": [_why(location, verdict) for location, verdict in judged.shut],
        "count": len(judged.open) + len(judged.shut),
        "share_url": url_for("sharing.share_of_board", **where) if judged.open else None,
        "nav_items": [_nav_item(judged, each, report) for each in of_board(judged.product)],
    }
    if not judged.open:
        return render_template("reports/board_shut.html", **around), 403
    if report.name == catalogue.PUPILS:
        pupils = board_pupils(judged.open, request.args)
        around |= _ahead(where, pupils)
        return render_template("reports/board_pupils.html", **around, pupils=pupils)
    if report.name == catalogue.TEACHERS:
        teachers = board_teachers(judged.open, request.args)
        around |= _ahead(where, teachers)
        if isinstance(teachers, BoardTeachers):
            around["region"] = region.of(judged.open, request.args)
        return render_template("reports/board_teachers.html", **around, teachers=teachers)
    found = overview(judged.open)
    if report.name == catalogue.POSITION:
        return render_template("reports/board_position.html", **around, position=position(found), signed=signed)
    wish = _wish()
    return render_template(
        "reports/board_overview.html",
        **around,
        found=found,
        lines=_arranged(found, wish),
        kinds=KINDS,
        wish=wish,
        signed=signed,
    )


def _ahead(where: dict[str, Any], found: BoardPupils | BoardTeachers | NoReport) -> dict[str, Any]:
    """Why a forecast is not there, or the way to pass it on with the numbers that were filled in."""
    if isinstance(found, NoReport):
        return {"why_not": found.reason}
    typed = where | kept(request.args, found.inputs)
    return {"why_not": None, "share_url": url_for("sharing.share_of_board", **typed)}


def of_board(product: Product) -> list[Report]:
    """The reports of a board that a product opens."""
    return catalogue.opened(product.reports, About.BOARD)


def _found(product_name: str, board_number: str) -> tuple[Product, RegisterBoard]:
    product = reader.scalar(select(Product).where(Product.name == product_name, Product.has_reports))
    board = register.board(board_number)
    if product is None or board is None or not dossier.may_see_board(reader(), person(), board.number):
        raise NotFoundError
    return product, board


def _judged(product_name: str, board_number: str, report_name: str) -> tuple[Judged, Report]:
    product, board = _found(product_name, board_number)
    report = next((each for each in of_board(product) if each.name == report_name), None)
    if report is None:
        raise NotFoundError
    verdicts = at_the_gate.verdicts(
        reader(),
        person(),
        register.locations_of(board.number),
        product,
        at=clock.now(),
        contact=settings().contact,
    )
    return Judged(
        product,
        board,
        [location for location, verdict in verdicts if verdict.is_open],
        [(location, verdict) for location, verdict in verdicts if not verdict.is_open],
    ), report


def _nav_item(judged: Judged, each: Report, current: Report) -> dict[str, object]:
    product, board = judged.product.name, judged.board.number
    url = url_for(".show", product_name=product, board_number=board, report_name=each.name)
    return {"label": say(each.title), "url": url, "current": each is current}


def _why(location: RegisterLocation, verdict: Verdict) -> dict[str, object]:
    """The first reason, as the gate of this school says it."""
    first = next(each.findings[0] for each in verdict.judged if not each.kept)
    return {
        "location": location,
        "sentence": say(first.sentence, **first.values),
        "fixed_by": say(first.fixed_by),
        "missing": len(verdict.missing),
    }


def _wish() -> Wish:
    return wished(sorts=tuple(SORTS), first="target", filters={"kind": list(KINDS)})


def _arranged(found: Overview, wish: Wish) -> list[Line]:
    return arranged(found.lines, text=wish.q, kind=wish.chosen["kind"], sort=wish.sort, descending=wish.descending)
