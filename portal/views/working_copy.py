"""The template of working copies, for the service desk: its own DOCX instead of ours, never for what is signed."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, Form

from portal import clock
from portal.database import reader
from portal.documents import working_copy
from portal.errors import InvalidError
from portal.offers import copy_template
from portal.offers.agreements import files, words
from portal.offers.publications import SHIPPED
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from portal.views.agreement_files import docx_response
from portal.views.desk import actor, only_service_desk, spoken, with_faults
from portal.wording import mark, moment, say

bp = Blueprint("working_copy", __name__, url_prefix="/servicedesk/werkexemplaar")
bp.before_request(only_service_desk)


class TemplateForm(Form):
    """A template of one's own."""

    file = FileField(mark("DOCX-bestand"), render_kw={"accept": ".docx", "data-size": "2 MB"})


@bp.get("")
def show() -> ResponseReturnValue:
    """Which template is used, and how to use another."""
    return _page(spoken(TemplateForm()))


@bp.post("")
def use() -> ResponseReturnValue:
    """Use one's own template, or ours again."""
    form = spoken(TemplateForm())
    if request.form.get("do") == "ours":
        copy_template.use_ours(by=actor())
        flash(say("Het sjabloon van Tekenpoort wordt weer gebruikt."), "done")
        return redirect(url_for(".show"))
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidError("", {"file": say("Kies eerst een bestand.")})
        template = sent.stream.read(working_copy.LARGEST + 1)
        by = actor()
        reader.rollback()
        copy_template.use(template, by=by, example=_example())
    except InvalidError as fault:
        return _page(form, with_faults(form, fault.fields)), fault.status
    flash(say("Dit sjabloon wordt nu gebruikt."), "done")
    return redirect(url_for(".show"))


@bp.get("/sjabloon.docx")
def template() -> ResponseReturnValue:
    """The template that is used now."""
    return docx_response(copy_template.content(reader()) or working_copy.our_template(), "sjabloon")


@bp.get("/voorbeeld.docx")
def ours() -> ResponseReturnValue:
    """The template that ships, to begin one's own with."""
    return docx_response(working_copy.our_template(), "sjabloon-tekenpoort")


# --- How ---------------------------------------------------------------------------------------------------------


def _example() -> dict[str, Any]:
    """The facts on which a template is tried: those of the agreement that ships."""
    agreement = files.read((SHIPPED / "processor_agreement_2026-11.json").read_text(encoding="utf-8"))
    product = Product(title="Product", supplier=Organisation(kind="supplier", name="Leverancier"))
    return words.copy_of(
        agreement.body(),
        title=agreement.title,
        version=agreement.version,
        product=product,
        at=clock.now(),
        sha256="0" * 64,
        since=clock.now(),
    )


def _page(form: Form, errors: Iterable[tuple[str, str]] = ()) -> str:
    own = copy_template.current(reader())
    return render_template(
        "agreements/working_copy.html",
        since=moment(own.at) if own else None,
        sha256=own.document if own else None,
        form_fields=form,
        errors=list(errors),
    )
