"""The address of an application that stands behind the gate of a product: one for each school, or one for all."""

from urllib.parse import urlsplit

SCHOOL = "{school}"
LONGEST = 500
_ODD = frozenset('"<>\\^`{|}')


def is_address(text: str) -> bool:
    """Whether a browser can be sent there: http or https, a host, nobody's password, and {school} in the path only."""
    plain = text.replace(SCHOOL, "")
    if len(text) > LONGEST or not plain.isascii() or any(not "!" <= each <= "~" or each in _ODD for each in plain):
        return False
    try:
        parts, port = urlsplit(text), urlsplit(text).port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and SCHOOL not in parts.netloc + parts.query + parts.fragment
        and port != 0
    )


def for_school(address: str, code: str) -> str:
    """The address of the application for this school; empty where there is none."""
    return address.replace(SCHOOL, code)
