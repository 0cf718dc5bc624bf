"""Drafts that are written a part at a time: one part on its page, two authors at once, the parts as a task list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from portal import wording
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.offers import drafting, publications, suppliers
from portal.offers.differences import ClauseChange
from portal.offers.drafting import StaleDraftError
from portal.offers.section_changes import RowChange
from portal.offers.sections import Cells
from portal.offers.tables import PublicationDraft
from portal.offers.writing import Part, Unfinished, Writing, fingerprint
from portal.views import part_forms
from portal.views.desk import actor
from portal.wording import mark, say

GONE = mark("Dit concept is er niet meer: het is gepubliceerd of weggegooid.")
T = TypeVar("T")
Changes = tuple[Sequence[ClauseChange], Sequence[RowChange]]


@dataclass(frozen=True)
class Editor(Generic[T]):
    """What the pages know of one kind of text that is written a part at a time."""

    kind: str
    writing: Writing[T]
    text_of: Callable[[PublicationDraft], T]
    numbered: tuple[str, str]
    """The part and the field that hold the number of the version."""
    changes: Callable[[Part, T, T], Changes]
    """What another made of a part, beside one's own."""
    template: str
    page: str
    """The address of a part."""
    overview: str
    """The address of the draft."""
    beside: Callable[[PublicationDraft, Part, Form], Mapping[str, Any]]
    """What its pages show besides."""

    def part(self, name: str) -> Part:
        """The part of this name; NotFoundError when there is none."""
        if name not in self.writing.PARTS:
            raise NotFoundError
        return self.writing.PARTS[name]

    def draft(self, draft_id: UUID) -> PublicationDraft:
        """The draft, for its supplier and the service desk; nobody else finds it."""
        return draft_of(draft_id, self.kind)

    def unfinished(self, draft: PublicationDraft) -> list[Unfinished]:
        """What must be mended before it can be published, its number among the other versions as well."""
        left = self.writing.unfinished(self.text_of(draft))
        others = publications.versions(reader(), draft.product_id, draft.kind)
        if any(each.version == draft.version for each in others):
            part, field = self.numbered
            taken = say("Versie %(version)s is er al. Geef deze een ander nummer.", version=draft.version)
            left.insert(0, Unfinished(self.part(part), field, taken))
        return left


def draft_of(draft_id: UUID, kind: str) -> PublicationDraft:
    """The draft of this kind, for its supplier and the service desk; nobody else finds it."""
    draft = reader.get(PublicationDraft, draft_id)
    if draft is None or draft.kind != kind:
        raise NotFoundError(GONE)
    if suppliers.authority_over(reader(), actor(), draft.product) is None:
        raise NotFoundError(GONE)
    return draft


def edit(editor: Editor[T], draft_id: UUID, part_name: str) -> ResponseReturnValue:
    """Write one part: every button keeps what was typed, finished or not."""
    draft, part, writing = editor.draft(draft_id), editor.part(part_name), editor.writing
    text = editor.text_of(draft)
    if request.method == "GET":
        form = part_forms.form_of(writing, text, part, writing.rows(text, part))
        return _part_page(editor, draft, part, form, is_checked="nakijken" in request.args)
    form, deed = part_forms.sent(writing, text, part), request.form.get("do", "save")
    if not part_forms.DEEDS.fullmatch(deed):
        raise NotFoundError
    typed = part_forms.typed(part, form)
    rows, place = part_forms.done(writing, text, part, typed, form=form, deed=deed)
    if writing.unkeepable(text, part, rows) and (faults := writing.unkeepable(text, part, typed)):
        part_forms.put_faults(form, faults)
        return _part_page(editor, draft, part, form, seen=_seen(), errors=faults.items()), InvalidError.status
    try:
        drafting.save_part(draft_id, part, rows, seen=_seen(), by=actor())
    except StaleDraftError as stale:
        return _stale_page(editor, part, form, draft_id, typed), stale.status
    except InvalidError as fault:
        sentence = fault.fields["size"]
        return _part_page(editor, draft, part, form, seen=_seen(), errors=[(None, sentence)]), fault.status
    if deed.startswith("remove") and len(rows) < len(typed):
        return _after_removing(editor, draft_id, part, writing.taken_out(text, part, typed[place]), place)
    flash(say("Het concept is bewaard."), "done")
    if deed == "next":
        after = _next(editor, part)
        where = url_for(editor.page, draft_id=draft_id, part_name=after) if after else None
        return redirect(where or url_for(editor.overview, draft_id=draft_id))
    checked = None if deed.startswith("add") else 1
    anchor = f"row-{place}" if deed != "save" else None
    return redirect(url_for(editor.page, draft_id=draft_id, part_name=part.name, nakijken=checked, _anchor=anchor))


