"""An agreement as a file: to read again (JSON), or a copy that nobody signs (PDF, DOCX)."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from portal import clock
from portal.database import reader
from portal.documents import copies, working_copy
from portal.offers import copy_template
from portal.offers.agreements import files
from portal.offers.agreements.agreement import Agreement
from portal.views.documents import pdf_response

TEMPLATE = "documents/agreement_copy.html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def json_response(agreement: Agreement, name: str) -> Response:
    """An agreement as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(files.written(agreement), mimetype="application/json", headers=headers)


def pdf_copy(facts: Mapping[str, Any], name: str) -> Response:
    """The copy as a PDF; the database is let go of while a child makes it."""
    reader.rollback()
    return pdf_response(copies.pdf(TEMPLATE, facts, at=clock.now()), f"{name}.pdf")


def working_copy_of(facts: Mapping[str, Any], name: str) -> Response:
    """The copy as a DOCX, by the template of the service desk or else ours."""
    template = copy_template.content(reader())
    reader.rollback()
    return docx_response(working_copy.docx(facts, template=template), name)


def docx_response(content: bytes, name: str) -> Response:
    """A DOCX to keep."""
    return Response(content, mimetype=DOCX, headers={"Content-Disposition": f'attachment; filename="{name}.docx"'})
