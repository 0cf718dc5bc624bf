"""What is typed at a step and not saved: kept while somebody types, and thrown away when they say so."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import typed
from portal.parties.spelling import clean, clean_lines
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import say

bp = Blueprint("typed_steps", __name__, url_prefix="/zaken")
NOT_TYPED = ("csrf_token", "later")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.post("/<uuid:case_id>/<step_name>/getypt")
def keep(case_id: UUID, step_name: str) -> ResponseReturnValue:
    """Keep the form as it stands, unchecked; by itself while somebody types, or with a button to go on later."""
    sent = request.form.items(multi=True)
    fields = [(clean(name), clean_lines(value)) for name, value in sent if name not in NOT_TYPED]
    typed.keep(case_id, step_name, fields, by=visitor())
    if "later" not in request.form:
        return "", 204
    flash(say("Wat u typte is bewaard. U kunt later verdergaan; niemand anders ziet het."), "done")
    return redirect(url_for("cases.show", case_id=case_id))


@bp.post("/<uuid:case_id>/<step_name>/getypt/weg")
def forget(case_id: UUID, step_name: str) -> ResponseReturnValue:
    """Throw it away: the step shows again what was saved."""
    typed.forget(case_id, step_name, by=visitor())
    return redirect(url_for("cases.answer", case_id=case_id, step_name=step_name))
