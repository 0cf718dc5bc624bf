"""The numbers by which schools and organisations are known: whether one can be right, and what to say if not.

Sources: DUO for BRIN, location code and board number; the Handelsregister for KvK and RSIN.
Every check wants the number as it is kept: without spaces around it, letters in capitals.
"""

import re

from portal.wording import mark

COMPLAINT_BRIN = mark("Een BRIN-nummer bestaat uit 2 cijfers en 2 letters, bijvoorbeeld 00AP.")
COMPLAINT_LOCATION_CODE = mark(
    "Een vestigingscode bestaat uit het BRIN-nummer (2 cijfers en 2 letters) en nog 2 cijfers, bijvoorbeeld 00AP00."
)
COMPLAINT_BOARD_NUMBER = mark(
    "Het nummer van een bevoegd gezag bestaat uit 5 cijfers en begint niet met een 0, bijvoorbeeld 13622."
)
COMPLAINT_KVK = mark("Een KvK-nummer bestaat uit 8 cijfers, bijvoorbeeld 01234567.")
COMPLAINT_RSIN = mark("Dit RSIN klopt niet. Een RSIN bestaat uit 9 cijfers, bijvoorbeeld 123456782.")
COMPLAINT_AMOUNT = mark("Schrijf een bedrag in hele euro's, zonder punten en komma's, bijvoorbeeld 25000.")
COMPLAINT_POSTCODE = mark("Een postcode bestaat uit 4 cijfers en 2 letters, bijvoorbeeld 2716 PH.")

_RSIN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_brin(text: str) -> bool:
    """Two digits and two capitals (DUO: instellingscode)."""
    return bool(re.fullmatch(r"[0-9]{2}[A-Z]{2}", text))


def is_location_code(text: str) -> bool:
    """A BRIN and two digits (DUO: vestigingscode); 00 is the main location."""
    return bool(re.fullmatch(r"[0-9]{2}[A-Z]{2}[0-9]{2}", text))


def is_board_number(text: str) -> bool:
    """Five digits, the first not 0 (DUO: bevoegdgezagnummer); the number has no check digit."""
    return bool(re.fullmatch(r"[1-9][0-9]{4}", text))


def is_kvk(text: str) -> bool:
    """Eight digits, leading zeros and all; the number has no check digit."""
    return bool(re.fullmatch(r"[0-9]{8}", text)) and text != "00000000"


def is_rsin(text: str) -> bool:
    """Nine digits that pass the eleven-test: weights 9 to 2 and -1, and a sum that 11 divides."""
    if not re.fullmatch(r"[0-9]{9}", text) or text == "000000000":
        return False
    return sum(weight * int(digit) for weight, digit in zip(_RSIN_WEIGHTS, text, strict=True)) % 11 == 0


def is_postcode(text: str) -> bool:
    """Four digits, the first not 0, and two capitals, with or without one space between them."""
    return bool(re.fullmatch(r"[1-9][0-9]{3} ?[A-Z]{2}", text))


def is_amount(text: str) -> bool:
    """A sum in whole euros: digits alone, 1 to 999999999."""
    return bool(re.fullmatch(r"[1-9][0-9]{0,8}", text))


def complaint_brin(text: str) -> str | None:
    """What to say about a BRIN that cannot be right, or None. Untranslated: pass it to `say`."""
    return None if is_brin(text) else COMPLAINT_BRIN


def complaint_location_code(text: str) -> str | None:
    """What to say about a location code that cannot be right, or None."""
    return None if is_location_code(text) else COMPLAINT_LOCATION_CODE


def complaint_board_number(text: str) -> str | None:
    """What to say about a board number that cannot be right, or None."""
    return None if is_board_number(text) else COMPLAINT_BOARD_NUMBER


def complaint_kvk(text: str) -> str | None:
    """What to say about a KvK number that cannot be right, or None."""
    return None if is_kvk(text) else COMPLAINT_KVK


def complaint_rsin(text: str) -> str | None:
    """What to say about an RSIN that cannot be right, or None."""
    return None if is_rsin(text) else COMPLAINT_RSIN


def complaint_postcode(text: str) -> str | None:
    """What to say about a postcode that cannot be right, or None."""
    return None if is_postcode(text) else COMPLAINT_POSTCODE


def complaint_amount(text: str) -> str | None:
    """What to say about a sum that is not in whole euros, or None."""
    return None if is_amount(text) else COMPLAINT_AMOUNT
