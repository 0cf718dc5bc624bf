"""Permission to publish or to use commercially: asked about a product, decided by each of its rights holders."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.access import relevant_answers
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Assessment, Case, CaseState, InForce, TurnKind
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.wording import day as day_in_words
from portal.wording import mark, say
from workflows.disclosure_permission import COMMERCIAL, WORKFLOW
from workflows.vocabulary import day

NO_HOLDERS = mark("Dit product heeft geen rechthebbenden in het portaal. Daarom kan niemand toestemming geven.")
NO_TERMS = mark("Ga eerst akkoord met de gebruiksvoorwaarden van %(product)s. Daarna kunt u toestemming vragen.")
PLAIN_YES = mark("Commercieel gebruik mag alleen onder voorwaarden. Schrijf de voorwaarden op, elk op een eigen regel.")

DAY_IS_OVER = mark(
    "Er is toestemming gevraagd tot en met %(day)s, en die dag is voorbij. Stel een vraag: dan kan de aanvrager een "
    "andere dag kiezen. Of weiger de aanvraag."
)
TOO_LATE = mark(
    "U vroeg toestemming tot en met %(day)s, en die dag is voorbij. Trek deze aanvraag in en vraag opnieuw toestemming."
)


def refuse_start(session: Session, person_id: uuid.UUID | None, product_id: uuid.UUID | None) -> None:
    """Only who accepted the terms of a product asks, and only where somebody can say yes."""
    product = session.get(Product, product_id) if product_id else None
    if product is None:
        raise NotFoundError
    if not product.rights_holders:
        raise RefusedError(NO_HOLDERS)
    mine = {"person_id": person_id, "product_id": product.id}
    if not in_force.holding(session, in_force.USAGE_TERMS, at=clock.now(), **mine):
        raise RefusedError(NO_TERMS, product=product.title)


def refuse_plain_yes(case: Case, verdict: str) -> None:
    """R004-05: commercial use is never approved without conditions."""
    if verdict == "accept" and is_commercial(case):
        raise InvalidError(PLAIN_YES, {"words": say(PLAIN_YES)})


def refuse_late_yes(case: Case, verdict: str) -> None:
    """A permission that would be over before it began is not given."""
    if verdict in ("accept", "conditions") and is_over(case):
        sentence = say(DAY_IS_OVER, day=day_in_words(last_day(case), weekday=True))
        raise InvalidError(sentence, {"words": sentence})


def is_over(case: Case) -> bool:
    """Whether a permission was asked, until a day that has passed."""
    return workflow_of(case).asks_rights_holders and last_day(case) < clock.today()


def last_day(case: Case) -> dt.date:
    """Through which day permission was asked."""
    return day(str(relevant_answers(case)["recipient"]["until"]))


def attachment(case: Case) -> Mapping[str, Any] | None:
    """The file that came with a request, as its answer; none where there is none."""
    found: Mapping[str, Any] | None = relevant_answers(case).get("recipient", {}).get("file")
    return found if workflow_of(case).asks_rights_holders else None


def is_commercial(case: Case) -> bool:
    """Whether commercial use was asked."""
    kind = relevant_answers(case).get("request", {}).get("kind")
    return workflow_of(case).asks_rights_holders and kind == COMMERCIAL


def conditions(case: Case) -> list[Assessment]:
    """The judgements of this round that set conditions."""
    return [each for each in case.assessments if each.verdict == "conditions" and each.round == case.round]


def waits_for_agreement(case: Case) -> bool:
    """Whether conditions were set that whom it is for has not accepted since."""
    agreed = [each.at for each in case.turns if each.kind == TurnKind.AGREED]
    return any(not agreed or each.at > agreed[-1] for each in conditions(case))


def may_agree(case: Case, person_id: uuid.UUID | None) -> bool:
    """Whether this person is asked to accept the conditions now."""
    return case.state == CaseState.AGREEING and person_id is not None and person_id == case.person_id


def of_person(session: Session, person_id: uuid.UUID, product_id: uuid.UUID) -> Sequence[Case]:
    """The permissions of a person for a product that hold now."""
    held = (InForce.kind == in_force.DISCLOSURE, InForce.person_id == person_id, InForce.product_id == product_id)
    found = select(Case).join(InForce, InForce.case_id == Case.id).where(*held, *in_force.holds(clock.now()))
    return session.scalars(found.order_by(Case.reference)).all()


def is_running(session: Session, case_id: uuid.UUID) -> bool:
    """Whether what this case permitted holds now."""
    row = select(InForce.id).where(InForce.kind == in_force.DISCLOSURE, InForce.case_id == case_id)
    return session.scalar(row.where(*in_force.holds(clock.now())).limit(1)) is not None


NAME = WORKFLOW.name
