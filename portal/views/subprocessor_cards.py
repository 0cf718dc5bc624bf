"""A new sub-processor in words: as a line for a board or its supplier, and with both clocks and what was said."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from portal import clock
from portal.cases.agreements import register, stands, subprocessor_mails, subprocessors
from portal.cases.agreements.stands import STANDS, Stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.database import reader
from portal.dossier.organisation import Rights
from portal.offers.sections import shown
from portal.wording import day, moment, say

KINDS = {
    Stand.OPEN: "todo",
    Stand.AGREED: "done",
    Stand.SILENT: "done",
    Stand.NO_CONSENT: "problem",
    Stand.OBJECTED: "waiting",
    Stand.ANSWERED: "waiting",
    Stand.DROPPED: "done",
    Stand.UPHELD: "problem",
    Stand.WITHDRAWN: "neutral",
}


def stand(answer: SubprocessorAnswer) -> Stand:
    """Where a board stands now."""
    return stands.stand(answer, at=clock.now())


def moved(answer: SubprocessorAnswer) -> dt.datetime:
    """When a board or the supplier last did something about it."""
    return answer.closed_at or answer.replied_at or answer.answered_at or answer.notice.announced_at


def line(each: SubprocessorAnswer, board_id: UUID) -> dict[str, Any]:
    """One announcement as a line for a board."""
    return {
        "name": each.notice.name,
        "url": url_for("subprocessors.show", organisation_id=board_id, notice_id=each.notice_id),
        "product": each.notice.product.title,
        "supplier": each.notice.supplier.name,
        "country": each.notice.country,
        "last": day(subprocessor_mails.last_day(each), weekday=True),
        "effective": day(clock.day_of(each.begins_at), weekday=True),
        **state(each),
    }


def state(each: SubprocessorAnswer) -> dict[str, str]:
    """Where a board stands, as a tag."""
    return {"state_kind": KINDS[stand(each)], "state_text": say(STANDS[stand(each)])}


def notice_row(notice: SubprocessorNotice, rights: Rights, counted: Mapping[Stand, int]) -> dict[str, Any]:
    """One announcement as a line for its supplier, with how many boards stand where."""
    return {
        "name": notice.name,
        "url": url_for("subprocessors.show", organisation_id=rights.organisation.id, notice_id=notice.id),
        "product": notice.product.title,
        "effective": day(clock.day_of(notice.effective_at), weekday=True),
        "boards": sum(counted.values()),
        "accepted": sum(counted.get(each, 0) for each in stands.ACCEPTED),
        "objected": sum(counted.get(each, 0) for each in (Stand.OBJECTED, Stand.ANSWERED, Stand.UPHELD)),
        "open": counted.get(Stand.OPEN, 0),
        "withdrawn": notice.withdrawn_at is not None,
    }


def facts(notice: SubprocessorNotice, *, begins_at: dt.datetime) -> list[dict[str, Any]]:
    """Who the sub-processor is, and from which day."""
    rows = []
    for column in subprocessors.SECTION.columns:
        value = shown(column, getattr(notice, column.name))
        rows.append((say(column.label), value))
    rows += [
        (say("Product"), notice.product.title),
        (say("Aangekondigd"), moment(notice.announced_at)),
        (say("Eerste dag"), day(clock.day_of(begins_at), weekday=True)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def page_of(answer: SubprocessorAnswer) -> dict[str, Any]:
    """What both sides see of one board: who, both clocks, and what was said."""
    clocks = [
        (say("Bezwaar maken kan tot en met"), day(subprocessor_mails.last_day(answer), weekday=True)),
        (say("De subverwerker begint op"), day(clock.day_of(answer.begins_at), weekday=True)),
    ]
    steps = [
        (answer.notice.announced_at, say("Aangekondigd"), answer.notice.supplier.name, ""),
        (
            answer.answered_at,
            say("Akkoord") if answer.answer == "agreed" else say("Bezwaar"),
            answer.board.name,
            answer.words,
        ),
        (answer.replied_at, say("Antwoord"), answer.notice.supplier.name, answer.reply),
        (
            answer.closed_at,
            say(subprocessor_mails.OUTCOMES[answer.outcome]) if answer.outcome else "",
            answer.board.name,
            "",
        ),
        (answer.notice.withdrawn_at, say("Aankondiging ingetrokken"), answer.notice.supplier.name, ""),
    ]
    return {
        "notice": answer.notice,
        "answer": answer,
        "facts": facts(answer.notice, begins_at=answer.begins_at),
        "clocks": [{"label": label, "value": value} for label, value in clocks],
        "is_general": answer.consent == "general",
        "events": [
            {"when": moment(at), "what": what, "who": who, "words": words} for at, what, who, words in steps if at
        ],
        "is_upheld": stand(answer) == Stand.UPHELD,
        "is_refused": stand(answer) in (Stand.UPHELD, Stand.NO_CONSENT),
        "state": state(answer),
    }


def board_row(each: SubprocessorAnswer, url: str) -> dict[str, Any]:
    """What one board said, as a line for the supplier."""
    return {
        "board": each.board.name,
        "url": url,
        "last": day(subprocessor_mails.last_day(each), weekday=True),
        "moved": moment(moved(each)),
        **state(each),
    }


def consequence(answer: SubprocessorAnswer) -> str:
    """What the board's own agreement says about objections, word for word."""
    agreed = register.find(reader(), answer.board, answer.agreement_id, at=clock.now())
    clauses = agreed.text.body["clauses"] if agreed and agreed.text else []
    return "\n".join(each["text"] for each in clauses if "subprocessor_notice" in each["duties"])
