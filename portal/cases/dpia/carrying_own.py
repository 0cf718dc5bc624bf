"""What a DPIA made elsewhere takes over from the one recorded before it, and what is asked anew. Pure."""

from collections.abc import Mapping

from portal.cases.dpia.carrying import Carried, Kind
from workflows.vocabulary import Answers

SUBJECT, MADE = "subject", "made"
ANEW = frozenset({"file", "made_on"})
"""What no DPIA has of the one before it: its file, and the day on which it was ready."""
OPENS: Mapping[Kind, frozenset[str]] = {
    **{kind: frozenset({MADE}) for kind in Kind},
    Kind.USE: frozenset({SUBJECT, MADE}),
}
"""What each of them asks again of a draft that is there already."""


def carried(answers: Answers, kind: Kind) -> dict[str, Carried]:
    """The steps of the privacy officer as they stand in the next case; the DPIA itself is always asked about.

    Use that was still to begin may have begun. Advice and decision are never taken over.
    """
    said, made = dict(answers[SUBJECT]), answers[MADE]
    is_same = kind is not Kind.USE and bool(said.get("in_use"))
    return {
        SUBJECT: Carried(said, is_whole=is_same),
        MADE: Carried({name: value for name, value in made.items() if name not in ANEW}, is_whole=False),
    }


def asked_again(answers: Answers, kind: Kind) -> dict[str, Carried]:
    """The steps of a draft, when something more happens."""
    written = (name for name in (SUBJECT, MADE) if name in answers)
    return {name: Carried(dict(answers[name]), is_whole=name not in OPENS[kind]) for name in written}
