"""For who administers a school: who there may open what, what each still lacks, and reminding whoever can mend it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, dossier
from portal.database import reader
from portal.dossier import matrix
from portal.dossier.matrix import Row
from portal.errors import NotFoundError
from portal.gate.judge import Condition
from portal.offers import gate_reminders
from portal.offers.gate_reminders import Lack
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.register import RegisterLocation
from portal.parties.tables import Person
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.reports import found_report, products_with_reports, remind_url
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, visitor
from portal.wording import mark, moment, say
from workflows.vocabulary import ROLE_NAMES, Role

bp = Blueprint("matrix", __name__, url_prefix="/wie-mag-wat")
SHOWN = 25
STATES = {"shut": mark("iets dicht"), "open": mark("alles open")}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """The schools that one administers; of one alone, its page."""
    schools = matrix.administered(reader(), person().id)
    if not schools:
        raise NotFoundError
    if len(schools) == 1:
        return redirect(url_for(".school", code=schools[0].code))
    wish = wished(sorts=("place", "name"), first="place")
    shown = [each for each in schools if wish.q.casefold() in f"{each.name} {each.place} {each.code}".casefold()]
    shown.sort(key=lambda each: (getattr(each, wish.sort).casefold(), each.name), reverse=wish.descending)
    return render_template(
        "matrix/index.html",
        wish=wish,
        rows=[
            [{"text": each.name, "url": url_for(".school", code=each.code)}, each.place, each.code]
            for each in shown[wish.offset(SHOWN) :][:SHOWN]
        ],
        total=len(shown),
        pages=pages_of(len(shown), SHOWN),
    )


@bp.get("/<code>")
def school(code: str) -> ResponseReturnValue:
    """Everybody at one school before the gate of every product."""
    location, products, wish = _found(code), products_with_reports(), _wish()
    found = _rows(location, products, wish)
    return render_template(
        "matrix/school.html",
        location=location,
        products=products,
        wish=wish,
        rows=[_cells(each, location) for each in found[wish.offset(SHOWN) :][:SHOWN]],
        total=len(found),
        pages=pages_of(len(found), SHOWN),
        states=STATES,
        export_url=export_url(".school_csv", wish, code=code),
    )


@bp.get("/<code>/lijst.csv")
def school_csv(code: str) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    location, products = _found(code), products_with_reports()
    columns = [say("Naam"), say("Rol"), *(each.title for each in products)]
    rows = [
        [each.name, _roles(each), *(_in_words(one.missing) for one in each.cells)]
        for each in _rows(location, products, _wish())
    ]
    return csv_response("wie-mag-wat", columns, rows)


@bp.get("/<code>/<uuid:person_id>/<product_name>")
def one(code: str, person_id: UUID, product_name: str) -> ResponseReturnValue:
    """One person before one gate: what is in order, what is missing, and who can do something about it."""
    location = _found(code)
    product = next((each for each in products_with_reports() if each.name == product_name), None)
    row = (
        next(
            (
                each
                for each in matrix.rows(reader(), location, [product], at=clock.now())
                if each.person_id == person_id
            ),
            None,
        )
        if product
        else None
    )
    if product is None or row is None:
        raise NotFoundError
    return render_template(
        "matrix/person.html",
        location=location,
        product=product,
        row=row,
        roles=_roles(row),
        missing=[_missing(each, row, product, location) for each in row.cells[0].missing],
    )


@bp.route("/herinneren/<product_name>/<code>/<condition>", methods=["GET", "POST"])
def remind(product_name: str, code: str, condition: str) -> ResponseReturnValue:
    """Ask whoever can mend it to do so: first what will be sent and to whom, then sent."""
    product, location = found_report(product_name, code)
    about = _about(location)
    lacking = next(
        (
            each
            for each in matrix.missing(reader(), about.id, location, product, at=clock.now())
            if each.code == condition
        ),
        None,
    )
    if lacking is None:
        raise NotFoundError
    lack = _lack(lacking, about, product, location)
    back = _back(about, product, location)
    if request.method == "POST":

        def whom(session: Session) -> Sequence[Person]:
            lacks = matrix.missing(session, about.id, location, product, at=clock.now())
            is_so = any(each.code == condition for each in lacks)
            return matrix.who_can_mend(session, condition, about, location) if is_so else ()

        names = gate_reminders.remind(lack, by=person(), whom=whom)
        if names:
            flash(say("Er is een mail gestuurd aan %(names)s.", names=", ".join(names)), "done")
        else:
            flash(say("Hierover is al een mail gestuurd. Na zeven dagen kan het opnieuw."), "info")
        return redirect(back)
    others = [each for each in matrix.who_can_mend(reader(), condition, about, location) if each.id != person().id]
    if not others:
        raise NotFoundError
    return render_template(
        "matrix/remind.html",
        location=location,
        product=product,
        lack=lack,
        back=back,
        whom=[(each.name, _asked_on(lack, each)) for each in others],
    )


# --- How ---------------------------------------------------------------------------------------------------------


def _found(code: str) -> RegisterLocation:
    location = register.location(code)
    if location is None or not matrix.administers(reader(), person().id, code):
        raise NotFoundError
    return location


def _about(location: RegisterLocation) -> Person:
    """Whose gate it is: one's own, or that of somebody at a school that one administers."""
    wanted = request.args.get("wie", "")
    if not wanted:
        return person()
    try:
        key = UUID(wanted)
    except ValueError:
        raise NotFoundError from None
    found = reader.get(Person, key)
    if found is None or not matrix.administers(reader(), person().id, location.code):
        raise NotFoundError
    if not dossier.may_see_gate(reader(), found, location):
        raise NotFoundError
    return found


