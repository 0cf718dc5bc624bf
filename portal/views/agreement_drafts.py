"""Processor agreements in the making: a draft at a glance, and written a part at a time."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal import wording
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.offers import drafting, publications
from portal.offers.agreements import annexes, parts, words
from portal.offers.agreements.agreement import Agreement
from portal.offers.agreements.changes import RowChange, row_changes, section_changes
from portal.offers.agreements.duties import DUTIES, PARAMETERS
from portal.offers.agreements.parts import PARTS, Part, Unfinished
from portal.offers.drafting import StaleDraftError
from portal.offers.tables import PublicationDraft
from portal.views import agreement_announced, agreement_forms
from portal.views.agreement_files import json_response
from portal.views.agreement_unfinished import draft_of, sentence_of, unfinished
from portal.views.desk import actor
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
    draft = draft_of(draft_id)
    agreement, left = drafting.agreement_of(draft), unfinished(draft)
    return render_template(
        "agreements/draft.html",
        draft=draft,
        who=draft.person.name,
        groups=[(say(title), _tasks(draft, agreement, left, group)) for group, title in parts.GROUPS.items()],
        duties=words.duties_in_words(draft.body),
        missing=len(agreement.missing_duties()),
        left=len(left),
        announced=agreement_announced.missing(draft),
        is_example="voorbeeldtekst van Tekenpoort" in agreement.introduction,
    )


@bp.route("/<uuid:draft_id>/<part_name>", methods=["GET", "POST"])
def edit(draft_id: UUID, part_name: str) -> ResponseReturnValue:
    """Write one part: every button keeps what was typed, finished or not."""
    draft, part = draft_of(draft_id), parts.part_of(part_name)
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


@bp.get("/<uuid:draft_id>/concept.json")
def as_json(draft_id: UUID) -> ResponseReturnValue:
    """The draft as a file that can be read again, here or elsewhere."""
    return json_response(drafting.agreement_of(draft_of(draft_id)), "concept")


@bp.route("/<uuid:draft_id>/weggooien", methods=["GET", "POST"])
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away, after being asked."""
    draft = draft_of(draft_id)
    if request.method == "GET":
        return render_template("agreements/discard.html", draft=draft)
    name = draft.product.name
    drafting.discard(draft_id, by=actor())
    flash(say("Het concept is weggegooid."), "done")
    return redirect(url_for("agreement_versions.show", product_name=name))


# --- How ---------------------------------------------------------------------------------------------------------


def _seen() -> str:
    return request.form.get("seen", "")[:16]


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
    left = [each for each in unfinished(draft) if each.part == part.name] if is_checked else []
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
        left=[{"url": f"#{each.field}" if each.field else "", "sentence": sentence_of(each)} for each in left],
        errors=list(errors),
        number=names.index(part.name) + 1,
        total=len(names),
        is_last=_next(part) is None,
        duties=DUTIES,
        announced=agreement_announced.missing(draft) if part.name == agreement_announced.PART else [],
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
    draft = draft_of(draft_id)
    agreement = drafting.agreement_of(draft)
    form = agreement_forms.form_of(part, agreement, parts.rows(agreement, part))
    agreement_forms.with_gone(form, part, typed[place])
    name = typed[place].get("heading", annexes.shown(part.section.key, typed[place][part.section.key.name]))
    return _part_page(draft, part, form, gone_place=place, gone_name=name[:80] or say("zonder naam"))