def tasks(editor: Editor[T], draft: PublicationDraft, left: Sequence[Unfinished], group: str) -> list[dict[str, Any]]:
    """The parts of one group with how each stands, as the items of a task list."""
    text, writing, items = editor.text_of(draft), editor.writing, []
    for part in (each for each in writing.PARTS.values() if each.group == group):
        count = sum(each.part is part for each in left)
        blank = writing.is_blank(text, part)
        is_empty = blank and (count or part.section.fewest)
        kind, said = ("neutral", say("nog leeg")) if is_empty else ("done", say("klaar"))
        if count and not blank:
            kind, said = "waiting", wording.say_count("nog %(count)s ding", "nog %(count)s dingen", count)
        rows = len(writing.rows(text, part))
        hint = "" if part.section.is_single else writing.counted(part, rows) if rows else say("geen regels")
        checked = 1 if count and not blank else None
        url = url_for(editor.page, draft_id=draft.id, part_name=part.name, nakijken=checked)
        items.append({"title": say(part.title), "url": url, "status_kind": kind, "status_text": said, "hint": hint})
    return items


def sentence_of(left: Unfinished) -> str:
    """What is to be mended, with the row and the field where the sentence does not name them."""
    label = say(left.label) if left.label else ""
    where = ", ".join(each for each in (left.row, "" if label in left.sentence else label) if each)
    return f"{where}: {left.sentence}" if where else left.sentence


def link_of(editor: Editor[T], draft: PublicationDraft, left: Unfinished) -> dict[str, str]:
    """The same, as a link to its page, under the name of that page."""
    anchor = left.field or None
    url = url_for(editor.page, draft_id=draft.id, part_name=left.part.name, nakijken=1, _anchor=anchor)
    return {"url": url, "sentence": f"{say(left.part.title)}: {sentence_of(left)}"}


# --- How ---------------------------------------------------------------------------------------------------------


def _seen() -> str:
    return request.form.get("seen", "")[:16]


def _next(editor: Editor[T], part: Part) -> str | None:
    names = list(editor.writing.PARTS)
    at = names.index(part.name) + 1
    return names[at] if at < len(names) else None


def _part_page(
    editor: Editor[T],
    draft: PublicationDraft,
    part: Part,
    form: Form,
    *,
    seen: str | None = None,
    is_checked: bool = False,
    errors: Iterable[tuple[str | None, str]] = (),
    **more: Any,
) -> str:
    writing = editor.writing
    left = [each for each in editor.unfinished(draft) if each.part is part] if is_checked else []
    part_forms.put_faults(form, {each.field: each.sentence for each in reversed(left) if each.field})
    names = list(writing.PARTS)
    typed = part_forms.typed(part, form)
    given = {"row_changes": [], "clause_changes": [], "stale": False, "gone_place": None, "gone_name": "", **more}
    return render_template(
        editor.template,
        draft=draft,
        part=part,
        here=url_for(editor.page, draft_id=draft.id, part_name=part.name),
        overview=url_for(editor.overview, draft_id=draft.id),
        group=say(writing.GROUPS[part.group]),
        title=say(part.title),
        form_fields=form,
        row_names=[writing.row_name(part, row, number) for number, row in enumerate(typed, 1)],
        seen=seen or fingerprint(writing.rows(editor.text_of(draft), part)),
        left=[{"url": f"#{each.field}" if each.field else "", "sentence": sentence_of(each)} for each in left],
        errors=list(errors),
        number=names.index(part.name) + 1,
        total=len(names),
        is_last=_next(editor, part) is None,
        **editor.beside(draft, part, form),
        **given,
    )


def _stale_page(editor: Editor[T], part: Part, form: Form, draft_id: UUID, typed: list[Cells]) -> str:
    """What was typed beside what a colleague made of it; nothing was kept."""
    reader.expire_all()
    draft = editor.draft(draft_id)
    theirs = editor.text_of(draft)
    mine = editor.writing.with_rows(theirs, part, typed)
    clause_changes, row_changes = editor.changes(part, theirs, mine)
    seen = fingerprint(editor.writing.rows(theirs, part))
    more: dict[str, Any] = {"clause_changes": clause_changes, "row_changes": row_changes, "stale": True}
    return _part_page(editor, draft, part, form, seen=seen, **more)


def _after_removing(editor: Editor[T], draft_id: UUID, part: Part, gone: Cells, place: int) -> str:
    """The part without the row, which can still be put back: the page holds it."""
    reader.expire_all()
    draft, writing = editor.draft(draft_id), editor.writing
    text = editor.text_of(draft)
    form = part_forms.form_of(writing, text, part, writing.rows(text, part))
    part_forms.with_gone(form, part, gone)
    name = writing.row_title(part, gone)[:80] or say("zonder naam")
    return _part_page(editor, draft, part, form, gone_place=place, gone_name=name)
