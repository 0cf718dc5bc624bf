"""How a model DPIA comes to be: a draft from an example, the latest version or a file; read, checked, published."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Form

from portal import clock, wording
from portal.database import reader
from portal.documents import text
from portal.errors import InvalidError, NotFoundError, PortalError
from portal.offers import drafting, products, publications, suppliers
from portal.offers.dpia import files, model, parts, words
from portal.offers.dpia.model import DpiaModel
from portal.offers.publications import DPIA_MODEL
from portal.offers.tables import Product, Publication, PublicationDraft
from portal.views import draft_forms
from portal.views.desk import actor, spoken, with_faults
from portal.views.draft_forms import FileForm
from portal.views.model_drafts import EDITOR
from portal.views.model_files import TEMPLATE, json_response, pdf_copy
from portal.views.part_pages import link_of, tasks
from portal.views.sent_files import sent_text
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say

bp = Blueprint("model_publishing", __name__, url_prefix="/leverancier")
GRACE = 90
"""Days that are proposed."""
EXAMPLES = {
    "results_monitor": mark("Begin met het voorbeeld: een resultatenmonitor"),
    "office_suite": mark("Begin met het voorbeeld: een kantoorpakket"),
}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<product_name>/modellen")
def versions(product_name: str) -> ResponseReturnValue:
    """The versions of one product's model DPIA, its drafts, and how to begin another."""
    return _versions_page(_product(product_name), spoken(FileForm()))


@bp.post("/<product_name>/modellen")
def begin(product_name: str) -> ResponseReturnValue:
    """A draft: a copy of the latest version, an example, an empty model, or what stands in a file."""
    product, form = _product(product_name), spoken(FileForm())
    try:
        draft_id = drafting.begin(product.name, text=_begun(request.form.get("begin", "")), by=actor(), kind=DPIA_MODEL)
    except InvalidError as fault:
        return _versions_page(product, form, with_faults(form, fault.fields)), fault.status
    return redirect(url_for(".draft", draft_id=draft_id))


@bp.get("/modellen/concepten/<uuid:draft_id>")
def draft(draft_id: UUID) -> ResponseReturnValue:
    """The draft as it will read, what is still missing, what changes, and from when; nothing is decided yet."""
    found = EDITOR.draft(draft_id)
    if "since-day" not in request.args:
        return _draft_page(found, _when_form(None))
    form = _when_form(request.args)
    since, grace_days, faults = draft_forms.when(form, found)
    if faults:
        return _draft_page(found, form, errors=with_faults(form, faults)), InvalidError.status
    return _draft_page(found, form, since=since, grace_days=grace_days)


@bp.post("/modellen/concepten/<uuid:draft_id>")
def replace(draft_id: UUID) -> ResponseReturnValue:
    """The draft is from now on what stands in this file."""
    found, form = EDITOR.draft(draft_id), spoken(FileForm())
    try:
        drafting.save(draft_id, files.read(sent_text(files.LARGEST)), seen=_seen(), by=actor())
    except InvalidError as fault:
        return _draft_page(found, _when_form(None), file_form=form, errors=with_faults(form, fault.fields)), 422
    flash(say("Het concept is nu wat er in het bestand staat."), "done")
    return redirect(url_for(".draft", draft_id=draft_id))


@bp.get("/modellen/concepten/<uuid:draft_id>.json")
def draft_json(draft_id: UUID) -> Response:
    """The draft as a file, to work on and to read in again."""
    return json_response(drafting.model_of(EDITOR.draft(draft_id)), f"concept-{draft_id}")


@bp.get("/modellen/concepten/<uuid:draft_id>.pdf")
def draft_pdf(draft_id: UUID) -> Response:
    """The draft as a PDF that says on each page that it is one."""
    found = EDITOR.draft(draft_id)
    with wording.speaking(wording.RECORDED):
        facts = _facts(found)
    return pdf_copy(facts, f"concept-{draft_id}")


