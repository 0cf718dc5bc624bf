"""One step on the screen: its form from what is known, and what a post of it holds."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import CombinedMultiDict, FileStorage, MultiDict
from wtforms import Form

from portal import wording
from portal.cases import access, answering, drafts, faults, forms, prefilling, refusals, surroundings, typed
from portal.cases.surroundings import Surroundings
from portal.cases.tables import Case, TypedStep
from portal.database import reader
from portal.parties.spelling import clean
from portal.views.sent_files import pdf_complaint
from portal.views.visitor import visitor
from portal.wording import say
from workflows.vocabulary import Answers, File, OfEach, Question, Rows, Sentence, Step

LONGEST_VERSION = 9

LONGEST_ROW_NUMBER = 4


@dataclass
class Asked:
    """The form of one step, with what the page shows around it."""

    case: Case
    step: Step
    questions: tuple[Question, ...]
    """On the page: asked, or asked once another answer on it is chosen."""
    form: Form
    around: Surroundings
    seen: int
    sources: Mapping[str, str] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    typed_at: dt.datetime | None = None
    """When what stands in the form was typed, where it was not saved."""
    more_is_asked: bool = False
    """The answers lead to a question that was not on the screen yet."""
    asked: tuple[Question, ...] = ()
    """Those of the questions that what was sent leads to."""

    @property
    def takes_files(self) -> bool:
        """Whether the page can send files."""
        return any(True for _ in _file_places(self))

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Every fault with the place of its field."""
        return faults.fault_places(self.form)


def opened(case: Case, step: Step) -> Asked:
    """The step as it is opened: with the answers given before, else with what the portal knows."""
    around, answers = surroundings.of(reader(), case, asked=step.questions), access.answers_of(case)
    sources: dict[str, str] = {}
    given = answers.get(step.name)
    if given is None:
        known = prefilling.prefill(reader(), case, step.name, answers)
        given = {name: value for name, (value, _) in known.items()}
        sources = {name: source for name, (value, source) in known.items() if value}
    if (kept := typed.of(reader(), case.id, step.name, visitor().person_id)) is not None:
        return _as_typed(case, step, around, answers, kept)
    questions = step.on_page({**answers, step.name: given})
    form = forms.form_for(questions, around, values=given)
    asked = Asked(case, step, questions, form, around, answering.version_of(case, step.name), sources)
    asked.files = {place: file for place, _ in _file_places(asked) if (file := _at(given, place))}
    return asked


def _as_typed(case: Case, step: Step, around: Surroundings, answers: Answers, kept: TypedStep) -> Asked:
    """The step with what this person typed there and did not save, by the answers that were on the screen then."""
    fields = MultiDict([(str(name), str(value)) for name, value in kept.fields])
    sent = CombinedMultiDict([_rows_in_bounds(fields)])
    raw = forms.answers_of(forms.form_for(step.questions, around, posted=sent), step.questions, around)
    questions = step.on_page({**answers, step.name: raw})
    asked = Asked(case, step, questions, forms.form_for(questions, around, posted=sent), around, 0, typed_at=kept.at)
    asked.seen = _version(fields.get("seen", ""))
    for place, _ in _file_places(asked):
        file = drafts.kept_file(reader(), case.id, fields.get(f"{place.replace('.', '-')}-kept", ""))
        if found := file or _at(answers.get(step.name, {}), place):
            asked.files[place] = found
    return asked


def posted(case: Case, step: Step) -> Asked:
    """The step as it was sent: read, checked, with a sentence at every field that is not right."""
    around, answers = surroundings.of(reader(), case, asked=step.questions), access.answers_of(case)
    sent: CombinedMultiDict[str, Any] = CombinedMultiDict([_rows_in_bounds(request.form), request.files])
    everything = forms.form_for(step.questions, around, posted=sent)
    raw = forms.answers_of(everything, step.questions, around)
    questions = step.on_page({**answers, step.name: raw})
    form = everything if questions == step.questions else forms.form_for(questions, around, posted=sent)
    asked = Asked(case, step, questions, form, around, _version(request.form.get("seen", "")))
    asked.asked = step.asked({**answers, step.name: raw})
    shown = set(request.form.get("shown", "").split())
    _keep_files(asked, answers)
    if _pressed_a_row_button(asked):
        return asked
    forms.drop_empty_rows(form, questions, around)
    new = {question.name for question in asked.asked} - shown
    _check(asked, answers, new)
    if new and not asked.faults:
        asked.more_is_asked = True
    return asked


