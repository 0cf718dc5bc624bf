"""Shutting somebody out of a product or of the whole account, and letting them in again: asked first, undone later."""

import datetime as dt
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal import dossier
from portal.cases import access
from portal.cases.fields import DayField
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.offers import blocks, products
from portal.offers.tables import Block, Product
from portal.parties.spelling import clean_lines
from portal.parties.tables import Person
from portal.views.desk import actor, spoken, with_faults
from portal.views.sign_in import sign_in_first
from portal.views.visitor import settings, visitor
from portal.wording import mark, say

bp = Blueprint("blocking", __name__, url_prefix="/blokkades")


class BlockForm(Form):
    """Why, what the person reads, and until when."""

    reason = TextAreaField(
        mark("Reden, voor uw eigen dossier"),
        filters=[clean_lines],
        render_kw={"rows": 3, "maxlength": blocks.LONGEST_WORDS},
    )
    words = TextAreaField(
        mark("Bericht aan de persoon"), filters=[clean_lines], render_kw={"rows": 3, "maxlength": blocks.LONGEST_WORDS}
    )
    until = DayField(mark("Tot en met"), required=False, earliest=None)


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.route("/account/<uuid:person_id>", methods=["GET", "POST"])
def block_account(person_id: UUID) -> ResponseReturnValue:
    """Shut a whole account; for the service desk."""
    return _block(person_id, None)


@bp.route("/<product_name>/<uuid:person_id>", methods=["GET", "POST"])
def block(product_name: str, person_id: UUID) -> ResponseReturnValue:
    """Shut somebody out of one product; for its rights holders and the service desk."""
    return _block(person_id, products.find(reader(), product_name))


@bp.route("/<uuid:block_id>/opheffen", methods=["GET", "POST"])
def lift(block_id: UUID) -> ResponseReturnValue:
    """Let somebody in again; for the organisation that blocked."""
    found = reader.get(Block, block_id)
    if found is None or not blocks.may_lift(reader(), found, actor()):
        raise NotFoundError
    back = _back(found.person_id, found.product)
    if request.method == "GET":
        return render_template("blocking/lift.html", block=found, last=blocks.last_day(found), back=back)
    blocks.lift(block_id, by=actor(), contact=_contact(found.product))
    flash(say("De blokkade van %(name)s is opgeheven.", name=found.person.name), "done")
    return redirect(back)


def _block(person_id: UUID, product: Product | None) -> ResponseReturnValue:
    organisation = blocks.authority_over(reader(), actor(), product.id if product else None)
    person = reader.get(Person, person_id)
    if organisation is None or person is None or not _may_see(person, product):
        raise NotFoundError
    form = spoken(BlockForm(request.form))
    page: dict[str, Any] = {
        "somebody": person,
        "product": product,
        "organisation": organisation,
        "form_fields": form,
        "happens": _what_happens(person, product),
        "back": _back(person_id, product),
    }
    if request.method == "GET":
        return render_template("blocking/block.html", **page, errors=[])
    if not form.validate():
        errors = with_faults(form, {name: said[0] for name, said in form.errors.items()})
        return render_template("blocking/block.html", **page, errors=errors), InvalidError.status
    try:
        blocks.block(
            person_id,
            product.id if product else None,
            reason=form.reason.data or "",
            words=form.words.data or "",
            until=dt.date.fromisoformat(form.until.answer) if form.until.answer else None,
            by=actor(),
            contact=_contact(product),
        )
    except InvalidError as fault:
        return render_template("blocking/block.html", **page, errors=with_faults(form, fault.fields)), fault.status
    flash(say("%(name)s is geblokkeerd. U kunt dit opheffen.", name=person.name), "done")
    return redirect(_back(person_id, product))


def _may_see(person: Person, product: Product | None) -> bool:
    """A rights holder knows those who came for their product; the service desk knows everybody."""
    if product is None or access.is_service_desk(visitor()):
        return True
    return dossier.has_come_for(reader(), person.id, product.id)


def _what_happens(person: Person, product: Product | None) -> list[str]:
    if product is None:
        return [
            say("%(name)s wordt overal uitgelogd en kan niet meer inloggen.", name=person.name),
            say("Rollen, wachtwoord en tweede stap blijven bewaard."),
            say("De persoon krijgt een mail met uw bericht, niet met de reden."),
        ]
    return [
        say("De rapporten van %(product)s gaan voor %(name)s meteen dicht.", product=product.title, name=person.name),
        say("De rest van het account blijft werken."),
        say("De persoon krijgt een mail met uw bericht, niet met de reden, en ziet aan de poort wie blokkeerde."),
    ]


def _back(person_id: UUID, product: Product | None) -> str:
    if access.is_service_desk(visitor()):
        return url_for("desk_people.person", person_id=person_id)
    if product is None:
        raise NotFoundError
    return url_for("rights_holders.readers", product_name=product.name)


def _contact(product: Product | None) -> str:
    return (product.contact if product else "") or settings().contact
