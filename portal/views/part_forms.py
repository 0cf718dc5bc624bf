"""The forms in which a text is written a part at a time, and what their buttons do to its rows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, HiddenField, SelectChoice, SelectField, StringField
from wtforms import TextAreaField as Lines

from portal.cases.fields import DayField, Ticks
from portal.offers import writing
from portal.offers.sections import Cells, Column, Kind
from portal.offers.writing import Part, Writing, field_name
from portal.parties.spelling import clean, clean_lines
from portal.views.desk import spoken
from portal.wording import say

DEEDS = re.compile(r"(up|down|remove|add):([0-9]{1,3})|add|restore|next|save")
T = TypeVar("T")
_FIELD = re.compile(r"(?:row-[0-9]{1,3}|gone)-[a-z_]{1,40}(?:-(?:day|month|year))?", re.ASCII)
_LETTERS_ON_A_LINE = 70
_LONG = frozenset({"text", "introduction", "summary"})
"""Columns that begin with more lines."""


def form_of(kind: Writing[T], text: T, part: Part, rows: Sequence[Cells]) -> Form:
    """The form of a part, with these rows in it."""
    form = _form_class(part)(data={"row": [_shown(part, each) for each in rows]})
    return _dressed(form, kind, text, part)


def sent(kind: Writing[T], text: T, part: Part) -> Form:
    """The form as it was sent; fields that no page of ours can have made are left out."""
    given: MultiDict[str, str] = MultiDict()
    for name in request.form:
        if _FIELD.fullmatch(name):
            given.setlist(name, request.form.getlist(name))
    if part.section.is_single and not any(name.startswith("row-0-") for name in given):
        given[f"row-0-{field_name(part.section.key.name)}"] = ""
    return _dressed(_form_class(part)(given), kind, text, part)


def typed(part: Part, form: Form) -> list[Cells]:
    """The rows as they were typed."""
    rows = [_cells(part, entry.form) for entry in form.row]
    return rows[:1] if part.section.is_single else rows


def done(kind: Writing[T], text: T, part: Part, rows: list[Cells], *, form: Form, deed: str) -> tuple[list[Cells], int]:
    """The rows after one of the buttons, and the place to look at."""
    name, _, number = deed.partition(":")
    place = int(number or 0)
    if part.is_fixed or (part.is_sorted and name in ("up", "down")):
        return rows, place
    match name:
        case "add" if len(rows) < part.most:
            return kind.with_one_more(text, part, rows, int(number) if number else None)
        case "up":
            return writing.moved(rows, place, place - 1), max(0, place - 1)
        case "down":
            return writing.moved(rows, place, place + 1), min(place + 1, len(rows) - 1)
        case "remove":
            return [each for at, each in enumerate(rows) if at != place], place
        case "restore":
            return _restored(part, rows, form)
    return rows, place


def put_faults(form: Form, faults: Mapping[str, str]) -> None:
    """Each sentence at its field, by the id that the field has on the page."""
    for entry in form.row:
        for field in entry.form:
            if field.name in faults:
                _say_at(field, faults[field.name])


def with_gone(form: Form, part: Part, gone: Cells) -> None:
    """Keep in the page what was just taken out of it."""
    form.gone.process(None, data=_shown(part, gone))


# --- How ---------------------------------------------------------------------------------------------------------


def _form_class(part: Part) -> type[Form]:
    fields = {field_name(each.name): _field(each) for each in part.section.columns if each.kind is not Kind.KEPT}
    kept = {each.name: Ticks(choices=[]) for each in part.section.columns if each.kind is Kind.KEPT}
    row, gone = type("RowForm", (Form,), fields), type("GoneForm", (Form,), {**fields, **kept})
    return type("PartForm", (Form,), {"row": FieldList(FormField(row)), "gone": FormField(gone)})


def _field(column: Column) -> Any:
    match column.kind:
        case Kind.CHOICE | Kind.YES_NO:
            return SelectField(column.label, choices=[], validate_choice=False)
        case Kind.SEVERAL:
            return Ticks(column.label, choices=[])
        case Kind.DAY:
            return DayField(column.label, required=False, earliest=None)
        case Kind.ID:
            return HiddenField(filters=[clean])
        case Kind.LINE:
            return StringField(column.label, filters=[clean])
        case Kind.NUMBER:
            return StringField(column.label, filters=[clean], render_kw={"inputmode": "numeric"})
        case Kind.EMAIL:
            return StringField(column.label, filters=[clean], render_kw={"type": "email", "autocomplete": "off"})
    return Lines(column.label, filters=[clean_lines])


def _dressed(form: Form, kind: Writing[T], text: T, part: Part) -> Form:
    """With labels in the reader's language, options, sizes, and what helps to fill it in."""
    columns = [each for each in part.section.columns if each.kind is not Kind.KEPT]
    options = {each.name: kind.options(text, part, each) for each in columns}
    for entry in form.row:
        spoken(entry.form)
        cells = _cells(part, entry.form)
        for column in columns:
            field = entry.form[field_name(column.name)]
            _dress(field, column, options[column.name])
            field.description = kind.hint(part, column, cells)
    for column in columns:
        if column.kind is Kind.SEVERAL:
            _offer(form.gone.form[field_name(column.name)], options[column.name])
    return form


