"""Sub-processors that were announced and are missing from the draft of a next version, each added in one press."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.cases.agreements import beside, subprocessors
from portal.database import reader
from portal.errors import NotFoundError
from portal.offers import drafting, publications
from portal.offers.agreements import parts
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.sections import Cells
from portal.offers.tables import PublicationDraft
from portal.offers.writing import fingerprint
from portal.views.desk import actor
from portal.views.part_pages import draft_of
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, say

bp = Blueprint("agreement_announced", __name__, url_prefix="/leverancier/concepten")
PART = "leaflet-subprocessors"
BACK = {"draft": "agreement_drafts.show", "preview": "agreement_publishing.preview"}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.post("/<uuid:draft_id>/aangekondigd/<uuid:notice_id>")
def add(draft_id: UUID, notice_id: UUID) -> ResponseReturnValue:
    """Put one in the annex, as it was announced. Pressing twice adds one row."""
    draft = draft_of(draft_id, PROCESSOR_AGREEMENT)
    notice = next((each for each in beside.announced(reader(), draft.product_id) if each.id == notice_id), None)
    if notice is None:
        raise NotFoundError
    agreement, part = drafting.agreement_of(draft), parts.part_of(PART)
    if beside.is_missing(draft.body, notice):
        row: Cells = {each.name: getattr(notice, each.name) for each in subprocessors.SECTION.columns}
        kept = parts.rows(agreement, part)
        drafting.save_part(draft_id, part, [*kept, row], seen=fingerprint(kept), by=actor())
        flash(say("%(name)s staat nu in de bijlage van dit concept.", name=notice.name), "done")
    where = BACK.get(request.form.get("back", ""))
    if where is None:
        return redirect(url_for("agreement_drafts.edit", draft_id=draft_id, part_name=PART))
    return redirect(url_for(where, draft_id=draft_id))


def missing(draft: PublicationDraft) -> list[dict[str, Any]]:
    """Who was announced to boards and is not named in this draft."""
    before = next(iter(publications.versions(reader(), draft.product_id, draft.kind)), None)
    return [
        {
            "name": each.name,
            "since": day(clock.day_of(each.effective_at), weekday=True),
            "url": url_for("agreement_announced.add", draft_id=draft.id, notice_id=each.id),
        }
        for each in beside.missing_from(reader(), draft.body, draft.product_id, before=before)
    ]
