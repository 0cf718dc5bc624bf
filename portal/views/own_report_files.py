"""How the file of a supplier's own report is sent: a page of the web only where nothing of it can run or reach out."""

import re

from flask import Response

from portal.documents.report_files import HTML, PDF
from portal.views.documents import pdf_response
from portal.views.exports import XLSX

CONTENT_OF_PAGE = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def file_response(content: bytes, kind: str, name: str) -> Response:
    """The very bytes, as the kind that was found when they were published."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name.rpartition(".")[0]).strip("-.")[:80] or "rapport"
    if kind == PDF:
        return pdf_response(content, f"{plain}.pdf")
    if kind == HTML:
        headers = {
            "Content-Security-Policy": CONTENT_OF_PAGE,
            "Content-Disposition": f'inline; filename="{plain}.html"',
            "Cross-Origin-Opener-Policy": "unsafe-none",  # else a browser shows no page of a sandbox by itself
        }
        return Response(content, content_type="text/html; charset=utf-8", headers=headers)
    headers = {"Content-Disposition": f'attachment; filename="{plain}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)