def _dress(field: Field, column: Column, options: Sequence[tuple[str, str]]) -> None:
    field.flags.optional = column.optional or None
    field.flags.width = "short" if column.kind is Kind.NUMBER else column.width or None
    if isinstance(field, Ticks):
        _offer(field, options)
    elif isinstance(field, SelectField):
        known = dict(options)
        if field.data and field.data not in known:
            known[field.data] = field.data  # from a file: shown as it is, and named as a fault
        first = [] if column.first else [SelectChoice("", say("Kies"))]
        field.choices = [*first, *(SelectChoice(*each) for each in known.items())]
    elif isinstance(field, Lines):
        field.render_kw = {"rows": _lines(field.data or "", 4 if column.name in _LONG else 2)}


def _offer(field: Any, options: Sequence[tuple[str, str]]) -> None:
    """What can be chosen; anything else that was sent counts for nothing."""
    field.choices = [SelectChoice(*each) for each in options]
    field.data = [key for key, _ in options if key in (field.data or ())]


def _lines(text: str, fewest: int) -> int:
    """As many lines as the text needs, so that it can be read without scrolling in a box."""
    return min(20, max(fewest, sum(1 + len(line) // _LETTERS_ON_A_LINE for line in text.split("\n"))))


def _shown(part: Part, row: Cells) -> Cells:
    """A row as its form wants it: a day in three boxes, also one that does not exist."""
    shown = {field_name(name): each for name, each in row.items()}
    for column in part.section.columns:
        if column.kind is Kind.DAY:
            year, month, day = ([*str(row[column.name]).split("-", 2), "", ""])[:3]
            shown[column.name] = {"year": year, "month": month.removeprefix("0"), "day": day.removeprefix("0")}
    return shown


def _cells(part: Part, form: Form) -> Cells:
    """What stands in the form of one row."""
    cells: Cells = {}
    for column in part.section.columns:
        if field_name(column.name) not in form:
            continue
        field = form[field_name(column.name)]
        if isinstance(field, DayField):
            cells[column.name] = _day(field)
        elif isinstance(field, Ticks):
            cells[column.name] = list(field.data or ())
        else:
            cells[column.name] = clean_lines(field.data or "")
    return cells


def _day(field: Any) -> str:
    """The day, or what was typed for one, so that it is not lost."""
    typed_ = [clean(part.data)[:10] for part in (field.form.year, field.form.month, field.form.day)]
    return field.answer or ("-".join(typed_) if any(typed_) else "")


def _restored(part: Part, rows: list[Cells], form: Form) -> tuple[list[Cells], int]:
    """The rows with the one back that was just taken out: the page still held it."""
    number = request.form.get("gone_place", "")
    if len(rows) >= part.most or not re.fullmatch(r"[0-9]{1,3}", number):
        return rows, 0
    place = min(int(number), len(rows))
    return [*rows[:place], _cells(part, form.gone.form), *rows[place:]], place


def _say_at(field: Field, sentence: str) -> None:
    if isinstance(field, DayField):
        field.sentences = [sentence]
    else:
        field.errors = [sentence]
