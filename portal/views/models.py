"""The library of model DPIAs: every published model with how it stands, one as a page and as files, and withdrawing."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import clock, wording
from portal.cases import campaigns, catalogue
from portal.database import reader
from portal.documents import text
from portal.dossier.acting import live_memberships
from portal.errors import InvalidError, NotFoundError
from portal.offers import publications, suppliers
from portal.offers.dpia import library, standing, withdrawing, words
from portal.offers.dpia.library import Found
from portal.offers.dpia.model import DpiaModel
from portal.offers.publications import DPIA_MODEL
from portal.offers.tables import Publication
from portal.parties.spelling import clean_lines
from portal.views.desk import actor
from portal.views.exports import csv_response, export_url
from portal.views.home import SHOWN
from portal.views.model_files import TEMPLATE, json_response, pdf_copy
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say
from workflows.dpia_facts import Standing
from workflows.vocabulary import Party

bp = Blueprint("models", __name__, url_prefix="/modellen")
ASSESSMENT = "dpia_reuse"
STANDINGS = {
    Standing.CURRENT: ("done", mark("geldt nu")),
    Standing.SUPERSEDED: ("neutral", mark("vervangen")),
    Standing.WITHDRAWN: ("problem", mark("ingetrokken")),
}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """Every published model that one may read, searched, sorted and filtered as asked."""
    wish, found = _chosen()
    shown = found[wish.offset(SHOWN) : wish.offset(SHOWN) + SHOWN]
    return render_template(
        "models/index.html",
        wish=wish,
        rows=[_row(each) for each in shown],
        total=len(found),
        pages=pages_of(len(found), SHOWN),
        standings={key.value: text for key, (_, text) in STANDINGS.items()},
        export_url=export_url(".index_csv", wish),
    )


@bp.get("/lijst.csv")
def index_csv() -> ResponseReturnValue:
    """The library as asked for, as a spreadsheet."""
    columns = ("Product", "Model", "Versie", "Gemaakt door", "Gaat in op", "Wordt herzien op", "Staat", "SHA-256")
    rows = [
        (
            each.publication.product.title,
            each.publication.title,
            each.publication.version,
            each.maker,
            clock.day_of(each.publication.since),
            each.review_on,
            say(STANDINGS[each.standing][1]),
            each.publication.sha256,
        )
        for each in _chosen()[1]
    ]
    return csv_response("model-dpias", [say(each) for each in columns], rows)


@bp.get("/<uuid:publication_id>")
def show(publication_id: UUID) -> ResponseReturnValue:
    """A model as it reads, how it stands, its files, and where an assessment with it begins."""
    publication = _found(publication_id)
    now = clock.now()
    stands = standing.of(reader(), publication, at=now)
    page = text.as_page(
        TEMPLATE, words.of_publication(publication, at=now), language=wording.language(), layout="copy_page"
    )
    known = publications.versions(reader(), publication.product_id, DPIA_MODEL)
    may_write = suppliers.authority_over(reader(), actor(), publication.product) is not None
    return render_template(
        "models/show.html",
        publication=publication,
        status_of=(STANDINGS[stands][0], say(STANDINGS[stands][1]))
        if publication.since <= now
        else ("waiting", say("gaat nog in")),
        withdrawn=withdrawing.of(reader(), publication_id),
        is_example=publication.body["is_example"],
        others=[each for each in known if each is not publication],
        entry=campaigns.published_in(reader(), publication),
        begins=_begins(publication) if stands is Standing.CURRENT and publication.since <= now else [],
        may_write=may_write,
        may_withdraw=may_write and stands is not Standing.WITHDRAWN,
        text=Markup(page),  # noqa: S704 - our own template, which escapes what people wrote
    )


@bp.get("/<uuid:publication_id>/verschil")
def difference(publication_id: UUID) -> ResponseReturnValue:
    """What this version says otherwise than another of the same product."""
    publication = _found(publication_id)
    known = publications.versions(reader(), publication.product_id, DPIA_MODEL)
    asked = request.args.get("met", "")
    other = next((each for each in known if str(each.id) == asked and each is not publication), None)
    if other is None:
        raise NotFoundError
    old, new = sorted((publication, other), key=lambda each: each.since)
    return render_template(
        "models/difference.html",
        publication=publication,
        old=old,
        new=new,
        clause_changes=[],
        row_changes=words.changes(old.body, new.body),
    )


@bp.get("/<uuid:publication_id>.json")
def as_json(publication_id: UUID) -> ResponseReturnValue:
    """The model as a file that a computer can read, and that this portal can take in."""
    publication = _found(publication_id)
    model = DpiaModel.of(publication.body, title=publication.title, version=publication.version)
    return json_response(model, f"model-dpia-{publication.version}")


@bp.get("/<uuid:publication_id>.pdf")
def as_pdf(publication_id: UUID) -> ResponseReturnValue:
    """The model as a PDF without signatures."""
    publication = _found(publication_id)
    with wording.speaking(wording.RECORDED):
        facts = words.of_publication(publication, at=clock.now())
    return pdf_copy(facts, f"model-dpia-{publication.version}")


@bp.route("/<uuid:publication_id>/intrekken", methods=["GET", "POST"])
def withdraw(publication_id: UUID) -> ResponseReturnValue:
    """Asked before a model is withdrawn, with the reason that boards read; then it is."""
    publication = _found(publication_id)
    if suppliers.authority_over(reader(), actor(), publication.product) is None:
        raise NotFoundError
    if request.method == "GET":
        return _withdraw_page(publication)
    why = clean_lines(request.form.get("why"))
    try:
        withdrawing.withdraw(publication_id, why=why, by=actor())
    except InvalidError as fault:
        return _withdraw_page(publication, why=why, fault=fault.fields["why"]), fault.status
    flash(say("Het model is ingetrokken."), "done")
    return redirect(url_for(".show", publication_id=publication_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _withdraw_page(publication: Publication, *, why: str = "", fault: str = "") -> str:
    return render_template("models/withdraw.html", publication=publication, why=why, fault=fault)


def _found(publication_id: UUID) -> Publication:
    publication = reader.get(Publication, publication_id)
    if publication is None or publication.kind != DPIA_MODEL:
        raise NotFoundError
    if not suppliers.may_read(reader(), actor(), publication):
        raise NotFoundError
    return publication


def _chosen() -> tuple[Wish, list[Found]]:
    wish = wished(sorts=library.SORTS, first="product", filters={"state": tuple(each.value for each in Standing)})
    found = [each for each in library.every(reader(), at=clock.now()) if _may_read(each.publication)]
    return wish, library.chosen(
        found, q=wish.q, standing=wish.chosen["state"], sort=wish.sort, descending=wish.descending
    )


def _may_read(publication: Publication) -> bool:
    return suppliers.may_read(reader(), actor(), publication)


def _row(found: Found) -> dict[str, Any]:
    publication = found.publication
    return {
        "product": publication.product.title,
        "title": publication.title,
        "version": publication.version,
        "maker": found.maker,
        "is_example": publication.body["is_example"],
        "since": day(clock.day_of(publication.since)),
        "review_on": day(found.review_on, weekday=True),
        "status": STANDINGS[found.standing],
        "url": url_for(".show", publication_id=publication.id),
    }


def _begins(publication: Publication) -> list[dict[str, str]]:
    """Where this person can begin an assessment: for each board at which their role may."""
    starters = set(catalogue.current(ASSESSMENT).started_by)
    boards = {
        each.organisation.id: each.organisation
        for each in reader.scalars(live_memberships(actor()))
        if each.organisation.kind == Party.BOARD and each.role in starters
    }
    return [
        {
            "board": board.name,
            "url": url_for(
                "cases.begin", workflow_name=ASSESSMENT, product=publication.product.name, organisation=board.id
            ),
        }
        for board in sorted(boards.values(), key=lambda each: each.name)
    ]
