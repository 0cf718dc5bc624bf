"""Whether a DPIA is needed: the list of the supervisory authority, the nine criteria, and art. 35(3) of the AVG."""

from dataclasses import dataclass
from enum import StrEnum

from workflows.vocabulary import Answers, Sentence


class NeedKind(StrEnum):
    """How much a DPIA is needed, from least to most."""

    NOT_REQUIRED = "not_required"
    RECOMMENDED = "recommended"
    REQUIRED = "required"


@dataclass(frozen=True)
class Need:
    """How much a DPIA is needed, and why: each reason with the answer ("need.edpb") that caused it."""

    kind: NeedKind
    reasons: tuple[Sentence, ...]
    places: tuple[str, ...]


def needed(answers: Answers) -> Need:
    """What the step "need" comes to: one item of the list, one case of art. 35(3) or two criteria require a DPIA."""
    said = answers.get("need", {})
    listed, criteria, cases = (len(set(said.get(name) or ())) for name in ("ap", "edpb", "art35"))
    found: list[tuple[Sentence, str]] = []
    if cases:
        found.append(
            (("Artikel 35 lid 3 van de AVG noemt dit gebruik (%(count)s keer).", {"count": cases}), "need.art35")
        )
    if listed:
        text = "Dit gebruik staat op de lijst van de Autoriteit Persoonsgegevens (%(count)s keer). Een keer is genoeg."
        found.append(((text, {"count": listed}), "need.ap"))
    if criteria >= 2:
        text = "Er gelden %(count)s van de negen Europese criteria. Twee zijn genoeg."
        found.append(((text, {"count": criteria}), "need.edpb"))
    if found:
        kind = NeedKind.REQUIRED
    elif criteria:
        kind = NeedKind.RECOMMENDED
        found.append(("Er geldt één van de negen Europese criteria. Dan is een DPIA verstandig.", "need.edpb"))
    else:
        kind = NeedKind.NOT_REQUIRED
        found.append(("U kruiste op geen van de drie lijsten iets aan. Dan is geen DPIA nodig.", "need.ap"))
    return Need(kind, tuple(text for text, _ in found), tuple(place for _, place in found))
