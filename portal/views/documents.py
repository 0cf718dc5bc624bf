"""Documents: the file, the same text as a page, and what was opened when."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import insert

from portal.cases import access, presigning, reading
from portal.cases.tables import Document, DocumentState, Reading
from portal.database import aside, reader
from portal.documents import text, vault
from portal.errors import NotFoundError
from portal.views import document_cards
from portal.views.sign_in import sign_in_first
from portal.views.visitor import settings, visitor

bp = Blueprint("documents", __name__, url_prefix="/stukken")


@bp.get("/<uuid:document_id>")
def show(document_id: UUID) -> ResponseReturnValue:
    """The document as an accessible page, with its file, its signatures and its revisions."""
    if visitor().person_id is None and not visitor().drafts:
        return sign_in_first()
    document = found(document_id)
    witness_reading(document, form=reading.PAGE)
    return render_template(
        "documents_pages/show.html",
        document=document,
        case=document.case,
        card=document_cards.card(document),
        text=as_page(document),
        signatures=document_cards.signature_rows(document),
    )


@bp.get("/<uuid:document_id>.pdf")
def pdf(document_id: UUID) -> ResponseReturnValue:
    """The file as it is now: the very bytes that are kept."""
    if visitor().person_id is None and not visitor().drafts:
        return sign_in_first()
    document = found(document_id)
    if document.current is None:
        raise NotFoundError("Dit stuk wordt nog gemaakt. Probeer het over een paar tellen opnieuw.")
    witness_reading(document, form=reading.PDF)
    return pdf_response(vault.content(document.current), f"{document.facts['reference']}.pdf")


@bp.get("/<uuid:document_id>/vooraf-getekend.pdf")
def beforehand(document_id: UUID) -> ResponseReturnValue:
    """What the supplier signed beforehand, on which this document rests: the file that is enclosed in it."""
    if visitor().person_id is None:
        return sign_in_first()
    document = found(document_id)
    content = presigning.enclosed(document)
    if content is None:
        raise NotFoundError
    return pdf_response(content, f"{document.facts['presigned']['reference']}.pdf")


def pdf_response(content: bytes, name: str) -> Response:
    """A file to look at in the browser, never taken for anything but a PDF."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def found(document_id: UUID) -> Document:
    """The document, for somebody who may see its case."""
    document = reader.get(Document, document_id)
    if document is None:
        raise NotFoundError
    access.find(document.case_id, reader=visitor())
    return document


def as_page(document: Document) -> Markup:
    """The text of the document from the facts it was made of; our own template, which escapes what people wrote."""
    return Markup(text.as_page(document.template, facts_of(document)))  # noqa: S704


def facts_of(document: Document) -> dict[str, Any]:
    """The facts as the worker renders them."""
    is_test = document.is_test or document.state == DocumentState.ASKED
    return {**document.facts, "test_seal": is_test, "operator": settings().operator}


def witness_reading(document: Document, *, form: str) -> None:
    """Note that this person opened this revision now. Written as it happens; nobody without an account is noted."""
    person_id = visitor().person_id
    if person_id is None or document.current is None:
        return
    seen = insert(Reading).values(document_id=document.id, person_id=person_id, blob=document.current, form=form)
    with aside() as connection:
        connection.execute(seen)
    reader.rollback()  # what this request reads from here on tells of it
