"""Suppliers' own reports, for a school: behind the same gate as every report of the product, for who they are named."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.database import reader
from portal.documents import vault
from portal.documents.report_files import KINDS
from portal.errors import NotFoundError
from portal.offers.tables import Product
from portal.parties import retention
from portal.parties.register import RegisterLocation
from portal.reports import own_reading
from portal.reports.own_tables import OwnReport
from portal.views.own_report_files import file_response
from portal.views.own_reports import period
from portal.views.reports import found_report, shut
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, visitor
from portal.wording import mark, moment

bp = Blueprint("own_report_pages", __name__, url_prefix="/rapporten")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<product_name>/<code>/eigen")
def index(product_name: str, code: str) -> ResponseReturnValue:
    """The own reports of the product that are for this school."""
    product, location = found_report(product_name, code)
    if closed := shut(location, product):
        return closed
    return render_template(
        "own_reports/for_school.html",
        product=product,
        location=location,
        rows=[
            {
                "id": each.id,
                "title": each.title,
                "version": each.version,
                "period": period(each),
                "kind": KINDS[each.kind],
                "since": moment(each.since),
            }
            for each in own_reading.for_school(reader(), product.id, location)
        ],
    )


@bp.get("/<product_name>/<code>/eigen/<uuid:report_id>")
def show(product_name: str, code: str, report_id: UUID) -> ResponseReturnValue:
    """One of them: a PDF or a page is shown, a spreadsheet is fetched."""
    product, location, report = _found(product_name, code, report_id)
    if closed := shut(location, product):
        return closed
    newer = own_reading.next_version(reader(), report) if report.until else None
    return render_template(
        "own_reports/read.html",
        product=product,
        location=location,
        report=report,
        kind=KINDS[report.kind],
        period=period(report),
        state=own_reading.state_of(report),
        newer=newer,
        kept_months=round(retention.OPENING.days / 30.4),
        newer_is_here=newer is not None
        and own_reading.one_for_school(reader(), newer.id, product.id, location) is not None,
    )


@bp.get("/<product_name>/<code>/eigen/<uuid:report_id>/bestand")
def file(product_name: str, code: str, report_id: UUID) -> ResponseReturnValue:
    """The file itself, behind the same gate; that somebody opened it is noted."""
    product, location, report = _found(product_name, code, report_id)
    if closed := shut(location, product):
        return closed
    if report.until is not None:
        raise NotFoundError(mark("Dit rapport is ingetrokken of vervangen. Het bestand is er niet meer."))
    answer = file_response(vault.content(report.blob), report.kind, report.file_name)
    own_reading.note_opening(report_id, person().id)
    return answer


def _found(product_name: str, code: str, report_id: UUID) -> tuple[Product, RegisterLocation, OwnReport]:
    product, location = found_report(product_name, code)
    report = own_reading.one_for_school(reader(), report_id, product.id, location)
    if report is None:
        raise NotFoundError
    return product, location, report
