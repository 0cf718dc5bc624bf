"""Published processor agreements: each version as a page and as a file, and what changed between any two."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import clock, wording
from portal.cases import campaigns
from portal.database import reader
from portal.documents import text
from portal.errors import NotFoundError
from portal.offers import publications, suppliers
from portal.offers.agreements import words
from portal.offers.agreements.agreement import Agreement
from portal.offers.agreements.changes import row_changes
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Publication
from portal.views.agreement_files import TEMPLATE, json_response, pdf_copy, working_copy_of
from portal.views.desk import actor
from portal.views.products import standing
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor

bp = Blueprint("agreement_texts", __name__, url_prefix="/overeenkomsten")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<uuid:publication_id>")
def show(publication_id: UUID) -> ResponseReturnValue:
    """A version as it reads, with its hash, its files and the other versions."""
    publication = _found(publication_id)
    known = _versions(publication)
    before = publications.before(reader(), publication)
    page = text.as_page(TEMPLATE, _facts(publication), language=wording.language(), layout="copy_page")
    return render_template(
        "agreements/publication.html",
        publication=publication,
        status_of=standing(publication, known),
        before=before,
        others=[each for each in known if each is not publication],
        grace_until=publications.last_day_of_grace(publication) if publication.grace_days and before else None,
        duties=words.duties_in_words(publication.body),
        text=Markup(page),  # noqa: S704 - our own template, which escapes what people wrote
        entry=campaigns.published_in(reader(), publication),
        may_write=suppliers.authority_over(reader(), actor(), publication.product) is not None,
    )


@bp.get("/<uuid:publication_id>/verschil")
def difference(publication_id: UUID) -> ResponseReturnValue:
    """What this version says otherwise than another of the same product, clause by clause and row by row."""
    publication = _found(publication_id)
    known = _versions(publication)
    asked = request.args.get("met", "")
    other = next((each for each in known if str(each.id) == asked and each is not publication), None)
    if other is None:
        raise NotFoundError
    old, new = sorted((publication, other), key=lambda each: each.since)
    return render_template(
        "agreements/difference.html",
        publication=publication,
        old=old,
        new=new,
        clause_changes=publications.difference(old.body, new.body),
        row_changes=row_changes(old.body, new.body),
    )


@bp.get("/<uuid:publication_id>.json")
def as_json(publication_id: UUID) -> ResponseReturnValue:
    """The version as a file that a computer can read."""
    publication = _found(publication_id)
    agreement = Agreement.of(publication.body, title=publication.title, version=publication.version)
    return json_response(agreement, f"verwerkersovereenkomst-{publication.version}")


@bp.get("/<uuid:publication_id>.pdf")
def as_pdf(publication_id: UUID) -> ResponseReturnValue:
    """The version as a PDF without signatures."""
    publication = _found(publication_id)
    with wording.speaking(wording.RECORDED):
        facts = _facts(publication)
    return pdf_copy(facts, f"verwerkersovereenkomst-{publication.version}")


@bp.get("/<uuid:publication_id>.docx")
def as_docx(publication_id: UUID) -> ResponseReturnValue:
    """The version as a working copy, to write in."""
    publication = _found(publication_id)
    with wording.speaking(wording.RECORDED):
        facts = _facts(publication)
    return working_copy_of(facts, f"werkexemplaar-{publication.version}")


# --- How ---------------------------------------------------------------------------------------------------------


def _found(publication_id: UUID) -> Publication:
    publication = reader.get(Publication, publication_id)
    if publication is None or publication.kind != PROCESSOR_AGREEMENT:
        raise NotFoundError
    if not suppliers.may_read(reader(), actor(), publication):
        raise NotFoundError
    return publication


def _versions(publication: Publication) -> list[Publication]:
    return publications.versions(reader(), publication.product_id, PROCESSOR_AGREEMENT)


def _facts(publication: Publication) -> dict[str, Any]:
    return words.of_publication(publication, at=clock.now())
