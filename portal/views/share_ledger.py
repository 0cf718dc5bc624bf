"""What was passed on: by oneself, of the schools that one oversees, of the products in which one holds rights."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from portal.database import reader
from portal.dossier import share_standing
from portal.errors import NotFoundError
from portal.offers import blocks
from portal.reports import share_list
from portal.reports.share_list import SORTS, STATES
from portal.reports.share_tables import Share
from portal.reports.sharing import FILES
from portal.views.desk import MOST_EXPORTED, SHOWN, actor
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import moment, say

bp = Blueprint("share_ledger", __name__, url_prefix="/gedeeld")
STATE_KINDS = {
    "recalled": "problem",
    "over": "neutral",
    "waiting": "waiting",
    "taken": "done",
    "own": "neutral",
    "file": "done",
}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def mine() -> ResponseReturnValue:
    """Everything that one took along or passed on."""
    return _page("mine", _title("mine"), Share.person_id == actor())


@bp.get("/lijst.csv")
def mine_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    return _csv(Share.person_id == actor())


@bp.get("/scholen")
def schools() -> ResponseReturnValue:
    """Everything that was passed on of the schools that one oversees."""
    return _page("schools", _title("schools"), _of_schools())


@bp.get("/scholen/lijst.csv")
def schools_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    return _csv(_of_schools())


@bp.get("/product/<product_name>")
def product(product_name: str) -> ResponseReturnValue:
    """For rights holders: everything that was passed on of their product, and how much of it to which group."""
    found = _product(product_name)
    return _page("product", found.title, Share.product_id == found.id, product_name=product_name)


@bp.get("/product/<product_name>/lijst.csv")
def product_csv(product_name: str) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    return _csv(Share.product_id == _product(product_name).id)


# --- How ---------------------------------------------------------------------------------------------------------


def _title(which: str) -> str:
    return say("Gedeeld") if which == "mine" else say("Gedeeld van uw scholen")


def _of_schools() -> ColumnElement[bool]:
    if not share_standing.oversees_any(reader(), actor()):
        raise NotFoundError
    return share_standing.of_schools(reader(), actor())


def _product(name: str) -> Any:
    found = next((each for each in blocks.products_of(reader(), actor()) if each.name == name), None)
    if found is None:
        raise NotFoundError
    return found


def _wish() -> Wish:
    return wished(sorts=SORTS, first="-made", filters={"state": tuple(STATES)})


def _page(which: str, title: str, within: ColumnElement[bool], **where: str) -> str:
    wish = _wish()
    found = share_list.found(
        reader(), within, q=wish.q, state=wish.chosen["state"], sort=wish.sort, descending=wish.descending,
        offset=wish.offset(SHOWN), limit=SHOWN,
    )  # fmt: skip
    return render_template(
        "sharing/ledger.html",
        which=which,
        title=title,
        wish=wish,
        rows=[_row(each) for each in found.rows],
        total=found.total,
        groups=share_list.by_group(reader(), within) if which == "product" else [],
        pages=pages_of(found.total, SHOWN),
        states={key: say(text) for key, text in STATES.items()},
        export_url=export_url(f".{which}_csv", wish, **where),
        oversees=which == "mine" and share_standing.oversees_any(reader(), actor()),
    )


def _row(share: Share) -> dict[str, Any]:
    state = share_list.state_of(share)
    return {
        "reference": share.reference,
        "url": url_for("sharing.show", share_id=share.id),
        "what": ", ".join(each for each in (share_list.title_of(share), share.subject_name) if each),
        "product": share.product.title,
        "who": share.person.name,
        "whom": say("eigen gebruik") if share.is_own_use else f"{share.recipient}, {share.recipient_organisation}",
        "group": share.group_name,
        "as": say(FILES[share.kind]) if share.kind in FILES else say("Link"),
        "made": moment(share.made_at),
        "state_kind": STATE_KINDS[state],
        "state": say(STATES[state]),
    }


def _csv(within: ColumnElement[bool]) -> Response:
    wish = _wish()
    found = share_list.found(
        reader(), within, q=wish.q, state=wish.chosen["state"], sort=wish.sort, descending=wish.descending,
        offset=0, limit=MOST_EXPORTED,
    )  # fmt: skip
    columns = ("Kenmerk", "Merk", "Rapport", "School", "Product", "Van", "Voor", "Organisatie", "Groep",
               "Toestemming", "Waarvoor", "Wettelijke plicht", "Grond voor de persoonsgegevens", "Als",
               "Gemaakt op", "Bevestigd op", "Geopend", "Staat")  # fmt: skip
    rows = [
        (
            each.reference, each.mark, share_list.title_of(each), each.subject_name, each.product.title,
            each.person.name, each.recipient, each.recipient_organisation, each.group_name,
            each.permission_reference, each.purpose, each.duty,
            each.legal_basis, each.kind, each.made_at, each.acknowledged_at, len(each.openings),
            say(STATES[share_list.state_of(each)]),
        )
        for each in found.rows
    ]  # fmt: skip
    return csv_response("gedeeld", [say(each) for each in columns], rows)
