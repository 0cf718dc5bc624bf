"""The draft of a processor agreement as it will read, what changes, and the act of publishing it for good."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Form

from portal import clock, wording
from portal.database import reader
from portal.documents import text
from portal.errors import InvalidError, PortalError
from portal.offers import drafting, publications, suppliers
from portal.offers.agreements import words
from portal.offers.agreements.changes import row_changes
from portal.offers.tables import Publication, PublicationDraft
from portal.views import agreement_announced, draft_forms
from portal.views.agreement_drafts import EDITOR
from portal.views.agreement_files import TEMPLATE, pdf_copy
from portal.views.desk import actor, with_faults
from portal.views.part_pages import link_of
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, say

bp = Blueprint("agreement_publishing", __name__, url_prefix="/leverancier/concepten")
GRACE = 30
"""Days that are proposed."""


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<uuid:draft_id>/voorbeeld")
def preview(draft_id: UUID) -> ResponseReturnValue:
    """The draft as it will read, what changes, and from when; nothing is decided yet."""
    draft = EDITOR.draft(draft_id)
    if "since-day" not in request.args:
        return _preview_page(draft, _when_form(None))
    form = _when_form(request.args)
    since, grace_days, faults = draft_forms.when(form, draft)
    if faults:
        return _preview_page(draft, form, errors=with_faults(form, faults)), InvalidError.status
    return _preview_page(draft, form, since=since, grace_days=grace_days)


@bp.get("/<uuid:draft_id>/voorbeeld.pdf")
def preview_pdf(draft_id: UUID) -> ResponseReturnValue:
    """The draft as a PDF that says on each page that it is one."""
    draft = EDITOR.draft(draft_id)
    with wording.speaking(wording.RECORDED):
        facts = _facts(draft)
    return pdf_copy(facts, f"concept-{draft_id}")


@bp.post("/<uuid:draft_id>/publiceren")
def publish(draft_id: UUID) -> ResponseReturnValue:
    """Publish, for good: exactly the text and the dates that were on the screen. Pressing twice publishes once."""
    form = _when_form(request.form)
    try:
        draft = EDITOR.draft(draft_id)
        since, grace_days, faults = draft_forms.when(form, draft)
        if faults or since is None:
            raise InvalidError("", faults)
        seen = request.form.get("seen", "")
        changes = int(seen) if re.fullmatch(r"[0-9]{1,6}", seen) else 0
        drafting.publish(draft_id, since=since, grace_days=grace_days, seen=changes, by=actor())
    except PortalError as fault:
        if _published(draft_id) is None:  # else it was pressed twice
            if not isinstance(fault, InvalidError):
                raise
            dates = {name: each for name, each in fault.fields.items() if name in form}
            return _preview_page(EDITOR.draft(draft_id), form, errors=with_faults(form, dates)), fault.status
    flash(say("De versie is gepubliceerd en ligt vast."), "done")
    return redirect(url_for("agreement_texts.show", publication_id=draft_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _published(publication_id: UUID) -> Publication | None:
    """The version that came of a draft, for who may see it here."""
    made = reader.get(Publication, publication_id)
    if made is None or suppliers.authority_over(reader(), actor(), made.product) is None:
        return None
    return made


def _when_form(given: Any) -> Form:
    meaning = say("Zo lang voldoet de vorige versie nog. 0 betekent: geen dag.")
    return draft_forms.when_form(given, meaning=meaning, days=GRACE)


def _facts(draft: PublicationDraft) -> dict[str, Any]:
    return words.copy_of(draft.body, title=draft.title, version=draft.version, product=draft.product, at=clock.now())


def _preview_page(
    draft: PublicationDraft,
    form: Form,
    *,
    since: dt.date | None = None,
    grace_days: int = 0,
    errors: Iterable[tuple[str, str]] = (),
) -> str:
    others = publications.versions(reader(), draft.product_id, draft.kind)
    before = next((each for each in others if since is None or clock.day_of(each.since) < since), None)
    page = text.as_page(TEMPLATE, _facts(draft), language=wording.language(), layout="copy_page")
    left = EDITOR.unfinished(draft)
    return render_template(
        "agreements/preview.html",
        draft=draft,
        left=[link_of(EDITOR, draft, each) for each in left],
        before=before,
        announced=agreement_announced.missing(draft),
        clause_changes=publications.difference(before.body, draft.body) if before else [],
        row_changes=row_changes(before.body, draft.body) if before else [],
        text=Markup(page),  # noqa: S704 - our own template, which escapes what people wrote
        form_fields=form,
        errors=list(errors),
        since=since,
        grace_days=grace_days,
        happens=_happens(before, since, grace_days) if since and not left else [],
    )


def _happens(before: Publication | None, since: dt.date, grace_days: int) -> list[str]:
    """What publishing does, one sentence each."""
    said = [
        say("De tekst ligt daarna vast, met een controlegetal in het logboek."),
        say("Een fout herstelt u met een nieuwe versie."),
        say("Gaat in op %(since)s.", since=day(since, weekday=True)),
    ]
    if before is not None and grace_days:
        begins = max(clock.start_of(since), clock.now())
        last = clock.day_of(publications.grace_end(begins, grace_days) - dt.timedelta(microseconds=1))
        said.append(say("Tot en met %(until)s voldoet de vorige versie nog.", until=day(last, weekday=True)))
    said.append(say("Er gaat nog geen bericht naar besturen. Aanbieden is een aparte stap."))
    return said
