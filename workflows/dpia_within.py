"""Whether a use stays within its model: the version, the modules and licence conditions, and the twelve sides."""

from collections.abc import Iterator
from dataclasses import replace

from workflows.dpia_cause import Cause, answered
from workflows.dpia_facts import CORE, Comparison, Outcome, Standing
from workflows.dpia_use import SideAnswer, Use, side_name


def outside_model(use: Use) -> Iterator[Cause]:
    """What lies outside the model as a whole, so that it cannot be reused."""
    if not use.counts("subject"):
        return
    own = Outcome.OWN_DPIA
    if use.around.standing is Standing.WITHDRAWN:
        yield Cause(own, "Dit model is ingetrokken. Er mag geen besluit meer op rusten.", "subject.same_version")
    elif use.around.standing is Standing.SUPERSEDED:
        yield Cause(own, "Er is een nieuwere versie van dit model. Begin met die versie.", "subject.same_version")
    if use.differs("subject.same_version", True):
        text = "U gebruikt een andere versie van het product dan het model beschrijft."
        way = "Als u de versie gebruikt die het model beschrijft"
        yield Cause(own, text, "subject.same_version", way, answered("subject.same_version", True))
    unknown = use.modules - use.model.modules
    if unknown:
        text = "U gebruikt een onderdeel dat niet in het model staat."
        way = "Als u alleen onderdelen gebruikt die in het model staan"
        kept = sorted(use.modules & use.model.modules)
        yield Cause(own, text, "subject.modules", way, answered("subject.modules", kept))
    if use.differs("subject.other_modules", False):
        text = "U gebruikt nog andere onderdelen dan het model beschrijft."
        way = "Als u geen andere onderdelen gebruikt dan het model beschrijft"
        yield Cause(own, text, "subject.other_modules", way, answered("subject.other_modules", False))
    met = use.said("subject.conditions", {})
    for condition in sorted(use.model.conditions):
        said = met.get(condition, {}).get("met")
        if said != "yes" and not (use.partial and not said):
            place = f"subject.conditions.{condition}"
            about = {"condition": condition}
            unmet = ("U voldoet niet aan licentievoorwaarde %(condition)s van het model.", about)
            once_met = ("Als u aan licentievoorwaarde %(condition)s voldoet", about)
            yield Cause(own, unmet, place, once_met, answered(place, {"met": "yes"}))


def no_agreement() -> Cause:
    """Without a processor agreement nothing may begin."""
    return Cause(
        Outcome.MEASURES_FIRST,
        "Er is nog geen verwerkersovereenkomst van kracht voor dit product.",
        "subject.agreement",
        "Als de verwerkersovereenkomst van kracht is",
        lambda answers, around: (answers, replace(around, agreement=True)),
    )


def sides_compared(use: Use) -> Iterator[Cause]:
    """The sides that are neither the same nor narrower; of a school of the board as much as of the board itself."""
    if not use.counts("comparison"):
        return
    described = {each.side for each in use.own_risks}
    enough = len(use.riskier_sides - CORE) > 1
    for each in use.sides:
        about = {"side": side_name(each.side), "number": each.side[1:], "school": each.school}
        way = ("Als u %(side)s (onderdeel %(number)s) houdt bij wat het model beschrijft", about)
        change = answered(each.place, {"choice": "same"})
        if use.is_riskier(each):
            weighs = Outcome.OWN_DPIA if each.side in CORE or enough else Outcome.ADJUSTED
            yield Cause(weighs, (_worse(each, described=each.side in described), about), each.place, way, change)
        elif each.choice not in (Comparison.SAME, Comparison.NARROWER):
            yield Cause(Outcome.ADJUSTED, (_different(each), about), each.place, way, change)


def _worse(answer: SideAnswer, *, described: bool) -> str:
    if answer.choice is Comparison.ABSENT and not described:
        return "Onderdeel %(number)s, %(side)s, staat niet in het model. Zonder eigen risico telt dat als meer risico."
    if answer.choice is Comparison.ABSENT and answer.school:
        return (
            "Wat school %(school)s doet bij %(side)s (onderdeel %(number)s), staat niet in het model en geeft risico."
        )
    if answer.choice is Comparison.ABSENT:
        return "Wat u doet bij %(side)s (onderdeel %(number)s), staat niet in het model en geeft risico."
    if answer.school:
        return "Bij %(side)s (onderdeel %(number)s) heeft school %(school)s meer risico dan het model beschrijft."
    return "Bij %(side)s (onderdeel %(number)s) heeft uw gebruik meer risico dan het model beschrijft."


def _different(answer: SideAnswer) -> str:
    if answer.school:
        return "Bij %(side)s (onderdeel %(number)s) is het gebruik van school %(school)s anders, zonder meer risico."
    return "Bij %(side)s (onderdeel %(number)s) is uw gebruik anders dan in het model, zonder meer risico."
