"""Processor agreements in the making: a draft at a glance, and written a part at a time."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal.offers import drafting, publications
from portal.offers.agreements import parts, words
from portal.offers.agreements.agreement import Agreement
from portal.offers.agreements.changes import row_changes
from portal.offers.agreements.duties import PARAMETERS
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.section_changes import section_changes
from portal.offers.tables import PublicationDraft
from portal.offers.writing import Part
from portal.views import agreement_announced, part_pages
from portal.views.agreement_files import json_response
from portal.views.desk import actor
from portal.views.part_pages import Changes, Editor
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import say

bp = Blueprint("agreement_drafts", __name__, url_prefix="/leverancier/concepten")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<uuid:draft_id>")
def show(draft_id: UUID) -> ResponseReturnValue:
    """The whole draft at a glance: what is done, what is not, and which clause fulfils which duty."""
    draft = EDITOR.draft(draft_id)
    agreement, left = drafting.agreement_of(draft), EDITOR.unfinished(draft)
    return render_template(
        "agreements/draft.html",
        draft=draft,
        who=draft.person.name,
        groups=[(say(title), part_pages.tasks(EDITOR, draft, left, group)) for group, title in parts.GROUPS.items()],
        duties=words.duties_in_words(draft.body),
        missing=len(agreement.missing_duties()),
        left=len(left),
        announced=agreement_announced.missing(draft),
        is_example="voorbeeldtekst van Tekenpoort" in agreement.introduction,
    )


@bp.route("/<uuid:draft_id>/<part_name>", methods=["GET", "POST"])
def edit(draft_id: UUID, part_name: str) -> ResponseReturnValue:
    """Write one part: every button keeps what was typed, finished or not."""
    return part_pages.edit(EDITOR, draft_id, part_name)


@bp.get("/<uuid:draft_id>/concept.json")
def as_json(draft_id: UUID) -> ResponseReturnValue:
    """The draft as a file that can be read again, here or elsewhere."""
    return json_response(drafting.agreement_of(EDITOR.draft(draft_id)), "concept")


@bp.route("/<uuid:draft_id>/weggooien", methods=["GET", "POST"])
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away, after being asked."""
    draft = EDITOR.draft(draft_id)
    if request.method == "GET":
        return render_template("drafts/discard.html", draft=draft, overview=url_for(".show", draft_id=draft_id))
    name = draft.product.name
    drafting.discard(draft_id, by=actor())
    flash(say("Het concept is weggegooid."), "done")
    return redirect(url_for("agreement_versions.show", product_name=name))


# --- How ---------------------------------------------------------------------------------------------------------


def _changes(part: Part, theirs: Agreement, mine: Agreement) -> Changes:
    if part.name == parts.CLAUSES:
        return publications.difference(theirs.body(), mine.body()), []
    if part.name == parts.TEXT:
        title = parts.GROUPS[part.group]
        return [], section_changes(title, part.section, parts.rows(theirs, part), parts.rows(mine, part))
    return [], row_changes(theirs.body(), mine.body())


def _beside(draft: PublicationDraft, part: Part, _form: Form) -> Mapping[str, Any]:
    return {
        "announced": agreement_announced.missing(draft) if part.name == agreement_announced.PART else [],
        "places": [(each.name, say(each.label)) for each in PARAMETERS],
    }


EDITOR = Editor(
    PROCESSOR_AGREEMENT,
    parts,
    drafting.agreement_of,
    (parts.TEXT, "row-0-version"),
    _changes,
    "agreements/part.html",
    "agreement_drafts.edit",
    "agreement_drafts.show",
    _beside,
)
