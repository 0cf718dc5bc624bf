"""What the gate judges over: a frozen snapshot for one person, organisation, product, report and moment."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How far something is that a board signs."""

    NONE = "none"
    DRAFT = "draft"
    PREPARING = "preparing"
    SIGNING = "signing"
    COMING = "coming"
    IN_FORCE = "in_force"


@dataclass(frozen=True)
class Paper:
    """Something that the board signs, as far as it concerns this school."""

    standing: Standing = Standing.NONE
    case: str = ""
    signed: int = 0
    needed: int = 0
    waits_for: tuple[str, ...] = ()
    """Who must act now, by name or role."""
    since: dt.date | None = None
    """The day on which it begins, where it is to come."""
    may_start: bool = False
    """Whether this person may begin it for the board, and read its case."""


@dataclass(frozen=True)
class Agreement:
    """The processor agreement for the product, as far as it concerns this school."""

    published: bool = False
    version: str = ""
    """The current one."""
    sufficing: tuple[str, ...] = ()
    """The versions that suffice at this moment."""
    held: tuple[str, ...] = ()
    """The versions in force for this school."""
    only_elsewhere: bool = False
    """In force for the board and a version that suffices, but not for this school."""
    paper: Paper = Paper()
    """How far the board is with the next one."""
    claimed: str = ""
    """One that sufficed, if the board said that it signed it elsewhere, as somebody else says."""
    ended: dt.date | None = None
    """The first day without the one that was ended last; None where none was."""

    @property
    def suffices(self) -> bool:
        """In force for this school, in the current version or one that still suffices."""
        return bool(set(self.held) & set(self.sufficing))


class DpiaStage(StrEnum):
    """How far a board is with the DPIA of a product, for one school."""

    NONE = "none"
    DRAFT = "draft"
    PREPARING = "preparing"
    SIGNING = "signing"
    MEASURES_FIRST = "measures_first"
    OWN_DPIA = "own_dpia"
    PRIOR_CONSULTATION = "prior_consultation"
    ENDED = "ended"
    IN_FORCE = "in_force"


@dataclass(frozen=True)
class OpenMeasure:
    """A measure that is to be carried out first."""

    text: str
    owner: str = ""
    by: dt.date | None = None

    @property
    def in_words(self) -> str:
        """What, by whom: to stand within a sentence, whatever its own words end with."""
        what = self.text.rstrip(" .;:")
        return f"{what} ({self.owner})" if self.owner else what


@dataclass(frozen=True)
class Dpia:
    """What the board decided about the DPIA of the product, as far as it concerns this school."""

    stage: DpiaStage = DpiaStage.NONE
    today: dt.date = dt.date.min
    has_model: bool = False
    """Whether there is a model DPIA that can be reused."""
    is_late: bool = False
    """Decided when the product was in use already."""
    review_on: dt.date | None = None
    open: tuple[OpenMeasure, ...] = ()
    officers: tuple[str, ...] = ()
    """Who answers for it at the board."""
    paper: Paper = Paper()
    """Its case."""


@dataclass(frozen=True)
class Shut:
    """One block of this person for this product."""

    by: str
    """The organisation that blocked."""
    through: dt.date | None = None
    """The last day; none while there is no end."""
    words: str = ""
    """What the blocker wrote for this person; nothing else of the reason is known here."""


@dataclass(frozen=True)
class Facts:
    """Everything the conditions may look at; nothing else is known to them."""

    at: dt.datetime
    person_name: str
    account_active: bool
    account_blocked: bool
    needs_second_factor: bool
    has_second_factor: bool
    school_name: str
    school_key: str
    """The register key of the location that the report is about."""
    school_registered: bool
    """Registered by a registration of its own."""
    board_name: str
    board_registered: bool
    board_id: str = ""
    declaration: Paper = Paper()
    agreement: Agreement = Agreement()
    dpia: Dpia = Dpia()
    board_signatories: tuple[str, ...] = ()
    member: bool = False
    """Has an active role at the school itself."""
    acting: bool = False
    """May act for the school under a board declaration in force."""
    inviters: tuple[str, ...] = ()
    """Who can give this person a role at the school."""
    supplier: str = ""
    product: str = ""
    product_title: str = ""
    terms_published: bool = True
    terms_version: str = ""
    terms_accepted: tuple[str, ...] = ()
    """The versions this person accepted."""
    terms_sufficing: tuple[str, ...] = ()
    """The versions that suffice at this moment."""
    blocks: tuple[Shut, ...] = ()
    """By whom this person is shut out of this product now."""
    contact: str = ""
