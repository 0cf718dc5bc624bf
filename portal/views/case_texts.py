"""The whole text that a case is about, beside the case: for everybody who works on it, as a page and as a PDF."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import clock, wording
from portal.cases import access, in_force
from portal.cases.catalogue import workflow_of
from portal.cases.offering import points, suppliers
from portal.cases.tables import Case
from portal.database import reader
from portal.documents import text
from portal.errors import NotFoundError
from portal.offers import publications
from portal.offers.agreements import words
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Publication
from portal.views.agreement_files import TEMPLATE, pdf_copy
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import say

bp = Blueprint("case_texts", __name__, url_prefix="/zaken")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<uuid:case_id>/tekst")
def show(case_id: UUID) -> ResponseReturnValue:
    """The agreement with both annexes, where it deviates from a model, and what changed since what one has."""
    case, publication = _found(case_id)
    facts = words.of_publication(publication, at=clock.now())
    page = text.as_page(TEMPLATE, facts, language=wording.language(), layout="copy_page")
    return render_template(
        "cases/text.html",
        case=case,
        workflow=workflow_of(case),
        publication=publication,
        deviating=points.text_of(publication, points.DEVIATIONS)["deviating"],
        before=_held(case, publication),
        text=Markup(page),  # noqa: S704 - our own template, which escapes what people wrote
    )


@bp.get("/<uuid:case_id>/tekst.pdf")
def as_pdf(case_id: UUID) -> ResponseReturnValue:
    """The same as a PDF that says on each page that it is there to be read, and is not what anybody signs."""
    case, publication = _found(case_id)
    with wording.speaking(wording.RECORDED):
        facts = words.of_publication(publication, at=clock.now(), watermark=say("TER INZAGE"))
    return pdf_copy(facts, f"ter-inzage-{case.reference}")


def _found(case_id: UUID) -> tuple[Case, Publication]:
    case = access.find(case_id, reader=visitor())
    if case.publication is None or case.publication.kind != PROCESSOR_AGREEMENT:
        raise NotFoundError
    return case, case.publication


def _held(case: Case, publication: Publication) -> Publication | None:
    """The version that the board has in force now, where that is another; not for who comes from the supplier."""
    if case.counterparty_id is None or suppliers.is_of_supplier(case, visitor()):
        return None
    rows = in_force.holding(
        reader(),
        in_force.PROCESSOR_AGREEMENT,
        at=clock.now(),
        organisation_id=case.organisation_id,
        product_id=publication.product_id,
    )
    held = {each.version for each in rows} - {publication.version}
    known = publications.versions(reader(), publication.product_id, PROCESSOR_AGREEMENT)
    return next((each for each in known if each.version in held), None)
