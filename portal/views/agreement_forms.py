"""The forms in which a processor agreement is written, a part at a time, and what their buttons do to its rows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FileField, Form, FormField, HiddenField, SelectChoice, SelectField, StringField
from wtforms import TextAreaField as Lines

from portal.cases.fields import DayField, Ticks
from portal.offers.agreements import parts
from portal.offers.agreements.agreement import Agreement
from portal.offers.agreements.annexes import Column, Kind
from portal.offers.agreements.duties import DUTIES, PARAMETERS
from portal.offers.agreements.parts import CLAUSES, DEVIATIONS, DUTIES_COLUMN, Cells, Part, field_name
from portal.parties.spelling import clean, clean_lines
from portal.views.desk import spoken
from portal.wording import mark, say

DEEDS = re.compile(r"(up|down|remove):([0-9]{1,3})|add|restore|next|save")
LONGEST = {"title": 200, "version": 20}
"""What the columns of a draft hold; anything else may be kept too long while it is a draft."""
_FIELD = re.compile(r"(?:row-[0-9]{1,3}|gone)-[a-z_]{1,40}(?:-(?:day|month|year))?", re.ASCII)
_ON_ONE_LINE = ("title", "version", "model", "heading")
_LETTERS_ON_A_LINE = 70


class StartForm(Form):
    """An agreement from a file."""

    file = FileField(mark("JSON-bestand"), render_kw={"accept": ".json"})


def form_of(part: Part, agreement: Agreement, rows: Sequence[Cells]) -> Form:
    """The form of a part, with these rows in it."""
    form = _form_class(part)(data={"row": [_shown(part, each) for each in rows]})
    return _dressed(form, part, agreement)


def sent(part: Part, agreement: Agreement) -> Form:
    """The form as it was sent; fields that no page of ours can have made are left out."""
    given: MultiDict[str, str] = MultiDict()
    for name in request.form:
        if _FIELD.fullmatch(name):
            given.setlist(name, request.form.getlist(name))
    if part.section.is_single and not any(name.startswith("row-0-") for name in given):
        given[f"row-0-{field_name(part.section.key.name)}"] = ""
    return _dressed(_form_class(part)(given), part, agreement)


def typed(part: Part, form: Form) -> list[Cells]:
    """The rows as they were typed."""
    return [_cells(part, entry.form) for entry in form.row][: part.most]


def done(part: Part, rows: list[Cells], form: Form, deed: str) -> tuple[list[Cells], int]:
    """The rows after one of the buttons, and the place to look at."""
    name, _, number = deed.partition(":")
    place = int(number or 0)
    match name:
        case "add" if len(rows) < part.most:
            return [*rows, parts.blank_row(part)], len(rows)
        case "up":
            return parts.moved(rows, place, place - 1), max(0, place - 1)
        case "down":
            return parts.moved(rows, place, place + 1), min(place + 1, len(rows) - 1)
        case "remove":
            return [each for at, each in enumerate(rows) if at != place], place
        case "restore":
            return _restored(part, rows, form)
    return rows, place


def too_long(part: Part, rows: Sequence[Cells]) -> dict[str, str]:
    """What cannot even be kept as a draft: the field, and a sentence."""
    if part.name != parts.TEXT:
        return {}
    return {
        f"row-0-{name}": say("Dit is te lang: hooguit %(most)s tekens.", most=most)
        for name, most in LONGEST.items()
        if len(rows[0][name]) > most
    }


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
    fields: dict[str, Any] = {field_name(column.name): _field(column) for column in part.section.columns}
    if part.name == CLAUSES:
        duties = [SelectChoice(name, say(title)) for name, title in DUTIES.items()]
        fields |= {"id": HiddenField(), DUTIES_COLUMN: Ticks(mark("Onderwerpen van artikel 28"), choices=duties)}
    row = type("RowForm", (Form,), fields)
    return type("PartForm", (Form,), {"row": FieldList(FormField(row)), "gone": FormField(row)})


def _field(column: Column) -> Any:
    match column.kind:
        case Kind.CHOICE | Kind.YES_NO:
            return SelectField(column.label, choices=[], validate_choice=False)
        case Kind.DAY:
            return DayField(column.label, required=False, earliest=None)
        case Kind.NUMBER:
            return StringField(column.label, filters=[clean], render_kw={"inputmode": "numeric"})
        case Kind.EMAIL:
            return StringField(column.label, filters=[clean], render_kw={"type": "email", "autocomplete": "off"})
    if column.name in _ON_ONE_LINE:
        return StringField(column.label, filters=[clean])
    return Lines(column.label, filters=[clean_lines])


def _dressed(form: Form, part: Part, agreement: Agreement) -> Form:
    """With labels in the reader's language, options, sizes, and the bounds of numbers."""
    for entry in form.row:
        spoken(entry.form)
        for column in part.section.columns:
            _dress(entry.form[field_name(column.name)], part, column, agreement)
    return form


def _dress(field: Field, part: Part, column: Column, agreement: Agreement) -> None:
    if column.optional:
        field.flags.optional = True
    if isinstance(field, SelectField):
        options = {key: say(name) for key, name in column.options}
        if part.name == DEVIATIONS:
            options = {each.id: f"{at}. {each.heading}" for at, each in enumerate(agreement.clauses, 1)}
        if field.data and field.data not in options:
            options[field.data] = field.data  # from a file: shown as it is, and named as a fault
        field.choices = [SelectChoice("", say("Kies")), *(SelectChoice(*each) for each in options.items())]
    elif isinstance(field, Lines):
        field.render_kw = {"rows": _lines(field.data or "", 4 if column.name in ("text", "introduction") else 2)}
    field.description = _hint(column)


def _hint(column: Column) -> str:
    bounds = next((each for each in PARAMETERS if each.name == column.name and each.is_number), None)
    if bounds:
        return say("Een heel getal van %(least)s tot en met %(most)s.", least=bounds.least, most=bounds.most)
    if column.name == "version" and column.kind is Kind.TEXT:
        return say("Elke versie heeft een eigen nummer, bijvoorbeeld 2027-01.")
    return ""


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
        field = form[field_name(column.name)]
        cells[column.name] = _day(field) if isinstance(field, DayField) else field.data or ""
    if part.name == CLAUSES:
        cells["id"] = clean(form["id"].data)
        cells[DUTIES_COLUMN] = [each for each in DUTIES if each in (form[DUTIES_COLUMN].data or ())]
    return {name: clean_lines(each) if isinstance(each, str) else each for name, each in cells.items()}


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
