"""What was said of new sub-processors as spreadsheets: of one board, and of one announcement."""

from collections.abc import Iterable, Sequence

from portal import clock
from portal.cases.agreements import subprocessor_mails
from portal.cases.agreements.stands import STANDS
from portal.cases.agreements.tables import SubprocessorAnswer
from portal.documents.sheets import Cell
from portal.views import subprocessor_cards
from portal.wording import say

Sheet = tuple[list[str], list[Sequence[Cell]]]


def of_board(chosen: Iterable[SubprocessorAnswer]) -> Sheet:
    """What a board was told and what it said."""
    columns = [say("Subverwerker"), say("Product"), say("Leverancier"), say("Taak"), say("Gegevens"), say("Land")]
    columns += [say("Binnen de EER?"), say("Grond voor doorgifte"), say("Bezwaar tot en met"), say("Eerste dag")]
    columns += [say("Status"), say("Bezwaar"), say("Antwoord")]
    rows: list[Sequence[Cell]] = [
        (
            each.notice.name,
            each.notice.product.title,
            each.notice.supplier.name,
            each.notice.task,
            each.notice.data,
            each.notice.country,
            each.notice.in_eea == "yes",
            each.notice.basis,
            subprocessor_mails.last_day(each),
            clock.day_of(each.begins_at),
            say(STANDS[subprocessor_cards.stand(each)]),
            each.words,
            each.reply,
        )
        for each in chosen
    ]
    return columns, rows


def of_notice(chosen: Iterable[SubprocessorAnswer]) -> Sheet:
    """What every board said of one announcement."""
    columns = [say("Schoolbestuur"), say("Status"), say("Bezwaar tot en met"), say("Bezwaar"), say("Antwoord")]
    columns.append(say("Laatste stap"))
    rows: list[Sequence[Cell]] = [
        (
            each.board.name,
            say(STANDS[subprocessor_cards.stand(each)]),
            subprocessor_mails.last_day(each),
            each.words,
            each.reply,
            subprocessor_cards.moved(each),
        )
        for each in chosen
    ]
    return columns, rows
