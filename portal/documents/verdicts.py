"""What is said of a file: its verdict, its signatures, and what came after each. Plain values, without pyHanko."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What is said about a file as a whole."""

    INTACT_AND_COMPLETE = "intact_and_complete"
    INTACT_IN_PROGRESS = "intact_in_progress"
    CHANGED = "changed"
    NOT_OURS = "not_ours"


class Changes(Enum):
    """What came after a signature, as pyHanko's difference analysis judges it."""

    NONE = "none"
    LONG_TERM = "long_term"
    """Only proof for later: time stamps and revocation lists."""
    SIGNATURES = "signatures"
    """Later signatures in the fields that were there for them."""
    OTHER = "other"
    """Anything else: it was not there when this person signed."""


@dataclass(frozen=True)
class Signature:
    """One signed field; its first `length` bytes of the file are the document as this signature left it."""

    field: str
    signer: str
    reason: str
    certificate: str
    signed_at: dt.datetime | None
    """What the signature itself says."""
    stamped_at: dt.datetime | None
    """What the time stamp says; none unless that stamp holds and is trusted."""
    intact: bool
    trusted: bool
    lasting: bool
    """Whether it can be proved now with nothing but what is in the file."""
    changes: Changes
    locks: bool
    """Whether nothing at all may be signed after it."""
    length: int


@dataclass(frozen=True)
class Stamp:
    """One time stamp in a file; its first `length` bytes are what was stamped."""

    by: str
    """The name in the certificate that stamped."""
    at: dt.datetime
    ends: dt.datetime
    """Until when that certificate is valid."""
    hash: str
    whole: bool
    """Whether it stands over the whole file, or proves one signature's moment only."""
    length: int


@dataclass(frozen=True)
class Examination:
    """The verdict and its grounds; signatures in the order in which they were made."""

    verdict: Verdict
    signatures: tuple[Signature, ...] = ()
    problem: str | None = None
    """What is wrong, in English, for the log and the operator."""
    stamps: tuple[Stamp, ...] = ()
    """Of what is intact: its time stamps in order; of an addition those that were added."""
    already: tuple[str, ...] = ()
    """Of an addition: the fields that were signed before it."""
