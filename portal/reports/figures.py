"""Numbers as they are read on a page: a decimal comma in Dutch, a point in English."""

from decimal import Decimal

from babel.numbers import format_decimal

from portal.wording import language


def percent(value: Decimal | None, *, places: int = 2) -> str:
    """A percentage (0 to 100) with at most so many decimals: 93,02%; a dash when there is none."""
    return "–" if value is None else f"{decimal(value, places=places)}%"


def decimal(value: Decimal, *, places: int = 2) -> str:
    """A number with at most so many decimals and a mark for thousands: 31,47 or 497.152."""
    written: str = format_decimal(value, format=f"#,##0.{'#' * places}", locale=language())
    return written
