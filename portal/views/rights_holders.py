"""For rights holders: their products, who has access to them, and whom they shut out."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.database import reader
from portal.dossier import readers as access_to
from portal.errors import NotFoundError
from portal.offers import blocks
from portal.offers.tables import Product
from portal.views.desk import MOST_EXPORTED, SHOWN, actor
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say

bp = Blueprint("rights_holders", __name__, url_prefix="/rechthebbenden")
STATES = {"open": mark("niet geblokkeerd"), "blocked": mark("geblokkeerd")}


@bp.before_request
def _rights_holders_only() -> ResponseReturnValue | None:
    if visitor().person_id is None:
        return sign_in_first()
    if not blocks.products_of(reader(), actor()):
        raise NotFoundError
    return None


@bp.get("")
def index() -> ResponseReturnValue:
    """The products in which one holds rights, with how many have access."""
    mine = blocks.products_of(reader(), actor())
    return render_template(
        "rights_holders/index.html",
        products=[(each, *access_to.counts(reader(), each.id)) for each in mine],
    )


@bp.get("/<product_name>")
def readers(product_name: str) -> ResponseReturnValue:
    """Everybody who has access to one product."""
    product, wish = _found(product_name), _wish()
    found = _readers(product, wish, offset=wish.offset(SHOWN), limit=SHOWN)
    organisation = blocks.authority_over(reader(), actor(), product.id)
    mine = organisation.id if organisation else None
    return render_template(
        "rights_holders/readers.html",
        product=product,
        wish=wish,
        rows=[_row(each, product, mine) for each in found.rows],
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        states=STATES,
        export_url=export_url(".readers_csv", wish, product_name=product.name),
        may_block=blocks.CONDITION in product.conditions,
    )


@bp.get("/<product_name>.csv")
def readers_csv(product_name: str) -> ResponseReturnValue:
    """The readers as asked for, as a spreadsheet."""
    product = _found(product_name)
    found = _readers(product, _wish(), offset=0, limit=MOST_EXPORTED)
    columns = [say("Naam"), say("E-mailadres"), say("Scholen en besturen"), say("Versie"), say("Sinds")]
    columns.append(say("Geblokkeerd door"))
    rows = [
        (
            each.name,
            each.email,
            ", ".join(each.organisations),
            each.version,
            each.since,
            ", ".join(one.organisation.name for one in each.blocks),
        )
        for each in found.rows
    ]
    return csv_response("lezers", columns, rows)


def _found(product_name: str) -> Product:
    mine = blocks.products_of(reader(), actor())
    product = next((each for each in mine if each.name == product_name), None)
    if product is None:
        raise NotFoundError
    return product


def _wish() -> Wish:
    return wished(sorts=("name", "version", "since"), first="name", filters={"state": list(STATES)})


def _readers(product: Product, wish: Wish, *, offset: int, limit: int) -> access_to.Readers:
    return access_to.readers(
        reader(),
        product.id,
        text=wish.q,
        state=wish.chosen["state"],
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )


def _row(each: access_to.Reader, product: Product, mine: UUID | None) -> dict[str, Any]:
    own = next((one for one in each.blocks if one.organisation_id == mine), None)
    shut = own or next(iter(each.blocks), None)
    last = blocks.last_day(shut) if shut else None
    may_block = own is None and each.person_id != visitor().person_id
    return {
        "name": each.name,
        "email": each.email,
        "organisations": each.organisations,
        "version": each.version,
        "since": day(clock.day_of(each.since), weekday=True),
        "blocked_by": ", ".join(one.organisation.name for one in each.blocks),
        "until": day(last, weekday=True) if last else "",
        "block_url": url_for("blocking.block", product_name=product.name, person_id=each.person_id)
        if may_block
        else None,
        "lift_url": url_for("blocking.lift", block_id=own.id) if own else None,
    }
