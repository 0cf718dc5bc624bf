"""The promise that a board decided about the DPIA of a product before its schools use it (AVG, article 35)."""

from collections.abc import Iterator

from portal.gate.facts import DpiaStage, Facts
from portal.gate.judge import Finding, Notice
from portal.wording import day, mark

PORTAL = mark("het portaal")
AUTHOR = mark("de privacy officer van het bestuur")
SUPERVISOR = mark("het bestuur, na het advies van de Autoriteit Persoonsgegevens")
LOOK = mark("Bekijk de beoordeling")
BEGIN = mark("Begin met de beoordeling")
RECORD = mark("Leg uw eigen DPIA vast")


def decision_in_force(facts: Facts) -> Iterator[Finding]:
    """A decision that holds for this school, by reuse of a model or by a DPIA of its own; a late one counts too."""
    dpia, paper = facts.dpia, facts.dpia.paper
    if dpia.stage is DpiaStage.IN_FORCE:
        return
    officers = ", ".join(facts.dpia.officers) or AUTHOR
    signatories = ", ".join(facts.board_signatories) or mark("een tekenbevoegde van het bestuur")
    waits_for = ", ".join(paper.waits_for)
    show = ("cases.show", {"case_id": paper.case}) if paper.may_start and paper.case else None
    begin = {"workflow_name": "dpia_reuse", "organisation": facts.board_id, "product": facts.product}
    may_start = paper.may_start and bool(facts.board_id)
    start = ("cases.begin", begin) if may_start and dpia.has_model else None
    record = ("cases.begin", {**begin, "workflow_name": "dpia_own"}) if may_start else None
    values: dict[str, object] = {"board": facts.board_name, "product": facts.product_title, "names": waits_for}
    match dpia.stage:
        case DpiaStage.DRAFT:
            said = mark("De DPIA voor %(product)s is begonnen, maar nog niet af.")
            yield Finding(said, waits_for or officers, show, mark("Ga verder"), values)
        case DpiaStage.PREPARING:
            said = mark("Het besluit over de DPIA voor %(product)s wordt klaargezet. Daarna kan er worden getekend.")
            yield Finding(said, PORTAL, show, LOOK, values)
        case DpiaStage.SIGNING:
            said = mark("Het besluit over de DPIA voor %(product)s ligt klaar om te tekenen. Nog nodig: %(names)s.")
            values["names"] = waits_for or signatories
            yield Finding(said, waits_for or signatories, show, LOOK, values)
        case DpiaStage.MEASURES_FIRST:
            said = mark("Volgens de DPIA voor %(product)s moeten eerst maatregelen worden uitgevoerd: %(open)s.")
            if not dpia.open:
                said = mark("Volgens de DPIA voor %(product)s moest eerst iets anders in orde zijn. Beoordeel opnieuw.")
            owners = ", ".join(dict.fromkeys(each.owner for each in dpia.open if each.owner))
            values["open"] = "; ".join(each.in_words for each in dpia.open)
            yield Finding(said, owners or officers, show, LOOK, values)
        case DpiaStage.OWN_DPIA:
            said = mark("Voor %(product)s heeft het bestuur een eigen DPIA nodig. Die is er nog niet.")
            yield Finding(said, officers, record, RECORD, values)
        case DpiaStage.PRIOR_CONSULTATION:
            said = mark(
                "Er blijft een hoog risico over bij %(product)s. Het bestuur raadpleegt eerst de Autoriteit "
                "Persoonsgegevens, en gebruikt het tot dan niet."
            )
            yield Finding(said, SUPERVISOR, show, LOOK, values)
        case DpiaStage.ENDED:
            said = mark(
                "Het besluit over de DPIA voor %(product)s geldt niet meer. Er is een nieuwe beoordeling nodig."
            )
            yield Finding(said, officers, start or record, BEGIN if start else RECORD, values)
        case _:
            said = mark(
                "Het schoolbestuur %(board)s heeft voor deze school nog niet besloten over de DPIA van %(product)s."
            )
            if not dpia.has_model:
                said = mark("Er is nog geen model-DPIA voor %(product)s. Het bestuur kan een eigen DPIA vastleggen.")
            yield Finding(said, officers, start or record, BEGIN if start else RECORD, values)


def notices(facts: Facts) -> Iterator[Notice]:
    """What is worth knowing of a decision that holds: that it came late, or that its day of review has passed."""
    dpia = facts.dpia
    if dpia.is_late:
        yield Notice(mark("Deze DPIA is gemaakt toen het product al in gebruik was. Dat had eerder gemoeten."))
    if dpia.review_on and dpia.review_on < dpia.today:
        said = mark("Deze DPIA moest uiterlijk %(day)s opnieuw worden beoordeeld. Vraag het uw privacy officer.")
        yield Notice(said, {"day": day(dpia.review_on)})
