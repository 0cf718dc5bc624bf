"""Reports, and the gate before each: the same judgement opens the report or explains why not."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import clock, dossier
from portal.cases.catalogue import current
from portal.database import reader
from portal.dossier import at_the_gate, matrix
from portal.errors import NotFoundError
from portal.gate.judge import Judged, Verdict
from portal.offers import applications
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.register import RegisterLocation
from portal.parties.spelling import clean
from portal.parties.tables import Person
from portal.reports import catalogue, datasets, own_reading
from portal.reports.catalogue import About, Report
from portal.views import report_pages
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import say

bp = Blueprint("reports", __name__, url_prefix="/rapporten")
PAGE = 20


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """Every report of every school that concerns this person, with how far its gate is."""
    text, page = clean(request.args.get("q"))[:100], max(1, request.args.get("page", 1, type=int) or 1)
    schools = [each for each in dossier.schools_of(reader(), person()) if _matches(each, text)]
    here = schools[(page - 1) * PAGE : page * PAGE]
    products = products_with_reports()
    if "only" in request.args and len(schools) == len(products) == 1:
        return redirect(url_for(".show", product_name=products[0].name, code=schools[0].code))
    return render_template(
        "reports/index.html",
        boards=[
            (board, product, board_reports)
            for board in (dossier.boards_of(reader(), person()) if page == 1 and not text else [])
            for product in products
            if (board_reports := catalogue.opened(product.reports, About.BOARD))
        ],
        rows=[gate_card(school, product) for school in here for product in products],
        q=text,
        page=page,
        pages=max(1, -(-len(schools) // PAGE)),
        administers=bool(matrix.administered(reader(), person().id)),
        total=len(schools),
    )


@bp.get("/<product_name>/<code>")
def show(product_name: str, code: str) -> ResponseReturnValue:
    """The first report of a school that a product opens, or what is missing, who can fix it and where."""
    product, location = found_report(product_name, code)
    return _page(location, product, next(iter(_suited(product, location)), None))


@bp.get("/<product_name>/<code>/<report_name>")
def one(product_name: str, code: str, report_name: str) -> ResponseReturnValue:
    """One report of a school, behind the same gate."""
    product, location = found_report(product_name, code)
    report = next((each for each in _opened(product) if each.name == report_name), None)
    if report is None:
        raise NotFoundError
    return _page(location, product, report)


@bp.get("/<product_name>/<code>/poort")
def gate(product_name: str, code: str) -> ResponseReturnValue:
    """The gate of a report, open or shut, with every condition."""
    product, location = found_report(product_name, code)
    return render_template("reports/gate.html", **_gate(location, product, _judge(location, product)))


def shut(location: RegisterLocation, product: Product) -> ResponseReturnValue | None:
    """The page of the gate, where it is shut for whoever asks; none where it is open."""
    verdict = _judge(location, product)
    return None if verdict.is_open else (render_template("reports/gate.html", **_gate(location, product, verdict)), 403)


def every_product() -> list[Product]:
    """All products, by title."""
    return list(reader.scalars(select(Product).order_by(Product.title)))


def products_with_reports() -> list[Product]:
    """The products that have a gate."""
    return [each for each in every_product() if each.has_reports]


def gate_card(school: RegisterLocation, product: Product) -> dict[str, object]:
    """How far the gate of one report of one school is for whoever is signed in."""
    return {"school": school, "product": product, "verdict": _judge(school, product)}


def found_report(product_name: str, code: str) -> tuple[Product, RegisterLocation]:
    """The product and the school of an address, for who has to do with the school."""
    product = reader.scalar(select(Product).where(Product.name == product_name, Product.has_reports))
    location = register.location(code)
    if product is None or location is None or not dossier.may_see_gate(reader(), person(), location):
        raise NotFoundError
    return product, location


def remind_url(code: str, about: Person, product: Product, location: RegisterLocation) -> str | None:
    """Where one asks somebody else to mend what this person lacks; none where nobody else can."""
    those = matrix.who_can_mend(reader(), code, about, location)
    if all(each.id == person().id for each in those):
        return None
    whom: dict[str, Any] = {} if about.id == person().id else {"wie": about.id}
    return url_for("matrix.remind", product_name=product.name, code=location.code, condition=code, **whom)


def _opened(product: Product) -> list[Report]:
    return catalogue.opened(product.reports, About.LOCATION)


def _suited(product: Product, location: RegisterLocation) -> list[Report]:
    """Those of which there can be figures for this school; if there are none, all, and each says why not."""
    every = _opened(product)
    return [each for each in every if location.sector in each.sectors] or every


def _page(location: RegisterLocation, product: Product, report: Report | None) -> ResponseReturnValue:
    """A report behind its gate; of a product that opens none, the gate itself."""
    verdict = _judge(location, product)
    if not verdict.is_open:
        return render_template("reports/gate.html", **_gate(location, product, verdict)), 403
    if report is None:
        return render_template("reports/gate.html", **_gate(location, product, verdict))
    page = report_pages.of_location(report, location)
    return render_template(
        "reports/school.html",
        location=location,
        product=product,
        report=report,
        nav_items=[
            {
                "label": say(each.title),
                "url": url_for(".one", product_name=product.name, code=location.code, report_name=each.name),
                "current": each is report,
            }
            for each in _suited(product, location)
        ],
        why_not=page.why_not,
        share_url=url_for(
            "sharing.share",
            product_name=product.name,
            code=location.code,
            report_name=report.name,
            **page.typed,
        ),
        aims_url=_aims_url(location, product),
        own_reports=own_reading.count(reader(), product.id, location),
        page_template=page.template,
        **page.values,
    )


def _aims_url(location: RegisterLocation, product: Product) -> str | None:
    """Where the ambition of the school is set, for who may."""
    may = dossier.sets_ambition_for(reader(), person(), location) is not None
    return url_for("ambitions.change", product_name=product.name, code=location.code) if may else None


def _judge(location: RegisterLocation, product: Product) -> Verdict:
    return at_the_gate.verdict(reader(), person(), location, product, at=clock.now(), contact=settings().contact)


def _gate(location: RegisterLocation, product: Product, verdict: Verdict) -> dict[str, object]:
    opens_card = verdict.is_open and catalogue.SCHOOL_CARD in product.reports
    return {
        "location": location,
        "product": product,
        "verdict": verdict,
        "rows": [_row(each, location, product) for each in verdict.judged],
        "application": applications.for_school(product.application, location.code),
        "aims_url": _aims_url(location, product),
        "first": next(iter(_suited(product, location)), None),
        "own_reports": own_reading.count(reader(), product.id, location) if verdict.is_open else 0,
        "no_card": datasets.why_no_card(location.code) if opens_card else None,
    }


def _row(judged: Judged, location: RegisterLocation, product: Product) -> dict[str, object]:
    finding = judged.findings[0] if judged.findings else None
    url, sends = None, {}
    if finding and finding.page:
        endpoint, parameters = finding.page
        here = url_for("reports.show", product_name=product.name, code=location.code)
        values: dict[str, Any] = {**parameters, "next": here}
        if _starts_at_once(endpoint, parameters):
            name = values.pop("workflow_name")
            url, sends = url_for(endpoint, workflow_name=name), values
        else:
            url = url_for(endpoint, **values)
    return {
        "title": say(judged.condition.title if judged.kept else judged.condition.unmet),
        "kept": judged.kept,
        "notices": [say(each.sentence, **each.values) for each in judged.notices],
        "sentence": say(finding.sentence, **finding.values) if finding else None,
        "fixed_by": say(finding.fixed_by) if finding else None,
        "url": url,
        "sends": sends,
        "url_text": say(finding.page_text) if finding else None,
        "remind_url": remind_url(judged.condition.code, person(), product, location) if finding else None,
    }


def _starts_at_once(endpoint: str, parameters: Mapping[str, str]) -> bool:
    """Whether the page that mends it would only ask to begin: what takes one sitting begins at the button itself."""
    return endpoint == "cases.begin" and current(parameters["workflow_name"]).one_sitting


def _matches(location: RegisterLocation, text: str) -> bool:
    return text.casefold() in f"{location.name} {location.place} {location.code}".casefold()
