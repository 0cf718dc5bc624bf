"""Processor agreements in the making: written a part at a time, looked at as page and PDF, and published for good."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Form

from portal import clock, wording
from portal.database import reader
from portal.documents import copies, text
from portal.errors import InvalidError, NotFoundError, PortalError
from portal.offers import drafting, publications, suppliers
from portal.offers.agreements import annexes, files, parts, words
from portal.offers.agreements.agreement import Agreement
from portal.offers.agreements.changes import RowChange, row_changes, section_changes
from portal.offers.agreements.duties import DUTIES, PARAMETERS
from portal.offers.agreements.parts import PARTS, Part, Unfinished
from portal.offers.drafting import StaleDraftError
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Publication, PublicationDraft
from portal.views import agreement_forms, draft_forms
from portal.views.desk import actor, with_faults
from portal.views.documents import pdf_response
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say

bp = Blueprint("agreement_drafts", __name__, url_prefix="/leverancier/concepten")
TEMPLATE = "documents/agreement_copy.html"
GRACE = 30
"""Days that are proposed."""


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<uuid:draft_id>")
def show(draft_id: UUID) -> ResponseReturnValue:
    """The whole draft at a glance: what is done, what is not, and which clause fulfils which duty."""
    draft = _draft(draft_id)
    agreement, left = drafting.agreement_of(draft), _unfinished(draft)
    return render_template(
        "agreements/draft.html",
        draft=draft,
        who=draft.person.name,
        groups=[(say(title), _tasks(draft, agreement, left, group)) for group, title in parts.GROUPS.items()],
        duties=words.duties_in_words(draft.body),
        missing=len(agreement.missing_duties()),
        left=len(left),
        is_example="voorbeeldtekst van Tekenpoort" in agreement.introduction,
    )


@bp.route("/<uuid:draft_id>/<part_name>", methods=["GET", "POST"])
def edit(draft_id: UUID, part_name: str) -> ResponseReturnValue:
    """Write one part: every button keeps what was typed, finished or not."""
    draft, part = _draft(draft_id), parts.part_of(part_name)
    agreement = drafting.agreement_of(draft)
    if request.method == "GET":
        form = agreement_forms.form_of(part, agreement, parts.rows(agreement, part))
        return _part_page(draft, part, form, is_checked="nakijken" in request.args)
    form, deed = agreement_forms.sent(part, agreement), request.form.get("do", "save")
    if not agreement_forms.DEEDS.fullmatch(deed):
        raise NotFoundError
    typed = agreement_forms.typed(part, form)
    if faults := agreement_forms.too_long(part, typed):
        agreement_forms.put_faults(form, faults)
        return _part_page(draft, part, form, seen=_seen(), errors=faults.items()), InvalidError.status
    rows, place = agreement_forms.done(part, typed, form, deed)
    try:
        drafting.save_part(draft_id, part, rows, seen=_seen(), by=actor())
    except StaleDraftError as stale:
        return _stale_page(draft, part, form, stale, parts.with_rows(agreement, part, typed)), stale.status
    except InvalidError as fault:
        return _part_page(draft, part, form, seen=_seen(), errors=[(None, fault.fields["size"])]), fault.status
    if deed.startswith("remove") and place < len(typed):
        return _after_removing(draft_id, part, typed, place)
    flash(say("Het concept is bewaard."), "done")
    if deed == "next":
        after = _next(part)
        where = url_for(".edit", draft_id=draft_id, part_name=after) if after else url_for(".show", draft_id=draft_id)
        return redirect(where)
    checked = None if deed == "add" else 1
    anchor = f"row-{place}" if deed != "save" else None
    return redirect(url_for(".edit", draft_id=draft_id, part_name=part.name, nakijken=checked, _anchor=anchor))


@bp.get("/<uuid:draft_id>/voorbeeld")
def preview(draft_id: UUID) -> ResponseReturnValue:
    """The draft as it will read, what changes, and from when; nothing is decided yet."""
    draft = _draft(draft_id)
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
    draft = _draft(draft_id)
    now = clock.now()
    with wording.speaking(wording.RECORDED):
        facts = _facts(draft, now)
    reader.rollback()
    return pdf_response(copies.pdf(TEMPLATE, facts, at=now), f"concept-{draft_id}.pdf")


@bp.get("/<uuid:draft_id>/concept.json")
def as_json(draft_id: UUID) -> ResponseReturnValue:
    """The draft as a file that can be read again, here or elsewhere."""
    return json_response(drafting.agreement_of(_draft(draft_id)), "concept")


@bp.post("/<uuid:draft_id>/publiceren")
def publish(draft_id: UUID) -> ResponseReturnValue:
    """Publish, for good: exactly the text and the dates that were on the screen. Pressing twice publishes once."""
    form = _when_form(request.form)
    try:
        draft = _draft(draft_id)
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
            return _preview_page(_draft(draft_id), form, errors=with_faults(form, dates)), fault.status
    flash(say("De versie is gepubliceerd en ligt vast."), "done")
    return redirect(url_for("agreement_texts.show", publication_id=draft_id))


@bp.route("/<uuid:draft_id>/weggooien", methods=["GET", "POST"])
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away, after being asked."""
    draft = _draft(draft_id)
    if request.method == "GET":
        return render_template("agreements/discard.html", draft=draft)
    name = draft.product.name
    drafting.discard(draft_id, by=actor())
    flash(say("Het concept is weggegooid."), "done")
    return redirect(url_for("agreement_versions.show", product_name=name))


