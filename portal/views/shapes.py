"""Which shape a field of a form is drawn in, by templates/fields.html."""

from typing import Any

SHAPES = frozenset(
    {"text", "textarea", "radio", "checks", "confirm", "select", "file", "date", "rows", "group", "hidden", "submit"}
)
BY_TYPE = {
    "TextAreaField": "textarea", "RadioField": "radio", "Radios": "radio", "SelectMultipleField": "checks",
    "Ticks": "checks", "BooleanField": "confirm", "SelectField": "select", "FileField": "file",
    "MultipleFileField": "file", "HiddenField": "hidden", "CSRFTokenField": "hidden", "SubmitField": "submit",
    "StringField": "text", "LineField": "text", "LinesField": "textarea", "DayField": "date", "FieldList": "rows",
}  # fmt: skip
BY_INPUT = {"file": "file", "hidden": "hidden", "checkbox": "confirm", "submit": "submit"}


def shape_of(field: Any, kind: str | None = None) -> str:
    """The shape that is asked for, or else the one that the field has by its type and its parts."""
    if kind in SHAPES:
        return str(kind)
    if known := BY_TYPE.get(field.type):
        return known
    if hasattr(field, "entries"):
        return "rows"
    if all(hasattr(field, part) for part in ("day", "month", "year")):
        return "date"
    if hasattr(field, "form"):
        return "group"
    if hasattr(field, "iter_choices"):
        drawn = getattr(field.option_widget, "input_type", None)
        return "select" if drawn is None else "radio" if drawn == "radio" else "checks"
    drawn = getattr(field.widget, "input_type", None)
    return "textarea" if drawn is None else BY_INPUT.get(drawn, "text")
