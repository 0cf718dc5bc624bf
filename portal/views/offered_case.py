"""What the page of one offered case shows its supplier: facts gathered for a template, nothing decided here."""

import datetime as dt
from typing import Any

from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.offering import points, threads
from portal.cases.offering.progress import OUTCOMES, Line
from portal.cases.offering.tables import Offer
from portal.cases.tables import Case, CaseState
from portal.record import outbox
from portal.wording import day, moment, say


def mail_of(line: Line) -> str:
    if line.offer is None:
        return ""
    return say(outbox.STATES[line.mail]) if line.mail else say("niemand om te mailen")


def facts_of(found: Case, line: Line | None) -> list[dict[str, Any]]:
    """Where the offer stands: labels and values."""
    said = [(say("Laatste stap"), moment(found.moved_at))]
    if line is not None and line.offer is None:
        said.insert(0, (say("Door het bestuur zelf begonnen"), moment(line.at)))
    if line is not None and line.offer is not None:
        said = [
            (say("Aangeboden"), moment(line.offer.at)),
            (say("Antwoord voor"), _deadline(line.offer) or say("geen datum")),
            (say("Geopend"), moment(line.opened_at) if line.opened_at else say("nog niet")),
            (say("Laatste stap"), moment(line.moved_at)),
            (say("Herinnerd"), moment(line.offer.reminded_at) if line.offer.reminded_at else say("nog niet")),
            (say("Mail"), mail_of(line)),
        ]
    if line is not None and line.outcome:
        said.append((say("Oordeel"), say(OUTCOMES[line.outcome])))
    return [{"label": label, "value": value} for label, value in said]


def _deadline(offer: Offer) -> str:
    return day(dt.date.fromisoformat(offer.deadline), weekday=True) if offer.deadline else ""


def why(found: Case) -> str:
    """Why the case ended, where somebody said so."""
    over = found.state in ENDED and found.state != CaseState.DECIDED
    return found.turns[-1].words if over and found.turns else ""


def threads_of(found: Case, at: str, typed: str, fault: str) -> list[dict[str, Any]]:
    """Each point about which something was asked: what was said, what the text says of it, room for an answer."""
    assert found.publication is not None
    waiting = {(each.step, each.question) for each in threads.unanswered(found)}
    places = dict.fromkeys((each.step, each.question) for each in threads.shared(found))
    made = []
    for step_name, name in places:
        step = workflow_of(found).step(step_name)
        question = next((each for each in step.questions if each.name == name), None) if step else None
        place = f"{step_name}.{name}"
        made.append(
            {
                "name": name,
                "place": place,
                "label": say(question.label) if question else name,
                "hint": say(question.hint) if question and question.hint else "",
                "text": points.text_of(found.publication, name),
                "waits": (step_name, name) in waiting,
                "said": [
                    {
                        "who": each.person.name,
                        "role": of and of.name,
                        "when": moment(each.at),
                        "text": each.words,
                    }
                    for each in threads.shared(found)
                    for of in [found.counterparty if each.organisation_id else found.organisation]
                    if (each.step, each.question) == (step_name, name)
                ],
                "typed": typed if at == place else "",
                "fault": fault if at == place else "",
            }
        )
    return made
