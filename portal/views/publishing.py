"""A publication from draft to published: edited, compared with what holds now, its effect shown, and then for good."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal import clock
from portal.cases import campaigns, effects
from portal.cases.tables import Case
from portal.database import reader
from portal.errors import InvalidError, NotFoundError, PortalError
from portal.offers import drafting, publications
from portal.offers.drafting import StaleDraftError
from portal.offers.tables import Publication, PublicationDraft
from portal.offers.terms import Terms
from portal.views import draft_forms
from portal.views.desk import actor, only_service_desk, spoken, with_faults
from portal.views.products import standing
from portal.wording import day, mark, say, say_count

bp = Blueprint("publishing", __name__, url_prefix="/servicedesk")
bp.before_request(only_service_desk)
ACTS = re.compile(r"(up|down|remove):([0-9]{1,3})|add|restore|preview|save")


@bp.route("/concepten/<uuid:draft_id>", methods=["GET", "POST"])
def edit(draft_id: UUID) -> ResponseReturnValue:
    """Write the draft: every button keeps what was typed, finished or not."""
    draft = _draft(draft_id)
    if request.method == "GET":
        return _edit_page(draft, draft_forms.form_of(drafting.terms_of(draft)), seen=draft.changes)
    form = draft_forms.sent()
    terms, deed = draft_forms.typed(form), request.form.get("do", "save")
    if not ACTS.fullmatch(deed):
        raise NotFoundError
    faults = dict(draft_forms.too_long(terms))
    if faults:
        return _edit_page(draft, form, seen=_seen(), errors=with_faults(form, faults)), InvalidError.status
    wanted, place = draft_forms.done(terms, deed)
    try:
        drafting.save(draft_id, wanted, seen=_seen(), by=actor())
    except StaleDraftError as stale:
        changes = publications.difference(stale.stored.body(), terms.body())
        page = _edit_page(draft, form, seen=stale.changes, changes=changes, stale=True)
        return page, stale.status
    if deed == "preview":
        return redirect(url_for(".preview", draft_id=draft_id))
    if deed.startswith("remove"):
        reader.expire_all()
        kept = _draft(draft_id)
        gone = terms.clauses[place] if place < len(terms.clauses) else None
        return _edit_page(kept, draft_forms.form_of(wanted), seen=kept.changes, gone=gone, gone_place=place)
    flash(say("Het concept is bewaard."), "done")
    anchor = f"clause-{place + 1}" if deed != "save" else None
    return redirect(url_for(".edit", draft_id=draft_id, _anchor=anchor))


@bp.get("/concepten/<uuid:draft_id>/voorbeeld")
def preview(draft_id: UUID) -> ResponseReturnValue:
    """The draft as it will read, what changes, and what it does to those who read now; nothing is decided yet."""
    draft = _draft(draft_id)
    if "since-day" not in request.args:
        return _preview_page(draft, draft_forms.when_form(None))
    form = draft_forms.when_form(request.args)
    since, grace_days, faults = draft_forms.when(form, draft)
    if faults:
        return _preview_page(draft, form, errors=with_faults(form, faults)), InvalidError.status
    return _preview_page(draft, form, since=since, grace_days=grace_days)


@bp.post("/concepten/<uuid:draft_id>/publiceren")
def publish(draft_id: UUID) -> ResponseReturnValue:
    """Publish, for good: exactly the text and the dates of which the effect was on the screen."""
    form = draft_forms.when_form(request.form)
    try:
        since, grace_days, faults = draft_forms.when(form, _draft(draft_id))
        if faults or since is None:
            raise InvalidError("", faults)
        drafting.publish(draft_id, since=since, grace_days=grace_days, seen=_seen(), by=actor())
    except PortalError as fault:
        if reader.get(Publication, draft_id) is None:  # else it was pressed twice
            if not isinstance(fault, InvalidError):
                raise
            return _preview_page(_draft(draft_id), form, errors=with_faults(form, fault.fields)), fault.status
    flash(say("De versie is gepubliceerd en ligt vast."), "done")
    return redirect(url_for(".show", publication_id=draft_id))


@bp.route("/concepten/<uuid:draft_id>/weggooien", methods=["GET", "POST"])
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away, after being asked."""
    draft = _draft(draft_id)
    if request.method == "GET":
        return render_template("publishing/discard.html", draft=draft)
    name = draft.product.name
    drafting.discard(draft_id, by=actor())
    flash(say("Het concept is weggegooid."), "done")
    return redirect(url_for("products.show", product_name=name))


@bp.get("/publicaties/<uuid:publication_id>")
def show(publication_id: UUID) -> ResponseReturnValue:
    """A publication as it reads, with its hash and what changed since the version before."""
    publication = reader.get(Publication, publication_id)
    if publication is None or publication.kind != publications.USAGE_TERMS:
        raise NotFoundError
    known = publications.versions(reader(), publication.product_id, publication.kind)
    before = publications.before(reader(), publication)
    return render_template(
        "publishing/publication.html",
        publication=publication,
        status_of=standing(publication, known),
        before=before,
        changes=publications.difference(before.body, publication.body) if before else [],
        grace_until=publications.last_day_of_grace(publication) if publication.grace_days and before else None,
        has_campaign=before is not None,
        has_begun=publication.since <= clock.now(),
        entry=campaigns.published_in(reader(), publication),
    )


