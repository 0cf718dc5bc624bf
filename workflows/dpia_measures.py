"""What becomes of the measures that a model asks for, and of the risks that they lower."""

from collections.abc import Iterator

from workflows.dpia_cause import Cause, accepted, answered
from workflows.dpia_deciding import Critical, High
from workflows.dpia_facts import Level, MeasureState, ModelMeasure, Outcome
from workflows.dpia_use import Use, rows
from workflows.vocabulary import Sentence


def is_accepted(use: Use) -> bool:
    """Whether what replaces critical measures counts as their equal: the FG says so, or the signatory gives reasons."""
    said = use.said("advice.replacements")
    if said == "accept" or str(use.said("decision.accepts", "")).strip():
        return True
    return use.partial and "advice" not in use.answers


def critical_measures(use: Use) -> tuple[Critical, list[Cause]]:
    """How the worst of the critical measures stands, and every one that is not done."""
    if not use.counts("measures"):
        return Critical.DONE, []
    worst, found = Critical.DONE, []
    for measure in use.asked:
        if measure.critical:
            standing, cause = _critical_one(use, measure)
            worst = max(worst, standing)
            found += [cause] if cause else []
    return worst, found


def _critical_one(use: Use, measure: ModelMeasure) -> tuple[Critical, Cause | None]:
    place, about = f"measures.measures.{measure.id}", {"measure": measure.text}
    own, done = Outcome.OWN_DPIA, answered(place, {"state": "done"})
    state = use.state(measure)
    if state is MeasureState.DONE:
        return Critical.DONE, None
    if state is MeasureState.PLANNED and use.planned_too_late(measure):
        text = "U gebruikt dit al, en noodzakelijke maatregel “%(measure)s” komt pas over meer dan drie maanden."
        way = ("Als u noodzakelijke maatregel “%(measure)s” nu uitvoert", about)
        return Critical.FAILED, Cause(own, (text, about), place, way, done)
    if state is MeasureState.PLANNED:
        text = "Noodzakelijke maatregel “%(measure)s” is gepland, maar nog niet uitgevoerd."
        return Critical.PLANNED, Cause(
            Outcome.MEASURES_FIRST, (text, about), place, _once_done(use, measure), accepted(measure.id)
        )
    if state is MeasureState.REPLACED and is_accepted(use):
        text = "U vervangt noodzakelijke maatregel “%(measure)s” door een andere."
        way = ("Als u noodzakelijke maatregel “%(measure)s” zelf uitvoert", about)
        return Critical.REPLACED, Cause(Outcome.ADJUSTED, (text, about), place, way, done)
    if state is MeasureState.REPLACED:
        text = "De FG vindt wat noodzakelijke maatregel “%(measure)s” vervangt niet gelijkwaardig."
        if "advice" not in use.answers:
            text = "De FG heeft nog niet gezegd of wat noodzakelijke maatregel “%(measure)s” vervangt gelijkwaardig is."
        way = ("Als de tekenbevoegde met redenen aanvaardt wat noodzakelijke maatregel “%(measure)s” vervangt", about)
        change = answered("decision.accepts", "aanvaard")
        return Critical.FAILED, Cause(own, (text, about), place, way, change)
    text = "U voert noodzakelijke maatregel “%(measure)s” niet uit."
    if state is MeasureState.NOT_APPLICABLE:
        text = "Noodzakelijke maatregel “%(measure)s” geldt wel voor u: u gebruikt dit onderdeel."
    way = ("Als u noodzakelijke maatregel “%(measure)s” uitvoert", about)
    return Critical.FAILED, Cause(own, (text, about), place, way, done)


def _once_done(use: Use, measure: ModelMeasure) -> Sentence:
    on = use.planned_on(measure)
    if on is None:
        return ("Als maatregel “%(measure)s” is uitgevoerd en het bewijs is aanvaard", {"measure": measure.text})
    text = "Als maatregel “%(measure)s” uiterlijk op %(day)s is uitgevoerd en het bewijs is aanvaard"
    return (text, {"measure": measure.text, "day": on})


def other_measures(use: Use) -> Iterator[Cause]:
    """The other measures that are not done, and the board's own that are still to come."""
    if not use.counts("measures"):
        return
    for measure in use.asked:
        state, about = use.state(measure), {"measure": measure.text}
        if measure.critical or state is MeasureState.DONE:
            continue
        place = f"measures.measures.{measure.id}"
        way: Sentence = ("Als u maatregel “%(measure)s” uitvoert", about)
        change = answered(place, {"state": "done"})
        text = "U voert maatregel “%(measure)s” niet uit."
        if state is MeasureState.PLANNED:
            text = "Maatregel “%(measure)s” is gepland, maar nog niet uitgevoerd."
            way, change = _once_done(use, measure), accepted(measure.id)
        elif state is MeasureState.REPLACED:
            text = "U vervangt maatregel “%(measure)s” door een andere."
        yield Cause(Outcome.ADJUSTED, (text, about), place, way, change)
    for number, row in rows(use.said("measures.own")):
        thing = f"own-{number}"
        if not row.get("evidence") and thing not in use.around.accepted:
            about = {"measure": row.get("text") or ""}
            text = "Uw eigen maatregel “%(measure)s” is nog niet uitgevoerd."
            way = ("Als uw eigen maatregel “%(measure)s” is uitgevoerd en het bewijs is aanvaard", about)
            yield Cause(Outcome.ADJUSTED, (text, about), f"measures.own.{number}", way, accepted(thing))


def risks_left(use: Use) -> tuple[High, list[Cause]]:
    """Whether a high risk is left, and which."""
    if not use.counts("risks"):
        return High.NONE, []
    high = [risk for risk, level in use.residual().items() if level is Level.HIGH]
    if not high:
        return High.NONE, []
    done, planned = use.of_state(MeasureState.DONE), use.of_state(MeasureState.PLANNED)
    later = use.residual((*done, *planned))
    named = {each.id: each.text for each in use.model.risks} | {each.id: each.text for each in use.own_risks}
    worst, found = High.NONE, []
    for risk in high:
        about = {"risk": named[risk]}
        own = risk.removeprefix("own-")
        place = f"risks.risks.{risk}" if own == risk else f"risks.own.{own}"
        if later[risk] is not Level.HIGH:
            worst = max(worst, High.LOWERED)
            text = "Risico “%(risk)s” is nog hoog, tot de geplande maatregelen zijn uitgevoerd."
            way = (
                "Als de geplande maatregelen tegen risico “%(risk)s” zijn uitgevoerd en het bewijs is aanvaard",
                about,
            )
            against = [each.id for each in planned if any(lower.risk == risk for lower in each.lowers)]
            found.append(Cause(Outcome.MEASURES_FIRST, (text, about), place, way, accepted(*against)))
            continue
        worst = High.STAYS
        text = "Risico “%(risk)s” blijft hoog. Geen geplande maatregel verlaagt het genoeg."
        way = ("Als u ophoudt met het gebruik waardoor risico “%(risk)s” ontstaat", about)
        change = answered(place, {"applies": False})
        if own != risk:
            way = ("Als u risico “%(risk)s” met eigen maatregelen terugbrengt tot midden", about)
            change = answered(place, {"after": "medium"})
        found.append(Cause(Outcome.PRIOR_CONSULTATION, (text, about), place, way, change))
    return worst, found
