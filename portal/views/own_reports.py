"""Suppliers' own reports, for who publishes them: the overview, a file, what it is and for whom, and withdrawing."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal import clock
from portal.database import reader
from portal.documents import vault
from portal.documents.report_files import KINDS, LARGEST
from portal.errors import InvalidError, NotFoundError
from portal.offers import products, suppliers
from portal.offers.tables import Product
from portal.parties.spelling import clean, clean_lines
from portal.reports import own_reading, own_recipients, own_reports
from portal.reports.own_reading import HOLDS, REPLACED, WITHDRAWN, Line
from portal.reports.own_tables import OwnReport, OwnReportFile
from portal.views.desk import SHOWN, actor, spoken, with_faults
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.own_report_files import file_response
from portal.views.own_report_forms import FileForm, begun, in_order, report_form, wanted
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say, say_count

bp = Blueprint("own_reports", __name__, url_prefix="/leverancier")
STATES = {
    HOLDS: ("done", mark("gepubliceerd")),
    REPLACED: ("neutral", mark("vervangen")),
    WITHDRAWN: ("problem", mark("ingetrokken")),
}
NAMED_AT_MOST = 2
"""So many organisations are named in the overview; of more their number."""
LARGEST_FILE = max(LARGEST.values())


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<product_name>/rapporten")
def index(product_name: str) -> ResponseReturnValue:
    """What is published for whom, in which version, and how many opened it."""
    product = _product(product_name)
    wish, chosen = _chosen(product)
    return render_template(
        "own_reports/index.html",
        product=product,
        wish=wish,
        rows=[_row(each) for each in chosen[wish.offset(SHOWN) :][:SHOWN]],
        total=len(chosen),
        pages=pages_of(len(chosen), SHOWN),
        states=STATES,
        kinds=KINDS,
        export_url=export_url(".index_csv", wish, product_name=product.name),
    )


@bp.get("/<product_name>/rapporten.csv")
def index_csv(product_name: str) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    columns = [say("Titel"), say("Versie"), say("Eerste dag"), say("Laatste dag"), say("Soort"), say("Voor wie")]
    columns += [say("Persoonsgegevens"), say("Gepubliceerd"), say("Tot"), say("Status"), say("Geopend door")]
    columns += [say("Bestand"), say("Controlegetal (SHA-256)")]
    rows = [
        (
            each.report.title,
            each.report.version,
            each.report.period_from,
            each.report.period_until,
            say(KINDS[each.report.kind]),
            _for_whom(each) if each.report.for_all else ", ".join(key.partition(":")[2] for key in each.recipients),
            each.report.personal,
            each.report.since,
            each.report.until,
            say(STATES[each.state][1]),
            each.opened,
            each.report.file_name,
            each.report.blob,
        )
        for each in _chosen(_product(product_name))[1]
    ]
    return csv_response("eigen-rapporten", columns, rows)


@bp.route("/<product_name>/rapporten/nieuw", methods=["GET", "POST"])
def begin(product_name: str) -> ResponseReturnValue:
    """Choose the file of a new report; what is wrong with it is said at once."""
    return _choose_file(_product(product_name), None)


@bp.route("/rapporten/<uuid:report_id>/nieuwe-versie", methods=["GET", "POST"])
def begin_next(report_id: UUID) -> ResponseReturnValue:
    """Choose the file of the next version of a report."""
    found = _report(report_id)
    return _choose_file(found.product, found)


@bp.route("/rapporten/klaar/<uuid:file_id>", methods=["GET", "POST"])
def publish(file_id: UUID) -> ResponseReturnValue:
    """Say what the report is and for whom, and publish it; or throw the file away."""
    found = reader.get(OwnReportFile, file_id)
    if found is None or found.made_by != actor():
        _report(file_id)  # it was pressed twice, or it is not there
        return redirect(url_for(".show", report_id=file_id))
    product = _product(found.product.name)
    if request.method == "POST" and request.form.get("say") == "throw_away":
        own_reports.throw_away(file_id, by=actor())
        flash(say("Het bestand is weggegooid. Er is niets gepubliceerd."), "done")
        return redirect(url_for(".index", product_name=product.name))
    if request.method == "GET":
        return _publish_page(found, report_form(first=begun(found)))
    form = report_form(request.form)
    form.validate()
    faults = {name: form[name].errors[0] for name in ("period_from", "period_until") if form[name].errors}
    try:
        own_reports.publish(file_id, wanted(form), by=actor(), faults=faults)
    except InvalidError as fault:
        return _publish_page(found, form, with_faults(form, in_order(form, fault.fields))), fault.status
    flash(say("Het rapport is gepubliceerd."), "done")
    return redirect(url_for(".show", report_id=file_id))


@bp.get("/rapporten/klaar/<uuid:file_id>/bestand")
def kept_file(file_id: UUID) -> ResponseReturnValue:
    """The file as it will be published, for who chose it."""
    found = reader.get(OwnReportFile, file_id)
    if found is None or found.made_by != actor():
        raise NotFoundError
    _product(found.product.name)
    return file_response(found.content, found.kind, found.file_name)


@bp.get("/rapporten/<uuid:report_id>")
def show(report_id: UUID) -> ResponseReturnValue:
    """One version: what it is, for whom, how many opened it, and the other versions."""
    found = _report(report_id)
    line = own_reading.line(reader(), found)
    return render_template(
        "own_reports/show.html",
        report=found,
        row=_row(line),
        why=found.why,
        kind=KINDS[found.kind],
        recipients=own_recipients.named(reader(), list(line.recipients)),
        versions=[_row(own_reading.line(reader(), each)) for each in own_reading.versions(reader(), found)],
        megabytes=found.size / 2**20,
    )


@bp.get("/rapporten/<uuid:report_id>/bestand")
def file(report_id: UUID) -> Response:
    """The file of a version, for who publishes for the product."""
    found = _report(report_id)
    return file_response(vault.content(found.blob), found.kind, found.file_name)


@bp.route("/rapporten/<uuid:report_id>/intrekken", methods=["GET", "POST"])
def withdraw(report_id: UUID) -> ResponseReturnValue:
    """Asked before a report is withdrawn; then it is."""
    found = _report(report_id)
    why = clean_lines(request.form.get("why"))
    if request.method == "GET":
        return render_template("own_reports/withdraw.html", report=found, why="", fault="", errors=[])
    try:
        own_reports.withdraw(report_id, why=why, by=actor())
    except InvalidError as fault:
        sentence = fault.fields["why"]
        errors = [("why", sentence)]
        return render_template(
            "own_reports/withdraw.html", report=found, why=why, fault=sentence, errors=errors
        ), fault.status
    flash(say("Het rapport is ingetrokken."), "done")
    return redirect(url_for(".show", report_id=report_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _product(name: str) -> Product:
    product = products.find(reader(), name)
    if not product.has_reports or suppliers.authority_over(reader(), actor(), product) is None:
        raise NotFoundError
    return product


def _report(report_id: UUID) -> OwnReport:
    found = reader.get(OwnReport, report_id)
    if found is None:
        raise NotFoundError
    _product(found.product.name)
    return found


def _chosen(product: Product) -> tuple[Wish, list[Line]]:
    wish = wished(
        sorts=("title", "period", "since", "opened"),
        first="-since",
        filters={"state": list(STATES), "kind": list(KINDS)},
    )
    chosen = [
        each
        for each in own_reading.lines(reader(), product.id)
        if wish.q.casefold() in f"{each.report.title} {each.report.version} {' '.join(each.recipients)}".casefold()
        and wish.chosen["state"] in ("", each.state)
        and wish.chosen["kind"] in ("", each.report.kind)
    ]
    keys: dict[str, Any] = {
        "title": lambda each: (each.report.title.casefold(), each.report.version),
        "period": lambda each: (each.report.period_until, each.report.period_from),
        "since": lambda each: each.report.since,
        "opened": lambda each: each.opened,
    }
    return wish, sorted(chosen, key=keys[wish.sort], reverse=wish.descending)


def _row(line: Line) -> dict[str, Any]:
    report = line.report
    kind, words = STATES[line.state]
    return {
        "url": url_for(".show", report_id=report.id),
        "title": report.title,
        "version": report.version,
        "period": period(report),
        "kind": say(KINDS[report.kind]),
        "whom": _for_whom(line),
        "since": moment(report.since),
        "state_kind": kind,
        "state_text": say(words),
        "opened": line.opened,
        "holds": line.state == HOLDS,
    }


def period(report: OwnReport) -> str:
    """The days that a report is about."""
    return say("%(first)s tot en met %(last)s", first=day(report.period_from), last=day(report.period_until))


def _for_whom(line: Line) -> str:
    if line.report.for_all:
        return say("alle organisaties met het product")
    if len(line.recipients) <= NAMED_AT_MOST:
        return ", ".join(each.partition(":")[2] for each in line.recipients)
    return say_count("%(count)s organisatie", "%(count)s organisaties", len(line.recipients))


def _choose_file(product: Product, after: OwnReport | None) -> ResponseReturnValue:
    form, errors, status = spoken(FileForm()), [], 200
    if request.method == "POST":
        try:
            content, name = _sent()
            file_id = own_reports.keep_file(product.id, content, name, by=actor(), after=after.id if after else None)
            return redirect(url_for(".publish", file_id=file_id))
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
    return render_template(
        "own_reports/choose.html",
        product=product,
        after=after,
        form_fields=form,
        errors=errors,
        most=LARGEST_FILE // 2**20,
    ), status


def _sent() -> tuple[bytes, str]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidError("", {"file": say("Kies eerst een bestand.")})
    return sent.stream.read(LARGEST_FILE + 1), clean(sent.filename)


def _publish_page(found: OwnReportFile, form: Form, errors: Iterable[tuple[str, str]] = ()) -> str:
    before = reader.query(OwnReport).filter_by(series=found.series, until=None).first() if found.series else None
    return render_template(
        "own_reports/publish.html",
        file=found,
        kind=KINDS[found.kind],
        megabytes=found.size / 2**20,
        before=before,
        form_fields=form,
        errors=list(errors),
        today=clock.today(),
    )