def json_response(agreement: Agreement, name: str) -> Response:
    """An agreement as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(files.written(agreement), mimetype="application/json", headers=headers)


# --- How ---------------------------------------------------------------------------------------------------------


def _draft(draft_id: UUID) -> PublicationDraft:
    draft = reader.get(PublicationDraft, draft_id)
    if draft is None:
        raise NotFoundError(mark("Dit concept is er niet meer: het is gepubliceerd of weggegooid."))
    mine = suppliers.authority_over(reader(), actor(), draft.product)
    if draft.kind != PROCESSOR_AGREEMENT or mine is None:
        raise NotFoundError(mark("Dit concept is er niet meer: het is gepubliceerd of weggegooid."))
    return draft


def _published(publication_id: UUID) -> Publication | None:
    """The version that came of a draft, for who may see it here."""
    made = reader.get(Publication, publication_id)
    if made is None or suppliers.authority_over(reader(), actor(), made.product) is None:
        return None
    return made


def _seen() -> str:
    return request.form.get("seen", "")[:16]


def _unfinished(draft: PublicationDraft) -> list[Unfinished]:
    """What must be mended before this draft can be published, its number among the other versions as well."""
    agreement = drafting.agreement_of(draft)
    left = parts.unfinished(list(agreement.faults()))
    others = publications.versions(reader(), draft.product_id, draft.kind)
    if any(each.version == agreement.version for each in others):
        taken = say("Versie %(version)s is er al. Geef deze een ander nummer.", version=agreement.version)
        left.insert(0, Unfinished(parts.TEXT, "row-0-version", taken))
    return left


def _tasks(
    draft: PublicationDraft, agreement: Agreement, left: Sequence[Unfinished], group: str
) -> list[dict[str, Any]]:
    """The parts of one group with how each stands, as the items of a task list."""
    items = []
    for part in (each for each in PARTS.values() if each.group == group):
        count = sum(each.part == part.name for each in left)
        blank = parts.is_blank(agreement, part)
        kind, said = ("done", say("klaar")) if not count else ("neutral", say("nog leeg"))
        if count and not blank:
            kind, said = "waiting", wording.say_count("nog %(count)s ding", "nog %(count)s dingen", count)
        rows = len(parts.rows(agreement, part))
        hint = "" if part.section.is_single else wording.say_count("%(count)s regel", "%(count)s regels", rows)
        if not rows:
            hint = say("geen regels")
        if part.name == parts.CLAUSES:
            hint = wording.say_count("%(count)s bepaling", "%(count)s bepalingen", rows)
        checked = 1 if count and not blank else None
        url = url_for(".edit", draft_id=draft.id, part_name=part.name, nakijken=checked)
        items.append({"title": say(part.title), "url": url, "status_kind": kind, "status_text": said, "hint": hint})
    return items


def _at(left: Unfinished) -> str:
    """What is to be mended, with the row and the field where the sentence does not name them."""
    label = say(left.label) if left.label else ""
    row = say("Regel %(number)s", number=left.row) if left.row and left.part != parts.CLAUSES else ""
    where = ", ".join(each for each in (row, "" if label in left.sentence else label) if each)
    return f"{where}: {left.sentence}" if where else left.sentence


def _link(draft: PublicationDraft, left: Unfinished) -> dict[str, str]:
    """The same, as a link to its page, under the name of that page."""
    url = url_for(".edit", draft_id=draft.id, part_name=left.part, nakijken=1, _anchor=left.field or None)
    return {"url": url, "sentence": f"{say(PARTS[left.part].title)}: {_at(left)}"}


def _next(part: Part) -> str | None:
    names = list(PARTS)
    at = names.index(part.name) + 1
    return names[at] if at < len(names) else None


def _part_page(
    draft: PublicationDraft,
    part: Part,
    form: Form,
    *,
    seen: str | None = None,
    is_checked: bool = False,
    errors: Iterable[tuple[str | None, str]] = (),
    **more: Any,
) -> str:
    agreement = drafting.agreement_of(draft)
    left = [each for each in _unfinished(draft) if each.part == part.name] if is_checked else []
    agreement_forms.put_faults(form, {each.field: each.sentence for each in left if each.field})
    names = list(PARTS)
    given = {"row_changes": [], "clause_changes": [], "stale": False, "gone_place": None, "gone_name": "", **more}
    return render_template(
        "agreements/part.html",
        draft=draft,
        part=part,
        group=say(parts.GROUPS[part.group]),
        title=say(part.title),
        form_fields=form,
        seen=seen or parts.fingerprint(agreement, part),
        left=[{"url": f"#{each.field}" if each.field else "", "sentence": _at(each)} for each in left],
        errors=list(errors),
        number=names.index(part.name) + 1,
        total=len(names),
        is_last=_next(part) is None,
        duties=DUTIES,
        places=[(each.name, say(each.label)) for each in PARAMETERS],
        **given,
    )


def _stale_page(draft: PublicationDraft, part: Part, form: Form, stale: StaleDraftError, mine: Agreement) -> str:
    """What was typed beside what a colleague made of it; nothing was kept."""
    reader.expire_all()
    theirs = stale.stored
    assert isinstance(theirs, Agreement)
    clause_changes: list[publications.ClauseChange] = []
    changes: list[RowChange] = []
    if part.name == parts.CLAUSES:
        clause_changes = publications.difference(theirs.body(), mine.body())
    elif part.name == parts.TEXT:
        title = parts.GROUPS[part.group]
        changes = section_changes(title, part.section, parts.rows(theirs, part), parts.rows(mine, part))
    else:
        changes = row_changes(theirs.body(), parts.with_rows(theirs, part, parts.rows(mine, part)).body())
    seen = parts.fingerprint(theirs, part)
    return _part_page(draft, part, form, seen=seen, clause_changes=clause_changes, row_changes=changes, stale=True)


def _after_removing(draft_id: UUID, part: Part, typed: list[parts.Cells], place: int) -> str:
    """The part without the row, which can still be put back: the page holds it."""
    reader.expire_all()
    draft = _draft(draft_id)
    agreement = drafting.agreement_of(draft)
    form = agreement_forms.form_of(part, agreement, parts.rows(agreement, part))
    agreement_forms.with_gone(form, part, typed[place])
    name = typed[place].get("heading", annexes.shown(part.section.key, typed[place][part.section.key.name]))
    return _part_page(draft, part, form, gone_place=place, gone_name=name[:80] or say("zonder naam"))


def _when_form(given: Any) -> Form:
    meaning = say("Zo lang voldoet de vorige versie nog. 0 betekent: geen dag.")
    return draft_forms.when_form(given, meaning=meaning, days=GRACE)


def _facts(draft: PublicationDraft, now: dt.datetime) -> dict[str, Any]:
    return words.copy_of(draft.body, title=draft.title, version=draft.version, product=draft.product, at=now)


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
    page = text.as_page(TEMPLATE, _facts(draft, clock.now()), language=wording.language(), layout="copy_page")
    left = _unfinished(draft)
    return render_template(
        "agreements/preview.html",
        draft=draft,
        left=[_link(draft, each) for each in left],
        before=before,
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
