"""Suppliers' own pages: their products, and of each the versions and drafts of its processor agreement."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal import clock
from portal.cases import access
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.offers import drafting, products, publications, suppliers
from portal.offers.agreements import files, parts
from portal.offers.agreements.agreement import Agreement
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Product, Publication
from portal.views.desk import actor, spoken, with_faults
from portal.views.draft_forms import FileForm
from portal.views.products import standing
from portal.views.reports import every_product
from portal.views.sent_files import sent_text
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, moment, say

bp = Blueprint("agreement_versions", __name__, url_prefix="/leverancier")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """The products that one may publish for, with the version of the agreement that holds now."""
    is_desk = access.is_service_desk(visitor())
    mine = every_product() if is_desk else suppliers.products_of(reader(), actor())
    if not mine:
        raise NotFoundError
    rows = []
    for product in mine:
        known = publications.versions(reader(), product.id, PROCESSOR_AGREEMENT)
        now = next((each.version for each in known if each.since <= clock.now()), None)
        rows.append((product, now, len(drafting.drafts_of(reader(), product.id, PROCESSOR_AGREEMENT))))
    return render_template("agreements/index.html", rows=rows)


@bp.get("/<product_name>/overeenkomsten")
def show(product_name: str) -> ResponseReturnValue:
    """The versions of one product's agreement, its drafts, and how to begin another."""
    return _page(_product(product_name), spoken(FileForm()))


@bp.post("/<product_name>/overeenkomsten")
def begin(product_name: str) -> ResponseReturnValue:
    """A draft: a copy of the latest version, the example, an empty text, or what stands in a file."""
    product, form = _product(product_name), spoken(FileForm())
    try:
        text = _begun(request.form.get("begin", ""), product)
        draft_id = drafting.begin(product.name, text=text, by=actor(), kind=PROCESSOR_AGREEMENT)
    except InvalidError as fault:
        return _page(product, form, with_faults(form, fault.fields)), fault.status
    return redirect(url_for("agreement_drafts.show", draft_id=draft_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _product(name: str) -> Product:
    product = products.find(reader(), name)
    if suppliers.authority_over(reader(), actor(), product) is None:
        raise NotFoundError
    return product


def _begun(wish: str, product: Product) -> Agreement | None:
    """The text to begin with; none: a copy of the latest version."""
    match wish:
        case "latest":
            return None
        case "example":
            return files.read(publications.example_for(product).read_text(encoding="utf-8"))
        case "empty":
            return parts.empty()
        case "file":
            return files.read(sent_text(files.LARGEST))
    raise NotFoundError


def _page(product: Product, form: Form, errors: Iterable[tuple[str, str]] = ()) -> str:
    known = publications.versions(reader(), product.id, PROCESSOR_AGREEMENT)
    return render_template(
        "agreements/versions.html",
        product=product,
        versions=[_row(each, known) for each in known],
        drafts=[
            {
                "title": each.title or say("Zonder titel"),
                "version": each.version,
                "url": url_for("agreement_drafts.show", draft_id=each.id),
                "who": each.person.name,
                "when": moment(each.changed_at),
            }
            for each in drafting.drafts_of(reader(), product.id, PROCESSOR_AGREEMENT)
        ],
        is_desk=access.is_service_desk(visitor()),
        to_presign=_to_presign(product, known),
        form_fields=form,
        errors=list(errors),
    )


def _row(publication: Any, known: list[Any]) -> dict[str, Any]:
    before = next((each for each in known if each.since < publication.since), None)
    return {
        "version": publication.version,
        "title": publication.title,
        "url": url_for("agreement_texts.show", publication_id=publication.id),
        "since": day(clock.day_of(publication.since), weekday=True),
        "status": standing(publication, known),
        "difference_url": url_for("agreement_texts.difference", publication_id=publication.id, met=before.id)
        if before
        else None,
        "offers_url": url_for("offering.show", publication_id=publication.id),
    }


def _to_presign(product: Product, known: list[Publication]) -> list[dict[str, Any]]:
    """The versions that who speaks for the supplier itself can sign beforehand: what holds, and what is to come."""
    if not access.roles_at(visitor(), product.supplier_id) & set(suppliers.ROLES):
        return []
    now = next((each for each in known if each.since <= clock.now()), None)
    coming = [each for each in known if each.since > clock.now()]
    where: dict[str, Any] = {
        "workflow_name": "presigning",
        "organisation": product.supplier_id,
        "product": product.name,
    }
    return [
        {
            "version": each.version,
            "since": day(clock.day_of(each.since), weekday=True) if each is not now else "",
            "url": url_for("cases.begin", **where, publication=None if each is now else each.id),
        }
        for each in ([now] if now else []) + list(reversed(coming))
    ]
