"""Model DPIAs in the making: a draft written a part at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal.database import reader
from portal.offers import drafting, publications
from portal.offers.dpia import parts, words
from portal.offers.dpia.asked import INTRODUCTIONS, LISTS, LOWERS
from portal.offers.dpia.ids import LETTERS
from portal.offers.dpia.model import DpiaModel
from portal.offers.publications import DPIA_MODEL
from portal.offers.section_changes import section_changes
from portal.offers.tables import PublicationDraft
from portal.offers.writing import Part
from portal.views import part_pages
from portal.views.part_pages import Changes, Editor
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import say

bp = Blueprint("model_drafts", __name__, url_prefix="/leverancier/modellen/concepten")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.route("/<uuid:draft_id>/<part_name>", methods=["GET", "POST"])
def edit(draft_id: UUID, part_name: str) -> ResponseReturnValue:
    """Write one part: every button keeps what was typed, finished or not."""
    return part_pages.edit(EDITOR, draft_id, part_name)


# --- How ---------------------------------------------------------------------------------------------------------


def _model_of(draft: PublicationDraft) -> DpiaModel:
    """The model, which knows what ids its earlier versions used."""
    known = publications.versions(reader(), draft.product_id, DPIA_MODEL)
    used = {row["id"] for each in known for name in LETTERS for row in each.body[name]}
    return replace(drafting.model_of(draft), used=frozenset(used))


def _changes(part: Part, theirs: DpiaModel, mine: DpiaModel) -> Changes:
    title = parts.GROUPS[part.group]
    if part.section in LISTS:
        old, new = (words.rows(each.said, part.section) for each in (theirs, mine))
        return [], section_changes(title, part.section, old, new)
    return [], section_changes(title, part.section, parts.rows(theirs, part), parts.rows(mine, part))


def _beside(draft: PublicationDraft, part: Part, form: Form) -> Mapping[str, Any]:
    """What a part is about; of the lowering each measure with the places of its rows, and the rows of none."""
    introduction = say(INTRODUCTIONS.get(part.name, ""))
    if part.name != LOWERS.name:
        return {"introduction": introduction}
    measures, risks = draft.body["measures"], draft.body["risks"]
    places = [(at, entry.form["measure"].data) for at, entry in enumerate(form.row)]
    ids = [each["id"] for each in measures]
    found = [
        {"id": name, "text": each["text"], "places": [at for at, of in places if of == name]}
        for name, each in zip(ids, measures, strict=True)
    ]
    gone = [at for at, of in places if of not in ids]
    return {"introduction": introduction, "measures": found, "orphans": gone, "has_risks": bool(risks)}


EDITOR = Editor(
    DPIA_MODEL,
    parts,
    _model_of,
    ("about", "row-0-version"),
    _changes,
    "models/part.html",
    "model_drafts.edit",
    "model_publishing.draft",
    _beside,
)