def _wish() -> Wish:
    return wished(sorts=("name", "open"), first="name", filters={"state": tuple(STATES)})


def _rows(location: RegisterLocation, products: Sequence[Product], wish: Wish) -> list[Row]:
    found = [
        each
        for each in matrix.rows(reader(), location, products, at=clock.now())
        if wish.q.casefold() in each.name.casefold()
        and wish.chosen["state"] in ("", "open" if each.opens == len(products) else "shut")
    ]
    if wish.sort == "open":
        return sorted(found, key=lambda each: each.opens, reverse=wish.descending)
    return sorted(found, key=lambda each: each.name.casefold(), reverse=wish.descending)


def _cells(row: Row, location: RegisterLocation) -> list[Any]:
    cells: list[Any] = [row.name, _roles(row)]
    for each in row.cells:
        if each.is_open:
            cells.append({"status_kind": "done", "status_text": say("open")})
        else:
            url = url_for(".one", code=location.code, person_id=row.person_id, product_name=each.product.name)
            about = f"{row.name}, {each.product.title}"
            cells.append({"text": _in_words(each.missing), "url": url, "about": about})
    return cells


def _roles(row: Row) -> str:
    return ", ".join(say(ROLE_NAMES[Role(each)]) for each in row.roles)


def _in_words(missing: Sequence[Condition]) -> str:
    if not missing:
        return say("open")
    return say("dicht: %(what)s", what="; ".join(say(each.lacks) for each in missing))


def _missing(condition: Condition, row: Row, product: Product, location: RegisterLocation) -> dict[str, Any]:
    about = reader.get_one(Person, row.person_id)
    those = matrix.who_can_mend(reader(), condition.code, about, location)
    lack = _lack(condition, about, product, location)
    return {
        "lacks": say(condition.lacks),
        "who": ", ".join(each.name for each in those) or say("de servicedesk"),
        "url": remind_url(condition.code, about, product, location),
        "asked": next((on for each in those if (on := _asked_on(lack, each))), ""),
    }


def _asked_on(lack: Lack, to: Person) -> str:
    at = gate_reminders.last_sent(reader(), lack, to.id)
    return moment(at) if at else ""


def _lack(condition: Condition, about: Person, product: Product, location: RegisterLocation) -> Lack:
    what = f"{about.name}: {say(condition.lacks)}" if condition.code == "member" else say(condition.unmet)
    return Lack(condition.code, product.name, product.title, location.code, location.name, what)


def _back(about: Person, product: Product, location: RegisterLocation) -> str:
    if about.id == person().id:
        return url_for("reports.gate", product_name=product.name, code=location.code)
    return url_for(".one", code=location.code, person_id=about.id, product_name=product.name)
