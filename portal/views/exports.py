"""How an overview becomes a spreadsheet: CSV or XLSX that opens as it is meant, and runs nothing."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, url_for

from portal import clock
from portal.documents import sheets
from portal.documents.sheets import Cell
from portal.views.overviews import Wish
from portal.wording import language, say

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in its wide form."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_url(endpoint: str, wish: Wish, **where: Any) -> str:
    """The address of a spreadsheet of just what an overview shows: the same word, order and choices."""
    order = f"-{wish.sort}" if wish.descending else wish.sort
    asked: dict[str, Any] = {
        "q": wish.q or None,
        "sort": order,
        **{key: each or None for key, each in wish.chosen.items()},
    }
    return url_for(endpoint, **asked, **where)


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download called `name` and today's date. The columns are texts in the reader's language."""
    content = csv_text(columns, rows).encode("utf-8-sig")  # with the mark by which spreadsheets know UTF-8
    headers = {"Content-Disposition": f'attachment; filename="{name}-{clock.today()}.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)


def xlsx_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The same as a sheet of its own kind, in which a text can be nothing but a text."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{clock.today()}.xlsx"'}
    return Response(sheets.written(name, columns, rows), mimetype=XLSX, headers=headers)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows under their columns, with semicolons as Dutch spreadsheets want, and every cell between quotes."""
    return safe_csv([columns, *rows])


def safe_csv(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows of any length in the same way, without columns over them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[safe(each) for each in row] for row in rows])
    return text.getvalue()


def safe(cell: Cell) -> str:
    """A cell as text. One that a spreadsheet would run begins with an apostrophe, which it shows and does not run.

    A number is our own and stays one; a NUL, which no spreadsheet can read, is left out.
    """
    match cell:
        case None:
            return ""
        case bool():
            return say("ja") if cell else say("nee")
        case int() | float():
            return str(cell)
        case Decimal():  # as the spreadsheet of a reader of this language writes it
            return f"{cell:f}".replace(".", "," if language() == "nl" else ".")
        case dt.datetime():
            return cell.astimezone(clock.AMSTERDAM).strftime("%Y-%m-%d %H:%M")
        case dt.date():
            return cell.isoformat()
    text = cell.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(STARTS_A_FORMULA) else text
