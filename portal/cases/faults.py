"""Sentences at the fields of a form: put there, taken away where nothing was asked, and gathered for the page."""

from collections.abc import Collection
from typing import Any

from wtforms import FieldList, Form, FormField

from portal.cases.fields import DayField
from portal.cases.forms import answers_of, field_at
from portal.cases.surroundings import Surroundings
from workflows import vocabulary as v


def complain(form: Form, place: str, sentence: str) -> None:
    """Put a sentence at a field ("measures.M1.on" for one within a thing), after the form's own rules have spoken."""
    field = field_at(form, place)
    if isinstance(field, DayField):
        field.sentences.append(sentence)
    elif isinstance(field, FormField):  # of a thing as a whole: at the first thing that is asked about it
        complain(field.form, next(iter(field.form)).short_name, sentence)
    else:
        field.errors = [*field.errors, sentence]


def forgive(field: Any) -> None:
    """Forget what was wrong with an answer that was not asked for."""
    if isinstance(field, DayField):
        field.sentences = []
    elif isinstance(field, FormField):
        for each in field.form:
            forgive(each)
    else:
        for entry in field.entries if isinstance(field, FieldList) else ():
            forgive(entry)
        field.errors = []


def forgive_unasked(form: Form, asked: Collection[v.Question], around: Surroundings) -> None:
    """Only the questions count that the answers lead to, on the page and of each thing."""
    names = {each.name for each in asked}
    for field in form:
        if field.short_name not in names:
            forgive(field)
    for question in asked:
        if isinstance(question, v.OfEach):
            for thing in form[question.name].form:
                row = answers_of(thing.form, question.questions, around)
                kept = {each.name for each in question.asked_of(row)}
                for part in thing.form:
                    if part.short_name not in kept:
                        forgive(part)


def fault_places(form: Form) -> list[tuple[str, str]]:
    """Every fault in the order of the page, as (id of the field, sentence)."""
    found: list[tuple[str, str]] = []
    for field in form:
        if isinstance(field, FormField) and not isinstance(field, DayField):
            found += fault_places(field.form)
        elif isinstance(field, FieldList):
            found += [(field.id, sentence) for sentence in field.errors if isinstance(sentence, str)]
            for entry in field.entries:
                found += fault_places(entry.form)
        else:
            found += [(field.id, str(sentence)) for sentence in field.errors]
    return found
