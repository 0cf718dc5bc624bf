"""What a recipient sees of a link: that it is confidential, a button to take the report, or why it is over. Public."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.database import reader
from portal.reports import sharing
from portal.views.sharing import file_of, share_is_open

bp = Blueprint("shared_links", __name__, url_prefix="/gedeeld-met-u")


@bp.route("/<token>", methods=["GET", "POST"])
def show(token: str) -> ResponseReturnValue:
    """What it is, from whom and for what; the report itself once one says to have read that it is confidential."""
    found = sharing.find(reader(), token)
    missing = request.method == "POST" and not request.form.get("read")
    if request.method == "GET" or missing:
        page = render_template(
            "sharing/link.html", share=found, is_open=share_is_open(reader(), found), missing=missing
        )
        return (page, 422) if missing else page
    if not share_is_open(reader(), found):
        sharing.refuse_shut(found)
    answer = file_of(found)  # first the file: what could not be made was not taken
    sharing.take(token, is_open=share_is_open)
    return answer
