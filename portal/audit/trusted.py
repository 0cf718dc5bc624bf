"""Whom the witness believes: the certificates of this installation, as they are kept."""

from portal.audit.report import Tally
from portal.config import Settings
from portal.documents.authority import Trust, trust_of
from portal.wording import mark


def trust_in(settings: Settings, tally: Tally) -> Trust | None:
    """Whom to believe; looking must not make a new authority."""
    if not (settings.data / "authority").is_dir():
        tally.find(
            "file", settings.data / "authority", mark("ontbreekt: zonder de certificaten is geen stuk te controleren")
        )
        return None
    with tally.guarded("file", settings.data / "authority"):
        return trust_of(settings.data)
    return None
