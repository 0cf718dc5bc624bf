"""Permissions on the pages: what was approved in words, under which conditions, and until when."""

from typing import Any

from flask import url_for

from portal.cases import access, permitting, printing, surroundings
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case
from portal.database import reader
from portal.wording import day
from workflows import vocabulary


def summary(case: Case) -> dict[str, Any]:
    """One permission, as it stands beside a form."""
    answers = access.relevant_answers(case)
    sections = printing.sections(workflow_of(case), answers, surroundings.of(reader(), case))
    return {
        "reference": case.reference,
        "until": day(vocabulary.day(str(answers["recipient"]["until"])), weekday=True),
        "rows": [row for section in sections for row in section["rows"]],
        "conditions": [line for each in permitting.conditions(case) for line in lines(each.words)],
        "url": url_for("cases.show", case_id=case.id),
    }


def lines(words: str) -> list[str]:
    """Conditions as they were written: each line one."""
    return [line.strip() for line in words.splitlines() if line.strip()]
