"""Finds the location code in a line of DUO's files, which do not all write it the same way."""

from portal.parties import numbers
from portal.parties.publisher_files import Faults, PublisherFile, Row
from portal.wording import mark

BRIN, LOCATION = "INSTELLINGSCODE", "VESTIGINGSCODE"


def location_code(
    file: PublisherFile, row: Row, faults: Faults, *, brin_column: str = BRIN, column: str = LOCATION
) -> str:
    """The code of six, "" when it cannot be right; some files give the BRIN and a number 0, 1, … apart."""
    brin, code = row[brin_column], row[column]
    if not numbers.is_brin(brin):
        faults.add(file.name, row.line, brin_column, numbers.COMPLAINT_BRIN)
        return ""
    if code.isdigit() and len(code) <= 2:
        code = brin + code.zfill(2)
    if not numbers.is_location_code(code):
        faults.add(file.name, row.line, column, numbers.COMPLAINT_LOCATION_CODE)
        return ""
    if code[:4] != brin:
        faults.add(file.name, row.line, column, mark("Deze code hoort niet bij BRIN %(brin)s."), brin=brin)
    return code
