"""Published numbers and their totals in words, so that what is masked reads the same on every page and sheet."""

from decimal import ROUND_HALF_UP, Decimal

from portal.reports.figures import decimal
from portal.reports.forecast import Change, Span
from portal.reports.masking import Cell, FewerThanFive, Known, Missing, Total
from portal.wording import mark, say


def cell_text(cell: Cell) -> str:
    """A number, or in words why there is none."""
    match cell:
        case Known(number):
            return decimal(Decimal(number))
        case FewerThanFive():
            return say(mark("minder dan 5"))
        case Missing():
            return say(mark("geen gegevens"))
        case _:
            return say(mark("afgeschermd"))


def total_text(total: Total) -> str:
    """A total, as exact as it may be."""
    if total.exact is not None:
        return decimal(Decimal(total.exact))
    if total.high is None:
        return say(mark("ten minste %(low)s"), low=decimal(Decimal(total.low)))
    return say(mark("%(low)s tot en met %(high)s"), low=decimal(Decimal(total.low)), high=decimal(Decimal(total.high)))


def rounded(number: float, *, places: int = 0) -> str:
    """A number that was worked out, half up."""
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return decimal(exact + 0, places=places).replace("-", "−")  # + 0: a small loss is written 0, not -0


def span_text(span: Span | Change, *, places: int = 0) -> str:
    """From low to high; one number where they are written the same."""
    low, high = rounded(span.low, places=places), rounded(span.high, places=places)
    return low if low == high else say(mark("%(low)s tot %(high)s"), low=low, high=high)
