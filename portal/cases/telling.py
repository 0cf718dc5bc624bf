"""One mail about a case to one person: with its title, its reference, and the link by which that person comes to it."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.cases.catalogue import workflow_of
from portal.cases.drafts import new_draft_link
from portal.cases.tables import Case
from portal.parties.tables import Person
from portal.record import ledger, outbox, spoken
from portal.wording import mark, say

RECEIPT = mark("Bewijs: %(deed)s, %(title)s %(reference)s")
Link = tuple[str, Mapping[str, str]]


@dataclass(frozen=True)
class Recipient:
    """Somebody who gets mail about a case."""

    email: str
    name: str = ""
    person_id: uuid.UUID | None = None
    link: Link | None = None
    """The page on which they follow a case of which they may not see everything."""

    @classmethod
    def of(cls, person: Person) -> "Recipient":
        """Somebody with an account, or invited to have one."""
        return cls(person.email, person.name, person.id)


def tell(
    session: Session,
    case: Case,
    to: Recipient,
    *,
    kind: str,
    key: str,
    subject: str,
    link: Link | None = None,
    **facts: Any,
) -> bool:
    """Put the mail in the outbox, inside an act, once for each key and person; says whether it is a new one.

    `subject` is a marked text that may name the title, the reference and the facts. Who began without an account
    gets a fresh link to the case; everybody else the case itself, unless another page is meant.
    """
    told = {"title": say(workflow_of(case).title), "reference": case.reference} | facts
    return outbox.put(
        session,
        key=f"{key}:{_whom(to)}",
        to=to.email,
        kind=kind,
        subject=say(subject, **told),
        about=f"case:{case.id}",
        link=to.link or (_to_the_case(session, case, to) if link is None or _is_outside(case, to) else link),
        name=to.name,
        **told,
    )


def receipt(session: Session, case: Case, person_id: uuid.UUID | None, deed: str) -> None:
    """Mail whoever acted that it stands in the ledger, with its size and head: after the act, and once for each."""
    person = session.get(Person, person_id) if person_id else None
    if person is not None:
        tell(
            session,
            case,
            Recipient.of(person),
            kind="receipt",
            key=f"receipt:{case.id}:{ledger.head(session).size}",
            subject=RECEIPT,
            deed=spoken.act_in_words(deed),
        )


def starter(case: Case) -> Recipient | None:
    """Who began the case, by the address they gave or by their account."""
    if case.starter_email:
        return Recipient(case.starter_email)
    return Recipient.of(case.starter) if case.starter else None


def _to_the_case(session: Session, case: Case, to: Recipient) -> Link:
    if _is_outside(case, to):
        return ("registration.open_draft", {"token": new_draft_link(session, case)})
    return ("cases.show", {"case_id": str(case.id)})


def _is_outside(case: Case, to: Recipient) -> bool:
    return bool(case.starter_email) and to.email == case.starter_email


def _whom(to: Recipient) -> str:
    """A person, or an address of any length, in few letters: a key that is cut off would be somebody else's too."""
    return str(to.person_id) if to.person_id else hashlib.sha256(to.email.encode()).hexdigest()[:32]
