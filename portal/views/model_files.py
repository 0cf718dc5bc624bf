"""A model DPIA as a file: to read again (JSON), or a copy that nobody signs (PDF)."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from portal import clock
from portal.database import reader
from portal.documents import copies
from portal.offers.dpia import files
from portal.offers.dpia.model import DpiaModel
from portal.views.documents import pdf_response

TEMPLATE = "documents/dpia_model_copy.html"


def json_response(model: DpiaModel, name: str) -> Response:
    """A model as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(files.written(model), mimetype="application/json", headers=headers)


def pdf_copy(facts: Mapping[str, Any], name: str) -> Response:
    """The copy as a PDF; the database is let go of while a child makes it."""
    reader.rollback()
    return pdf_response(copies.pdf(TEMPLATE, facts, at=clock.now()), f"{name}.pdf")
