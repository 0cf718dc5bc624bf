"""Permissions: accepting the conditions as the requester, and the list of a product for its rights holders."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, HiddenField, StringField

from portal import clock
from portal.cases import access, agreeing, permitting
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.documents import vault
from portal.dossier import permissions as kept
from portal.errors import InvalidError, NotFoundError
from portal.offers import blocks
from portal.offers.tables import Product
from portal.parties.spelling import clean
from portal.views.cases import following
from portal.views.desk import MOST_EXPORTED, SHOWN, actor, spoken, with_faults
from portal.views.documents import pdf_response
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.permission_pages import lines, summary
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say

bp = Blueprint("permissions", __name__)
STATES = {
    kept.WAITING: ("waiting", mark("wacht op besluit")),
    kept.RUNNING: ("done", mark("geldt")),
    kept.OVER: ("neutral", mark("afgelopen")),
    kept.TAKEN_BACK: ("problem", mark("ingetrokken")),
    kept.NOT_GIVEN: ("problem", mark("niet gegeven")),
}


class AgreeForm(Form):
    """The name that is typed under the conditions."""

    seen = HiddenField()
    name = StringField(mark("Typ uw volledige naam"), filters=[clean])


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.route("/zaken/<uuid:case_id>/voorwaarden", methods=["GET", "POST"])
def agree(case_id: UUID) -> ResponseReturnValue:
    """The conditions, each on a line of its own; typing one's name accepts them."""
    case = access.find(case_id, reader=visitor())
    if case.person_id != actor() or not permitting.conditions(case):
        raise NotFoundError
    form = spoken(AgreeForm(request.form))
    if request.method == "GET":
        if not permitting.may_agree(case, actor()):
            return redirect(url_for("cases.show", case_id=case_id))
        form.seen.data = agreeing.digest(case)
        return _agree_page(case, form)
    try:
        agreeing.agree(
            case_id, typed_name=form.name.data or "", seen=form.seen.data or "", by=visitor(), follow=following()
        )
    except InvalidError as fault:
        return _agree_page(case, form, errors=with_faults(form, fault.fields)), fault.status
    reader.expire_all()
    if reader.get_one(Case, case_id).state == CaseState.DECIDED:
        flash(say("U ging akkoord met de voorwaarden. De toestemming geldt nu."), "done")
    else:  # meanwhile another became rights holder
        flash(say("U ging akkoord met de voorwaarden. De toestemming geldt zodra elke rechthebbende besloot."), "done")
    return redirect(url_for("cases.show", case_id=case_id))


@bp.get("/zaken/<uuid:case_id>/bijlage.pdf")
def attachment(case_id: UUID) -> ResponseReturnValue:
    """The file that came with a request, for who takes part in it: who decides can read all that was asked."""
    file = permitting.attachment(access.find(case_id, reader=visitor()))
    if file is None:
        raise NotFoundError
    return pdf_response(vault.content(file["sha256"]), "bijlage.pdf")


@bp.get("/rechthebbenden/<product_name>/toestemmingen")
def of_product(product_name: str) -> ResponseReturnValue:
    """Every permission that was asked for one product."""
    product, wish = _product(product_name), _wish()
    found = _found(product, wish, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "permissions/of_product.html",
        product=product,
        wish=wish,
        rows=found.rows,
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        states=STATES,
        export_url=export_url(".of_product_csv", wish, product_name=product.name),
    )


@bp.get("/rechthebbenden/<product_name>/toestemmingen.csv")
def of_product_csv(product_name: str) -> ResponseReturnValue:
    """The permissions as asked for, as a spreadsheet."""
    found = _found(_product(product_name), _wish(), offset=0, limit=MOST_EXPORTED)
    columns = [say("Kenmerk"), say("Aanvrager"), say("Verstuurd op"), say("Geldt tot en met"), say("Staat")]
    rows = [
        (
            each.case.reference,
            each.name,
            clock.day_of(each.case.submitted_at).isoformat() if each.case.submitted_at else "",
            each.last.isoformat() if each.last else "",
            say(STATES[each.state][1]),
        )
        for each in found.rows
    ]
    return csv_response("toestemmingen", columns, rows)


# --- How ---------------------------------------------------------------------------------------------------------


def _agree_page(case: Case, form: AgreeForm, **more: object) -> str:
    said = [(each.organisation, lines(each.words)) for each in permitting.conditions(case)]
    return render_template(
        "permissions/agree.html",
        case=case,
        summary=summary(case),
        conditions=[(holder.name, conditions) for holder, conditions in said if holder],
        form_fields=form,
        **{"errors": [], **more},
    )


def _product(name: str) -> Product:
    mine = blocks.products_of(reader(), actor())
    product = next((each for each in mine if each.name == name), None)
    if product is None:
        raise NotFoundError
    return product


def _wish() -> Wish:
    return wished(sorts=("reference", "name", "submitted", "last"), first="reference", filters={"state": list(STATES)})


def _found(product: Product, wish: Wish, *, offset: int, limit: int) -> kept.Found:
    return kept.find(
        reader(),
        product.id,
        text=wish.q,
        state=wish.chosen["state"],
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )
