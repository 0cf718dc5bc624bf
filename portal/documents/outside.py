"""What a seal may have to wait for: something outside the portal that does not answer now."""

from enum import StrEnum

from portal.errors import UnavailableError


class WaitsFor(StrEnum):
    """What keeps a document waiting."""

    TIME_STAMP = "time_stamp"
    REVOCATION = "revocation"
    """proof that the certificates were not revoked"""
    KEY = "key"
    """the seal's own key, where it lives outside the portal"""
    OTHER = "other"


class TimeStampUnavailable(UnavailableError):  # noqa: N818 - the name by which the other rooms know it
    """No time-stamp service gave a usable stamp; trying later can help."""


class RevocationUnavailable(UnavailableError):  # noqa: N818 - the name by which the other rooms know it
    """It could not be proved that the certificates are still valid; trying later can help."""


class KeyUnavailable(UnavailableError):  # noqa: N818 - the name by which the other rooms know it
    """The token with the seal's key cannot be used; `advice` says in English what to do about it."""

    def __init__(self, sentence: str, *, advice: str = "", **values: object) -> None:
        super().__init__(sentence, **values)
        self.advice = advice


def awaited(fault: Exception) -> WaitsFor:
    """What somebody waits for after this fault."""
    match fault:
        case TimeStampUnavailable():
            return WaitsFor.TIME_STAMP
        case RevocationUnavailable():
            return WaitsFor.REVOCATION
        case KeyUnavailable():
            return WaitsFor.KEY
    return WaitsFor.OTHER
