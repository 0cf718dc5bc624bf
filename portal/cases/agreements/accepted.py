"""The sub-processors that take part under an agreement because its board had nothing against them."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.cases.agreements import beside
from portal.cases.agreements.stands import ACCEPTED, stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice


@dataclass(frozen=True)
class Held:
    """An agreement of which somebody asks who takes part by now."""

    id: uuid.UUID
    board_id: uuid.UUID
    product_id: uuid.UUID
    until: dt.datetime | None
    text: beside.Text


def under(
    session: Session, agreements: Collection[Held], *, at: dt.datetime
) -> dict[uuid.UUID, list[SubprocessorNotice]]:
    """The sub-processors that took part by this moment because the board had nothing against it, by agreement.

    What a board accepted goes along with its next agreement, where that does not name it.
    """
    asked = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .where(
            SubprocessorAnswer.board_id.in_({each.board_id for each in agreements}),
            SubprocessorNotice.product_id.in_({each.product_id for each in agreements}),
            SubprocessorAnswer.begins_at <= at,
        )
        .options(selectinload(SubprocessorAnswer.notice))
        .order_by(SubprocessorAnswer.begins_at)
    )
    said: dict[tuple[uuid.UUID, uuid.UUID], list[SubprocessorAnswer]] = {}
    for answer in session.scalars(asked) if agreements else ():
        if stand(answer, at=at) in ACCEPTED:
            said.setdefault((answer.board_id, answer.notice.product_id), []).append(answer)
    return {
        each.id: [
            answer.notice
            for answer in said.get((each.board_id, each.product_id), ())
            if (each.until is None or answer.begins_at < each.until) and each.text.lacks(answer.notice)
        ]
        for each in agreements
    }