@bp.route("/modellen/concepten/<uuid:draft_id>/weggooien", methods=["GET", "POST"])
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Asked before a draft is thrown away; then it is."""
    found = EDITOR.draft(draft_id)
    if request.method == "GET":
        return render_template("drafts/discard.html", draft=found, overview=url_for(".draft", draft_id=draft_id))
    name = found.product.name
    drafting.discard(draft_id, by=actor())
    flash(say("Het concept is weggegooid."), "done")
    return redirect(url_for(".versions", product_name=name))


@bp.post("/modellen/concepten/<uuid:draft_id>/publiceren")
def publish(draft_id: UUID) -> ResponseReturnValue:
    """Publish, for good: exactly the text and the dates that were on the screen. Pressing twice publishes once."""
    form = _when_form(request.form)
    try:
        found = EDITOR.draft(draft_id)
        since, grace_days, faults = draft_forms.when(form, found)
        if faults or since is None:
            raise InvalidError("", faults)
        drafting.publish(draft_id, since=since, grace_days=grace_days, seen=_seen(), by=actor())
    except PortalError as fault:
        if not _is_published(draft_id):  # else it was pressed twice
            if not isinstance(fault, InvalidError):
                raise
            dates = {name: each for name, each in fault.fields.items() if name in form}
            return _draft_page(EDITOR.draft(draft_id), form, errors=with_faults(form, dates)), fault.status
    flash(say("De versie is gepubliceerd en ligt vast."), "done")
    return redirect(url_for("models.show", publication_id=draft_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _product(name: str) -> Product:
    product = products.find(reader(), name)
    if suppliers.authority_over(reader(), actor(), product) is None:
        raise NotFoundError
    return product


def _is_published(publication_id: UUID) -> bool:
    made = reader.get(Publication, publication_id)
    return made is not None and suppliers.authority_over(reader(), actor(), made.product) is not None


def _begun(wish: str) -> DpiaModel | None:
    """The text to begin with; none: a copy of the latest version."""
    match wish:
        case "latest":
            return None
        case "empty":
            return model.empty()
        case "file":
            return files.read(sent_text(files.LARGEST))
        case name if name in publications.MODEL_EXAMPLES:
            return files.read(publications.MODEL_EXAMPLES[name].read_text(encoding="utf-8"))
    raise NotFoundError


def _seen() -> int:
    seen = request.form.get("seen", "")
    return int(seen) if re.fullmatch(r"[0-9]{1,6}", seen) else 0


def _when_form(given: Any) -> Form:
    meaning = say("Zo lang kan een bestuur nog met de vorige versie besluiten. 0 betekent: geen dag.")
    return draft_forms.when_form(given, meaning=meaning, days=GRACE)


def _facts(found: PublicationDraft) -> dict[str, Any]:
    return words.copy_of(found.body, title=found.title, version=found.version, product=found.product, at=clock.now())


def _versions_page(product: Product, form: Form, errors: Iterable[tuple[str, str]] = ()) -> str:
    known = publications.versions(reader(), product.id, DPIA_MODEL)
    return render_template(
        "models/versions.html",
        product=product,
        versions=[
            {
                "version": each.version,
                "title": each.title,
                "since": day(clock.day_of(each.since), weekday=True),
                "url": url_for("models.show", publication_id=each.id),
            }
            for each in known
        ],
        drafts=[
            {
                "title": each.title or say("Zonder titel"),
                "version": each.version,
                "url": url_for(".draft", draft_id=each.id),
                "who": each.person.name,
                "when": moment(each.changed_at),
            }
            for each in drafting.drafts_of(reader(), product.id, DPIA_MODEL)
        ],
        examples=EXAMPLES,
        form_fields=form,
        errors=list(errors),
    )


def _draft_page(
    found: PublicationDraft,
    form: Form,
    *,
    file_form: Form | None = None,
    since: dt.date | None = None,
    grace_days: int = 0,
    errors: Iterable[tuple[str, str]] = (),
) -> str:
    others = publications.versions(reader(), found.product_id, DPIA_MODEL)
    before = next((each for each in others if since is None or clock.day_of(each.since) < since), None)
    left = EDITOR.unfinished(found)
    page = text.as_page(TEMPLATE, _facts(found), language=wording.language(), layout="copy_page")
    return render_template(
        "models/draft.html",
        draft=found,
        groups=[(say(title), tasks(EDITOR, found, left, group)) for group, title in parts.GROUPS.items()],
        left=[link_of(EDITOR, found, each) for each in left],
        before=before,
        clause_changes=[],
        row_changes=words.changes(before.body, found.body) if before else [],
        text=Markup(page),  # noqa: S704 - our own template, which escapes what people wrote
        form_fields=form,
        file_form=file_form or spoken(FileForm()),
        errors=list(errors),
        since=since,
        grace_days=grace_days,
        happens=_happens(before, since) if since and not left else [],
    )


def _happens(before: Publication | None, since: dt.date) -> list[str]:
    """What publishing does, one sentence each."""
    said = [
        say("De tekst ligt daarna vast, met een controlegetal in het logboek."),
        say("Een fout herstelt u met een nieuwe versie."),
        say("Gaat in op %(since)s.", since=day(since, weekday=True)),
    ]
    if before is not None:
        said.append(say("Besturen die versie %(version)s gebruikten, beoordelen opnieuw.", version=before.version))
    return said
