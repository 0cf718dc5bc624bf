"""For rights holders: which share a file came from. The file is read and kept nowhere."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import FileField, Form, StringField

from portal.database import reader
from portal.documents import readable
from portal.errors import InvalidError, NotFoundError
from portal.offers import blocks
from portal.parties.spelling import clean
from portal.reports import trace, tracing
from portal.views.desk import actor, spoken, with_faults
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say

bp = Blueprint("tracing", __name__, url_prefix="/rechthebbenden")


class TraceForm(Form):
    """A file, or a mark as somebody read it."""

    file = FileField(mark("Bestand"), render_kw={"accept": ".pdf,.xlsx,.csv,.txt,.docx", "data-size": "20 MB"})
    mark = StringField(mark("Of typ het merk"), filters=[clean])


@bp.route("/herkomst", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Ask where a file came from; the answer names the shares of one's own products."""
    if visitor().person_id is None:
        return sign_in_first()
    mine = {each.id for each in blocks.products_of(reader(), actor())}
    if not mine:
        raise NotFoundError
    form = spoken(TraceForm(request.form))
    page = {"form_fields": form, "errors": [], "found": None, "unknown": []}
    if request.method == "GET":
        return render_template("sharing/trace.html", **page)
    try:
        marks = _marks(form)
    except InvalidError as fault:
        return render_template("sharing/trace.html", **{**page, "errors": with_faults(form, fault.fields)}), 422
    found = [each for each in tracing.of_marks(reader(), marks) if each.product_id in mine]
    known = {each.mark for each in found}
    return render_template(
        "sharing/trace.html", **{**page, "found": found, "unknown": [each for each in marks if each not in known]}
    )


def _marks(form: TraceForm) -> tuple[str, ...]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.read(readable.LARGEST + 1)
        reader.rollback()  # a child reads it; the database is let go of
        return readable.found_in(content, trace.marks_in)
    typed = form.mark.data or ""
    if not (marks := trace.marks_in(typed)):
        sentence = say("Kies een bestand, of typ een merk zoals TP-4F7Q-K2ZN-9WXC.")
        raise InvalidError("", {"mark" if typed else "file": sentence})
    return marks
