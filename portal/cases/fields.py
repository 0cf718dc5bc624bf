"""Fields and rules of our own: answers that speak Dutch when they are not right."""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup, escape
from wtforms import Field, Form, FormField, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextArea, TextInput

from portal.parties import numbers
from portal.wording import mark, say

SPELLINGS = {
    "amount": numbers.complaint_amount,
    "kvk": numbers.complaint_kvk,
    "board_number": numbers.complaint_board_number,
    "postcode": numbers.complaint_postcode,
}


class Required:
    """Something must be filled in; the sentence says what."""

    field_flags: Mapping[str, bool] = MappingProxyType({"required": True})

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, _form: Form, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            raise StopValidation(self.sentence)


class Spelled:
    """A number or address is spelled as it can be."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, _form: Form, field: Field) -> None:
        complaint = SPELLINGS[self.kind](field.data or "")
        if complaint:
            raise ValidationError(say(complaint))


class EmailAddress:
    def __call__(self, _form: Form, field: Field) -> None:
        try:
            validate_email(field.data, check_deliverability=False)
        except EmailNotValidError as fault:
            sentence = say("Dit is geen geldig e-mailadres. Een goed adres is bijvoorbeeld naam@school.nl.")
            raise ValidationError(sentence) from fault


class OneOf:
    """The answer stands in the list; the closed lists of ours, not the browser's."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, _form: Form, field: Field) -> None:
        allowed = {choice.value for choice in field.choices if not choice.render_kw.get("disabled")}
        given = field.data if isinstance(field.data, list) else [field.data]
        if any(value not in allowed for value in given):
            raise StopValidation(self.sentence)


def attributes(**given: Any) -> Markup:
    """The attributes of a tag: what WTForms writes too, without a piece of markup for each part of each of them. A step
    with sixty boxes has five hundred attributes.
    """
    written = (
        name if value is True else f'{name}="{escape(value)}"'
        for name, value in sorted(given.items())
        if value is not False
    )
    return Markup(" ".join(written))  # noqa: S704 - every value is escaped, and the names are ours


class OneLine(TextInput):
    """A box for one line of text."""

    html_params = staticmethod(attributes)


class ManyLines(TextArea):
    """A box for more lines of text."""

    def __call__(self, field: Field, **given: Any) -> Markup:
        """The box with what stands in it."""
        flags = {name: getattr(field.flags, name) for name in self.validation_attrs if name in field.flags}
        drawn = attributes(**{"id": field.id, "name": field.name, **flags, **given})
        return Markup(f"<textarea {drawn}>\r\n{escape(field._value())}</textarea>")  # noqa: S704 - escaped


class LineField(StringField):
    """A line of text."""

    widget = OneLine()


class LinesField(TextAreaField):
    """Lines of text."""

    widget = ManyLines()


class Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Form) -> None:
        """Our own validator speaks Dutch."""


class Radios(RadioField):
    def pre_validate(self, form: Form) -> None:
        """Our own validator speaks Dutch."""


class Day(Form):
    day = StringField(mark("Dag"))
    month = StringField(mark("Maand"))
    year = StringField(mark("Jaar"))


class DayField(FormField):
    """Three boxes that hold one day; the sentence about it stands at the field as a whole."""

    def __init__(self, label: str, *, required: bool, earliest: dt.date | None, **kwargs: Any) -> None:
        super().__init__(Day, label, **kwargs)
        self.required, self.earliest = required, earliest
        self.sentences: list[str] = []

    @property
    def errors(self) -> list[str]:
        return self.sentences

    @errors.setter
    def errors(self, sentences: list[str]) -> None:
        self.sentences = sentences

    @property
    def answer(self) -> str | None:
        """The day as an ISO string; None when nothing was filled in, or no day that exists."""
        try:
            return self._day()
        except (ValueError, OverflowError):
            return None

    def validate(self, _form: Form, _extra_validators: Iterable[Any] = ()) -> bool:
        self.sentences = list(self._complaints())
        return not self.sentences

    def _day(self) -> str | None:
        parts = [(part.data or "").strip() for part in (self.form.year, self.form.month, self.form.day)]
        if not any(parts):
            return None
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError
        return dt.date(*(int(part) for part in parts)).isoformat()

    def _complaints(self) -> Iterable[str]:
        try:
            answer = self._day()
        except (ValueError, OverflowError):
            yield say("Deze datum bestaat niet. Vul dag, maand en jaar in, bijvoorbeeld 1 8 2027.")
            return
        if answer is None:
            if self.required:
                yield say("Vul een datum in, bijvoorbeeld 1 8 2027.")
        elif self.earliest and answer < self.earliest.isoformat():
            yield say("Deze datum is al voorbij. Kies vandaag of een latere dag.")
        elif not "2000" <= answer[:4] <= "2099":
            yield say("Vul een jaar in van 2000 tot en met 2099.")
