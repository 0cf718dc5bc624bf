"""Who makes this request, as the acts want to know it."""

import uuid

from flask import current_app, session
from flask_security import current_user

from portal.cases.access import Visitor
from portal.config import Settings
from portal.errors import NotFoundError
from portal.parties.tables import Person

DRAFTS = "drafts"
MOST_DRAFTS = 20


def visitor() -> Visitor:
    """The person who is signed in, and the drafts whose mailed link was opened in this browser."""
    drafts = frozenset(uuid.UUID(each) for each in session.get(DRAFTS, []))
    return Visitor(current_user.id if current_user.is_authenticated else None, drafts)


def person() -> Person:
    """The person who is signed in; the page is not there for anybody else."""
    if not current_user.is_authenticated:
        raise NotFoundError
    found: Person = current_user._get_current_object()
    return found


def remember_draft(case_id: uuid.UUID) -> None:
    """Let this browser come back to a draft without its link."""
    drafts = [each for each in session.get(DRAFTS, []) if each != str(case_id)]
    session[DRAFTS] = [*drafts, str(case_id)][-MOST_DRAFTS:]


def settings() -> Settings:
    """The settings of this installation."""
    found: Settings = current_app.extensions["tekenpoort.settings"]
    return found