@bp.app_template_global("since_accepted")
def since_accepted(case: Case) -> tuple[Publication | None, list[publications.ClauseChange]]:
    """For the page on which terms are read: the version that its reader accepted, and what changed since."""
    return campaigns.since_accepted(reader(), case)


# --- How ---------------------------------------------------------------------------------------------------------


def _draft(draft_id: UUID) -> PublicationDraft:
    draft = reader.get(PublicationDraft, draft_id)
    if draft is None or draft.kind != publications.USAGE_TERMS:
        raise NotFoundError(mark("Dit concept is er niet meer: het is gepubliceerd of weggegooid."))
    return draft


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def _edit_page(draft: PublicationDraft, form: Form, *, seen: int, errors: Any = (), **more: Any) -> str:
    for entry in form.clauses:
        spoken(entry.form)
    given = {"changes": None, "stale": False, "gone": None, "gone_place": 0, **more}
    return render_template(
        "publishing/edit.html",
        draft=draft,
        form_fields=form,
        seen=seen,
        errors=list(errors),
        who=draft.person.name,
        **given,
    )


def _preview_page(
    draft: PublicationDraft,
    form: Form,
    *,
    since: dt.date | None = None,
    grace_days: int = 0,
    errors: Iterable[tuple[str, str]] = (),
) -> str:
    terms = drafting.terms_of(draft)
    others = publications.versions(reader(), draft.product_id, draft.kind)
    unfinished = dict(terms.faults())
    if any(each.version == terms.version for each in others):
        unfinished["version"] = say("Versie %(version)s is er al. Geef deze een ander nummer.", version=terms.version)
    before = next((each for each in others if since is None or clock.day_of(each.since) < since), None)
    return render_template(
        "publishing/preview.html",
        draft=draft,
        terms=terms,
        body=terms.body(),
        unfinished=list(unfinished.items()),
        before=before,
        changes=publications.difference(before.body, terms.body()) if before else [],
        form_fields=form,
        errors=list(errors),
        since=since,
        grace_days=grace_days,
        effect=_effect(draft, terms, since, grace_days) if since and not unfinished else [],
    )


def _effect(draft: PublicationDraft, terms: Terms, since: dt.date, grace_days: int) -> list[str]:
    """What publishing will do, one sentence each, with the numbers as they are now."""
    begins = max(clock.start_of(since), clock.now())
    found = effects.effect(reader(), draft.product_id, since=begins)
    ends = publications.grace_end(begins, grace_days)
    until = day(clock.day_of(ends - dt.timedelta(microseconds=1)), weekday=True)
    said = [
        say_count(
            "%(count)s persoon accepteerde versie %(version)s.",
            "%(count)s personen accepteerden versie %(version)s.",
            count,
            version=version,
        )
        for version, count in found.by_version.items()
    ]
    if not found.readers:
        return [
            *said,
            say("Niemand heeft nu toegang op grond van een eerdere versie; niemand hoeft opnieuw akkoord te gaan."),
            say(
                "Vanaf %(since)s accepteert ieder versie %(version)s.",
                since=day(since, weekday=True),
                version=terms.version,
            ),
        ]
    said.append(
        say(
            "Vanaf %(since)s vragen wij hun akkoord met versie %(version)s. Zij krijgen dan een mail.",
            since=day(since, weekday=True),
            version=terms.version,
        )
    )
    if grace_days:
        said.append(say("Tot en met %(until)s voldoet de vorige versie nog.", until=until))
    if grace_days and found.without_grace:
        said.append(
            say_count(
                "%(count)s persoon accepteerde alleen een oudere versie en verliest meteen de toegang.",
                "%(count)s personen accepteerden alleen een oudere versie en verliezen meteen de toegang.",
                found.without_grace,
            )
        )
    said.append(
        say_count(
            "Daarna is de poort dicht voor de lezers van %(count)s school, tot zij akkoord zijn.",
            "Daarna is de poort dicht voor de lezers van %(count)s scholen, tot zij akkoord zijn.",
            found.schools,
        )
        if grace_days
        else say_count(
            "De poort gaat meteen dicht voor de lezers van %(count)s school, tot zij akkoord zijn.",
            "De poort gaat meteen dicht voor de lezers van %(count)s scholen, tot zij akkoord zijn.",
            found.schools,
        )
    )
    if found.boards:
        said.append(
            say_count(
                "Ook bij %(count)s andere organisatie werken lezers.",
                "Ook bij %(count)s andere organisaties werken lezers.",
                found.boards,
            )
        )
    return said
