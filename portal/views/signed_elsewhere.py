"""Agreements signed elsewhere, for the service desk and a supplier's administrators: handed in, looked at, taken in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, Form, TextAreaField

from portal import clock
from portal.cases import access
from portal.cases.agreements import elsewhere, elsewhere_files, taking_in
from portal.cases.agreements.agreed import STANDINGS, Standing, standing, state
from portal.cases.agreements.elsewhere_files import COLUMNS, OPTIONAL, Fault, Unfit
from portal.cases.agreements.tables import SignedElsewhere
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties.spelling import clean_lines
from portal.views.desk import SHOWN, spoken, with_faults
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say, say_count

bp = Blueprint("signed_elsewhere", __name__, url_prefix="/elders-getekend")
SORTS = {
    "board": lambda each: each.board.name.casefold(),
    "product": lambda each: each.product.title.casefold(),
    "since": lambda each: each.since,
    "entered": lambda each: each.entered_at,
}


class HandInForm(Form):
    """A sheet with a line for each agreement, and their files."""

    sheet = FileField(mark("Spreadsheet (CSV of XLSX)"), render_kw={"accept": ".csv,.xlsx"})
    files = FileField(mark("ZIP-bestand met de PDF's"), render_kw={"accept": ".zip"})


class EndForm(Form):
    """Why an agreement ends."""

    why = TextAreaField(
        mark("Waarom eindigt deze overeenkomst?"),
        filters=[clean_lines],
        render_kw={"rows": 3, "maxlength": elsewhere.LONGEST_WHY},
    )


@bp.before_request
def _who_may_take_in() -> ResponseReturnValue | None:
    if visitor().person_id is None:
        return sign_in_first()
    if not taking_in.products_for(reader(), visitor()):
        raise NotFoundError
    return None


@bp.get("")
def index() -> ResponseReturnValue:
    """Everything that was taken in about the products of this visitor."""
    wish, everything, chosen = _chosen()
    is_desk = access.is_service_desk(visitor())
    return render_template(
        "signed_elsewhere/index.html",
        wish=wish,
        rows=[_row(each, is_desk=is_desk) for each in chosen[wish.offset(SHOWN) :][:SHOWN]],
        total=len(chosen) if wish.q or wish.chosen["state"] else len(everything),
        pages=pages_of(len(chosen), SHOWN),
        states=STANDINGS,
        is_desk=is_desk,
        export_url=export_url(".index_csv", wish),
    )


@bp.get("/elders-getekend.csv")
def index_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    columns = [say("Schoolbestuur"), say("Product"), say("Versie"), say("Getekend op"), say("Vanaf"), say("Tot")]
    columns += [say("Status"), say("Bestand"), say("Controlegetal (SHA-256)")]
    rows = [
        (
            each.board.name,
            each.product.title,
            each.version,
            each.signed_on,
            clock.day_of(each.since),
            clock.day_of(each.until) if each.until else None,
            say(_state(each)[1]),
            each.file_name,
            each.blob,
        )
        for each in _chosen()[2]
    ]
    return csv_response("elders-getekend", columns, rows)


@bp.route("/nieuw", methods=["GET", "POST"])
def hand_in() -> ResponseReturnValue:
    """Hand in a sheet and its files; what is wrong is named line by line, and nothing is kept."""
    form = spoken(HandInForm(request.form))
    if request.method == "GET":
        return _hand_in_page(form, [], [])
    sheet, archive = (request.files.get(name) for name in ("sheet", "files"))
    asked = {"sheet": say("Kies eerst een spreadsheet."), "files": say("Kies eerst een ZIP-bestand.")}
    if missing := {name: said for name, said in asked.items() if not request.files.get(name)}:
        return _hand_in_page(form, with_faults(form, missing), []), 422
    try:
        upload_id = taking_in.hand_in(
            sheet=sheet.stream.read(elsewhere_files.LARGEST_ZIP + 1) if sheet else b"",
            archive=archive.stream.read(elsewhere_files.LARGEST_ZIP + 1) if archive else b"",
            by=visitor(),
        )
    except Unfit as fault:
        return _hand_in_page(form, with_faults(form, fault.fields), fault.faults), fault.status
    except InvalidError as fault:
        return _hand_in_page(form, with_faults(form, fault.fields), []), fault.status
    return redirect(url_for(".take_in", upload_id=upload_id))


@bp.route("/nieuw/<uuid:upload_id>", methods=["GET", "POST"])
def take_in(upload_id: UUID) -> ResponseReturnValue:
    """What would be taken in; then all of it is, or it is thrown away."""
    if request.method == "POST" and request.form.get("say") == "throw_away":
        taking_in.throw_away(upload_id, by=visitor())
        flash(say("Er is niets vastgelegd."), "done")
        return redirect(url_for(".index"))
    try:
        if request.method == "POST":
            count = taking_in.take_in(upload_id, by=visitor())
            done = say_count(
                "%(count)s overeenkomst is vastgelegd.", "%(count)s overeenkomsten zijn vastgelegd.", count
            )
            flash(done, "done")
            return redirect(url_for(".index"))
        found = taking_in.planned(upload_id, by=visitor())
    except Unfit as fault:
        form = spoken(HandInForm())
        return _hand_in_page(form, with_faults(form, fault.fields), fault.faults), fault.status
    return render_template(
        "signed_elsewhere/take_in.html",
        rows=[
            (
                each.board.name,
                each.product.title,
                each.line.version,
                day(each.line.signed_on),
                day(each.line.since),
                day(each.line.until) if each.line.until else say("geen einddatum"),
                each.line.file,
            )
            for each in found
        ],
    )


@bp.route("/<uuid:agreement_id>/beeindigen", methods=["GET", "POST"])
def end(agreement_id: UUID) -> ResponseReturnValue:
    """End one, with a reason, after being asked; for the service desk."""
    found = reader.get(SignedElsewhere, agreement_id)
    if found is None or not access.is_service_desk(visitor()):
        raise NotFoundError
    form = spoken(EndForm(request.form))
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            elsewhere.end(agreement_id, why=form.why.data or "", by=visitor())
            flash(say("De overeenkomst is beëindigd."), "done")
            return redirect(url_for(".index"))
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
    return render_template("signed_elsewhere/end.html", found=found, form_fields=form, errors=errors), status


def _hand_in_page(form: HandInForm, errors: list[tuple[str, str]], faults: list[Fault]) -> str:
    titles = [title for name, title in COLUMNS.items() if name not in OPTIONAL]
    return render_template(
        "signed_elsewhere/hand_in.html",
        form_fields=form,
        errors=errors,
        faults=faults,
        columns=titles,
        optional=[COLUMNS[name] for name in OPTIONAL],
        most=elsewhere_files.MOST_LINES,
    )


def _standing(each: SignedElsewhere) -> Standing:
    return standing(each.since, each.until, at=clock.now())


def _state(each: SignedElsewhere) -> tuple[str, str]:
    return state(_standing(each), is_confirmed=each.confirmed_at is not None)


def _chosen() -> tuple[Wish, list[SignedElsewhere], list[SignedElsewhere]]:
    wish = wished(sorts=SORTS, first="-entered", filters={"state": list(STANDINGS)})
    products = [each.id for each in taking_in.products_for(reader(), visitor())]
    everything = elsewhere.about(reader(), products)
    wanted, state = wish.q.casefold(), wish.chosen["state"]
    kept = [
        each
        for each in everything
        if state in ("", _standing(each))
        and wanted in f"{each.board.name} {each.product.title} {each.version}".casefold()
    ]
    return wish, everything, sorted(kept, key=SORTS[wish.sort], reverse=wish.descending)


def _row(each: SignedElsewhere, *, is_desk: bool) -> dict[str, Any]:
    kind, words = _state(each)
    may_end = is_desk and _standing(each) != Standing.ENDED
    here: dict[str, Any] = {"organisation_id": each.product.supplier_id, "agreement_id": each.id}
    return {
        "board": each.board.name,
        "product": each.product.title,
        "version": each.version,
        "url": url_for("agreements.show", **here),
        "since": day(clock.day_of(each.since)),
        "until": day(clock.day_of(each.until), weekday=True) if each.until else say("geen einddatum"),
        "state_kind": kind,
        "state_text": say(words),
        "why": each.why_ended,
        "end_url": url_for(".end", agreement_id=each.id) if may_end else None,
    }
