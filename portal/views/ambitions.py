"""The ambition of a school: set and withdrawn by an administrator of the school or of its board. No figures here."""

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField

from portal import dossier
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.offers.tables import Product
from portal.parties.register import RegisterLocation
from portal.parties.spelling import clean
from portal.parties.tables import Organisation
from portal.reports import ambitions
from portal.views import reports
from portal.views.desk import actor, spoken, with_faults
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, visitor
from portal.wording import mark, say

bp = Blueprint("ambitions", __name__, url_prefix="/rapporten/<product_name>/<code>/ambitie")


class AmbitionForm(Form):
    """Two percentages, of which one may be left empty."""

    fundamental = StringField(
        mark("Fundamenteel niveau (1F), in procenten"), filters=[clean], render_kw={"inputmode": "decimal"}
    )
    target = StringField(
        mark("Streefniveau (1S/2F), in procenten"), filters=[clean], render_kw={"inputmode": "decimal"}
    )


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.route("", methods=["GET", "POST"])
def change(product_name: str, code: str) -> ResponseReturnValue:
    """Set or withdraw what the school wants to reach."""
    product, location, organisation = _found(product_name, code)
    there = url_for("reports.show", product_name=product.name, code=location.code)
    if request.method == "GET":
        return _page(product, location, spoken(AmbitionForm(data=_typed(location))))
    form = spoken(AmbitionForm(request.form))
    if "withdraw" in request.form:
        if ambitions.withdraw(location.code, by=actor(), on_behalf_of=organisation.id):
            flash(say("De ambitie van %(school)s is ingetrokken.", school=location.name), "done")
        return redirect(there)
    typed = [(each.data or "").removesuffix("%").strip() for each in (form.fundamental, form.target)]
    try:
        ambitions.set_(location.code, fundamental=typed[0], target=typed[1], by=actor(), on_behalf_of=organisation.id)
    except InvalidError as fault:
        return _page(product, location, form, with_faults(form, fault.fields)), fault.status
    flash(say("De ambitie van %(school)s is opgeslagen.", school=location.name), "done")
    return redirect(there)


def _found(product_name: str, code: str) -> tuple[Product, RegisterLocation, Organisation]:
    product, location = reports.found_report(product_name, code)
    organisation = dossier.sets_ambition_for(reader(), person(), location)
    if organisation is None:
        raise NotFoundError
    return product, location, organisation


def _typed(location: RegisterLocation) -> dict[str, str]:
    """What holds now, as it would be typed."""
    aims = ambitions.holding([location.code]).get(location.code)
    known = {"fundamental": aims.fundamental, "target": aims.target} if aims else {}
    return {field: str(value).replace(".", ",") for field, value in known.items() if value is not None}


def _page(product: Product, location: RegisterLocation, form: Form, errors: Iterable[tuple[str, str]] = ()) -> str:
    return render_template(
        "reports/ambition.html",
        product=product,
        location=location,
        form_fields=form,
        errors=list(errors),
        holds=location.code in ambitions.holding([location.code]),
    )
