"""From a step to a form and from a form to answers: one kind of field for each kind of question."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    ValidationError,
)
from wtforms.validators import Length, Optional

from portal.cases.fields import (
    SPELLINGS,
    DayField,
    EmailAddress,
    LineField,
    LinesField,
    OneOf,
    Radios,
    Required,
    Spelled,
    Ticks,
)
from portal.cases.surroundings import Surroundings
from portal.parties.spelling import clean, clean_lines
from portal.wording import day, say
from workflows import vocabulary as v

ROWS_SHOWN_AT_FIRST = 1
TYPED_NAME_LONGEST = 200
YES, NO = "yes", "no"


def _upper(text: str | None) -> str:
    compact = clean(text).upper()
    match = re.fullmatch(r"([1-9][0-9]{3})\s*([A-Z]{2})", compact)
    return f"{match[1]} {match[2]}" if match else compact


def form_for(
    asked: Iterable[v.Question],
    around: Surroundings,
    *,
    values: Mapping[str, Any] | None = None,
    posted: Any = None,
) -> Form:
    """The form that asks these questions, filled with earlier values or with what was posted."""
    fields = {question.name: _field(question, around) for question in asked}
    made = type("StepForm", (Form,), fields)
    shown = {question.name: _shown(question, (values or {}).get(question.name)) for question in asked}
    return made(formdata=posted, data=shown)


def answers_of(form: Form, asked: Iterable[v.Question], around: Surroundings) -> dict[str, Any]:
    """What the form holds, as the values that answers are kept in."""
    return {question.name: _value(question, form[question.name], around) for question in asked}


SHAPES = {
    "tel": {"type": "tel"},
    "kvk": {"inputmode": "numeric"},
    "board_number": {"inputmode": "numeric"},
    "amount": {"inputmode": "numeric"},
}
"""How a browser is told what kind of line is asked for."""


def _field(question: v.Question, around: Surroundings) -> Field:
    label, hint = say(question.label), say(question.hint)
    required: list[Any] = [Optional()] if question.optional else [Required(_missing(question))]
    match question:
        case v.Email(longest=longest):
            rules = [*required, _length(longest), EmailAddress()]
            return LineField(label, rules, filters=[clean], description=hint, render_kw={"type": "email"})
        case v.LongText(longest=longest):
            return LinesField(label, [*required, _length(longest)], filters=[clean_lines], description=hint)
        case v.Text(longest=longest, kind=kind):
            spelled = [Spelled(kind)] if kind in SPELLINGS else []
            filters = [_upper] if kind == "postcode" else [clean]
            rules = [*required, _length(longest), *spelled]
            return LineField(label, rules, filters=filters, description=hint, render_kw=SHAPES.get(kind))
        case v.ConfirmedEmail():
            return LineField(label, filters=[clean], description=hint, render_kw={"readonly": True, "type": "email"})
        case v.TypedName():
            rules = [*required, _length(TYPED_NAME_LONGEST), _same_name(around.person_name)]
            return LineField(label, rules, filters=[clean], description=hint)
        case v.Date(not_before_today=ahead):
            earliest = around.today if ahead else None
            return DayField(label, required=not question.optional, earliest=earliest, description=hint)
        case v.YesNo(yes=yes, no=no):
            choices = [SelectChoice(YES, say(yes)), SelectChoice(NO, say(no))]
            return Radios(label, [*required, OneOf(_missing(question))], choices=choices, description=hint)
        case v.Choice(options=options):
            choices = [SelectChoice(key, say(name)) for key, name in options]
            return Radios(label, [*required, OneOf(_missing(question))], choices=choices, description=hint)
        case v.Choices(options=options):
            choices = [SelectChoice(key, say(name)) for key, name in options]
            return Ticks(label, [*required, OneOf(_missing(question))], choices=choices, description=hint)
        case v.RecipientGroup():
            rules = [*required, OneOf(_missing(question)), _not_complained(around.group_complaints)]
            groups = [SelectChoice(key, name) for key, name in around.groups]
            return Radios(label, rules, choices=groups, description=hint)
        case v.PartyRows():
            return Ticks(label, [*required, OneOf(_missing(question))], choices=_places(around), description=hint)
        case v.OnFile(of=of, one=one):
            kept = [
                SelectChoice(each.key, each.name, {"data-hint": each.more} if each.more else {})
                for each in around.on_file.get(of, ())
                if not each.gone
            ]
            chooser: Any = Radios if one else Ticks
            return chooser(label, [*required, OneOf(_missing(question))], choices=kept, description=hint)
        case v.Pick(of=of, one=one):
            picks = [SelectChoice(each.id, each.title) for each in around.things.get(of, ())]
            picker: Any = Radios if one else Ticks
            return picker(label, [*required, OneOf(_missing(question))], choices=picks, description=hint)
        case v.OfEach(of=of, questions=questions):
            row = type("ThingForm", (Form,), {each.name: _field(each, around) for each in questions})
            things = {each.id: FormField(row, each.name) for each in around.things.get(of, ())}
            return FormField(type("ThingsForm", (Form,), things), label, description=hint)
        case v.Clauses():
            keys = [clause for clause in around.clauses if clause["key"]]
            choices = [SelectChoice(clause["id"], clause["confirm"]) for clause in keys]
            return Ticks(label, [_all_ticked(len(keys))], choices=choices, description=hint)
        case v.FromRegister():
            missing = say("Kies een organisatie uit de lijst, of kies dat u zelf invult.")
            return HiddenField(label, [Required(missing)], filters=[clean])
        case v.File(kinds=kinds, largest=largest):
            accept = ",".join(f".{kind}" for kind in kinds)
            size = say("%(count)s MB", count=largest // (1024 * 1024))
            return FileField(label, description=hint, render_kw={"accept": accept, "data-size": size})
        case v.Rows(questions=columns, fewest=fewest, most=most, row=row):
            row_form = type("RowForm", (Form,), {each.name: _field(each, around) for each in columns})
            entries = max(fewest, ROWS_SHOWN_AT_FIRST)
            return FieldList(FormField(row_form), label, min_entries=entries, max_entries=most, description=hint,
                             render_kw={"data-row": say(row)})  # fmt: skip
    raise v.WorkflowError(f"{question.name}: no field for this kind of question")


def _value(question: v.Question, field: Field, around: Surroundings) -> Any:
    match question:
        case v.YesNo():
            return {YES: True, NO: False}.get(field.data)
        case v.Date():
            return field.answer
        case v.ConfirmedEmail():
            return around.email
        case v.Rows(questions=columns):
            rows = [answers_of(entry.form, columns, around) for entry in field.entries]
            return [row for row in rows if any(value not in (None, "", []) for value in row.values())]
        case v.OfEach(questions=questions):
            said = {each.short_name: answers_of(each.form, questions, around) for each in field.form}
            return {key: {each.name: row[each.name] for each in question.asked_of(row)} for key, row in said.items()}
        case v.Pick(one=True) | v.OnFile(one=True):
            return field.data or ""
        case v.File():
            return None
        case v.Pick() | v.Clauses() | v.Choices() | v.PartyRows() | v.OnFile():
            return list(dict.fromkeys(field.data or []))
    return field.data or ""


def _shown(question: v.Question, value: Any) -> Any:
    match question:
        case v.YesNo():
            return {True: YES, False: NO}.get(value)
        case v.Date() if value:
            year, month, day = value.split("-")
            return {"day": str(int(day)), "month": str(int(month)), "year": year}
        case v.OfEach(questions=columns) if value:
            return {
                key: {each.name: _shown(each, row.get(each.name)) for each in columns} for key, row in value.items()
            }
        case v.Rows(questions=columns) if value:
            return [{each.name: _shown(each, row.get(each.name)) for each in columns} for row in value]
    return value


def drop_empty_rows(form: Form, asked: Iterable[v.Question], around: Surroundings) -> None:
    """Forget rows in which nothing was filled in, so that nobody is asked to complete them."""
    for question in asked:
        if isinstance(question, v.Rows):
            field = form[question.name]
            filled = [e for e in field.entries if any(answers_of(e.form, question.questions, around).values())]
            field.entries = filled or field.entries[: question.fewest]


def add_row(form: Form, name: str) -> None:
    """One empty row more."""
    field = form[name]
    if len(field.entries) < field.max_entries:
        field.append_entry()


def remove_row(form: Form, row: str) -> None:
    """The form without this row; what stood in the others stays."""
    name, _, place = row.rpartition("-")
    field = form[name]
    rows = [entry.data for at, entry in enumerate(field.entries) if str(at) != place]
    field.process(None, rows)


def field_at(form: Form, place: str) -> Any:
    """The field at a place: its name, or "measures.M1.on" for one within a thing."""
    field: Any = form
    for name in place.split("."):
        field = field[name] if isinstance(field, Form) else field.form[name]
    return field


def _missing(question: v.Question) -> str:
    match question:
        case v.YesNo() | v.Choice() | v.RecipientGroup() | v.OnFile(one=True):
            return say("Maak een keuze bij: %(label)s", label=say(question.label))
        case v.Choices() | v.PartyRows() | v.OnFile():
            return say("Kies ten minste één mogelijkheid bij: %(label)s", label=say(question.label))
    return say("Vul in: %(label)s", label=say(question.label))


def _length(longest: int) -> Length:
    return Length(max=longest, message=say("Dit is te lang. U mag %(count)s tekens gebruiken.", count=longest))


def _same_name(expected: str) -> Any:
    def check(_form: Form, field: Field) -> None:
        if " ".join((field.data or "").casefold().split()) != " ".join(expected.casefold().split()):
            raise ValidationError(say("Typ uw naam zoals die in uw account staat: %(name)s.", name=expected))

    return check


def _not_complained(complaints: Mapping[str, str]) -> Any:
    def check(_form: Form, field: Field) -> None:
        if field.data in complaints:
            raise ValidationError(say(complaints[field.data]))

    return check


def _all_ticked(count: int) -> Any:
    def check(_form: Form, field: Field) -> None:
        if len(set(field.data or []) & {choice.value for choice in field.choices}) < count:
            raise ValidationError(say("Bevestig elke afspraak met een vinkje, of ga onderaan niet akkoord."))

    return check


def _places(around: Surroundings) -> list[SelectChoice]:
    choices: list[SelectChoice] = []
    for place in around.places:
        where = ", ".join(part for part in (place.code, place.address, place.town) if part)
        if place.taken_by and place.free_from:
            free = say(
                "nu nog in de verklaring van %(board)s, vrij vanaf %(day)s",
                board=place.taken_by,
                day=day(place.free_from, weekday=True),
            )
            choices.append(SelectChoice(place.code, place.name, {"data-hint": f"{where}: {free}"}))
        elif place.taken_by:
            taken = say("staat al in de verklaring van %(board)s", board=place.taken_by)
            choices.append(SelectChoice(place.code, place.name, {"data-hint": f"{where}: {taken}", "disabled": True}))
        else:
            choices.append(SelectChoice(place.code, place.name, {"data-hint": where}))
    return choices