def _version(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < LONGEST_VERSION else 0


def _rows_in_bounds(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields as sent, without those whose row number no page of ours can have made."""
    return MultiDict([pair for pair in form.items(multi=True) if all(map(_is_made_here, pair[0].split("-")[1:]))])


def _is_made_here(part: str) -> bool:
    """Whether a part of a field's name is the id of a thing, a question, or the number of a row."""
    return not part.isdigit() or (part.isascii() and len(part) <= LONGEST_ROW_NUMBER)


def _check(asked: Asked, answers: Mapping[str, Mapping[str, Any]], new: set[str]) -> None:
    form = asked.form
    form.validate()
    faults.forgive_unasked(form, asked.asked, asked.around)
    for name in new:
        faults.forgive(form[name])  # it was not on the screen, so it could not be answered
    asked.values = forms.answers_of(form, asked.asked, asked.around)
    for place, file_question in _file_places(asked):
        is_asked = _put(asked.values, place, asked.files.get(place))
        left_out = is_asked and not file_question.optional and place not in asked.files
        if left_out and not forms.field_at(form, place).errors:
            faults.complain(form, place, say("Kies een bestand bij: %(label)s", label=say(file_question.label)))
    if asked.faults or new:
        return
    complaints: dict[str, Sentence] = {}
    for question in asked.asked:
        if question.complaint and (sentence := question.complaint(asked.values[question.name])):
            complaints[question.name] = sentence
    if asked.step.complaint:
        complaints |= asked.step.complaint(asked.values, answers)
    complaints |= refusals.complaints(reader(), asked.case, asked.step.name, {**answers, asked.step.name: asked.values})
    for name, sentence in complaints.items():
        faults.complain(form, name, wording.sentence(sentence))


def _file_places(asked: Asked) -> Iterator[tuple[str, File]]:
    """Where the form asks for a file: "earlier_file", or "measures.M1.file" for one about a thing."""
    for question in asked.questions:
        if isinstance(question, File):
            yield question.name, question
        elif isinstance(question, OfEach):
            for thing in asked.around.things.get(question.of, ()):
                for each in question.questions:
                    if isinstance(each, File):
                        yield f"{question.name}.{thing.id}.{each.name}", each


def _at(values: Mapping[str, Any], place: str) -> Any:
    found: Any = values
    for name in place.split("."):
        found = (found or {}).get(name)
    return found


def _put(values: dict[str, Any], place: str, file: Any) -> bool:
    """Put a file among the answers; False where its question is not asked at all."""
    *path, name = place.split(".")
    for each in path:
        values = values.get(each) or {}
    if name in values:
        values[name] = file
    return name in values


def _keep_files(asked: Asked, answers: Mapping[str, Mapping[str, Any]]) -> None:
    for place, question in _file_places(asked):
        name = place.replace(".", "-")
        upload = request.files.get(name)
        if upload is not None and upload.filename:
            _keep_file(asked, place, question, upload)
            continue
        kept = drafts.kept_file(reader(), asked.case.id, request.form.get(f"{name}-kept", ""))
        stored = _at(answers.get(asked.step.name, {}), place)
        if kept or stored:
            asked.files[place] = kept or stored


def _keep_file(asked: Asked, place: str, question: File, upload: FileStorage) -> None:
    content = upload.read(question.largest + 1)
    complaint = pdf_complaint(content, question.largest)
    if complaint:
        forms.field_at(asked.form, place).process_errors = [complaint]
        return
    kept = drafts.keep_file(asked.case.id, content=content, name=clean(upload.filename), by=visitor())
    asked.files[place] = {
        "sha256": kept.blob,
        "name": kept.name,
        "size": kept.size,
        "kept": str(kept.id),
    }


def _pressed_a_row_button(asked: Asked) -> bool:
    names = {question.name for question in asked.questions if isinstance(question, Rows)}
    if (name := request.form.get("add", "")) in names:
        forms.add_row(asked.form, name)
    elif (row := request.form.get("remove", "")).rpartition("-")[0] in names:
        forms.remove_row(asked.form, row)
    else:
        return False
    asked.more_is_asked = True
    return True
