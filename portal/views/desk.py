"""What the pages of the service desk share: that they are for the service desk only, and how a form speaks."""

from collections.abc import Mapping
from uuid import UUID

from flask.typing import ResponseReturnValue
from wtforms import Form

from portal.cases import access
from portal.errors import NotFoundError
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import say

SHOWN = 50
MOST_EXPORTED = 100_000


def only_service_desk() -> ResponseReturnValue | None:
    """Before each request of the service desk's pages: nobody else finds them."""
    if visitor().person_id is None:
        return sign_in_first()
    if not access.is_service_desk(visitor()):
        raise NotFoundError
    return None


def actor() -> UUID:
    """The id of whoever is signed in."""
    person_id = visitor().person_id
    if person_id is None:
        raise NotFoundError
    return person_id


def spoken(form: Form) -> Form:
    """The form with its labels in the reader's language."""
    for field in form:
        field.label.text = say(field.label.text)
    return form


def with_faults(form: Form, faults: Mapping[str, str]) -> list[tuple[str, str]]:
    """Put each sentence at its field; gives the list for the summary above the form."""
    for name, sentence in faults.items():
        if name in form:
            field = form[name]
            if hasattr(field, "sentences"):
                field.sentences = [sentence]
            else:
                field.errors = [sentence]
    return [(form[name].id if name in form else name, sentence) for name, sentence in faults.items()]
