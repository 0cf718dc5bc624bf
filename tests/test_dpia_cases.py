"""Worked by hand: what the rule decides on one assessment after another, and which answer it names first."""

from dataclasses import replace
from typing import Any

import pytest

from tests.dpia_models import AROUND, HIGH, LOW, MEDIUM, MODEL, with_answers
from workflows.dpia_facts import (
    DIMENSIONS,
    Comparison,
    Level,
    Lowering,
    Model,
    ModelMeasure,
    ModelRisk,
    Outcome,
    Standing,
)
from workflows.dpia_need import NeedKind, needed
from workflows.dpia_reuse import judge

REUSE, ADJUSTED, FIRST = Outcome.REUSE, Outcome.ADJUSTED, Outcome.MEASURES_FIRST
OWN, ASK_AP = Outcome.OWN_DPIA, Outcome.PRIOR_CONSULTATION
CHECK, NOT_NEEDED = Outcome.COMPLIANCE_CHECK, Outcome.NOT_REQUIRED

M = "measures.measures"
PLANNED = {"state": "planned", "on": "2027-01-15", "owner": "Jo", "owner_email": "jo@school.example"}
IN_A_YEAR = {**PLANNED, "on": "2027-11-01"}
ON_THE_LAST_DAY = {**PLANNED, "on": "2027-02-23"}
A_DAY_LATER = {**PLANNED, "on": "2027-02-24"}
REPLACED = {"state": "replaced", "by": "een pasje", "why": "even sterk"}
REFUSED = {"state": "refused", "why": "te duur"}
NOT_FOR_US = {"state": "not_applicable", "why": "niet voor ons"}
IN_USE = (("subject.in_use", True), ("subject.start", "2025-08-01"), ("timing", {"earlier": False, "changed": False}))
BEFORE_THE_AVG = (*IN_USE, ("subject.start", "2016-08-01"))
AN_EARLIER_DPIA = {"earlier": True, "earlier_kind": "dpia", "earlier_on": "2024-05-01", "changed": False}
ANOTHER_ANALYSIS = {**AN_EARLIER_DPIA, "earlier_kind": "other"}
CONDITIONS = (
    ("advice.verdict", "conditional"),
    ("advice.conditions", [{"text": "zet het uit"}, {"text": "vertel het"}]),
)
TAKEN = {"taken": True, "on": "2027-01-01", "owner": "Jo", "owner_email": "jo@school.example"}
SET_ASIDE = {"taken": False, "why": "kan niet"}
LOW_RISK = {"text": "een klein risico", "chance": "low", "impact": "medium", "after": "low", "why": "kleine groep"}
HIGH_LEFT = {
    "side": "D6",
    "text": "een lek",
    "chance": "high",
    "impact": "high",
    "after": "high",
    "why": "geen maatregel",
}
AT_SCHOOL = {"school": "00AA01", "why": "daar doen zij meer"}

TABLE: dict[str, tuple[tuple[tuple[str, Any], ...], Outcome, str]] = {
    # The same use, all done.
    "all as the model describes": ((), REUSE, "comparison.sides"),
    "narrower on two sides": ((("comparison.sides.D3.choice", "narrower"), ("comparison.sides.D5.choice", "narrower")), REUSE, "comparison.sides"),
    "nobody was asked for a view": ((("views", {"sought": False, "why_not": "te klein"}),), REUSE, "comparison.sides"),
    # Is a DPIA needed?
    "nothing on the three lists": ((("need", {"why": "geen"}),), NOT_NEEDED, "need.ap"),
    "nothing on the lists, though a side is worse": ((("need", {}), ("comparison.sides.D4.choice", "riskier")), NOT_NEEDED, "need.ap"),
    "one of the nine criteria: wise, and gone on with": ((("need.edpb", ["new_technology"]),), REUSE, "comparison.sides"),
    "one item of the list of the AP": ((("need", {"ap": ["profiling"]}),), REUSE, "comparison.sides"),
    "nothing on the lists, and in use: not late": ((*IN_USE, ("need", {})), NOT_NEEDED, "need.ap"),
    # In use already.
    "in use, a DPIA then, nothing changed": ((*IN_USE, ("timing", AN_EARLIER_DPIA)), CHECK, "timing.changed"),
    "in use, a DPIA then, but changed": ((*IN_USE, ("timing", {**AN_EARLIER_DPIA, "changed": True})), REUSE, "comparison.sides"),
    "in use, another analysis, after the AVG came": ((*IN_USE, ("timing", ANOTHER_ANALYSIS)), REUSE, "comparison.sides"),
    "in use since before the AVG, analysed under the Wbp": ((*BEFORE_THE_AVG, ("timing", ANOTHER_ANALYSIS)), CHECK, "timing.changed"),
    "in use from the first day of the AVG": ((*IN_USE, ("subject.start", "2018-05-25"), ("timing", ANOTHER_ANALYSIS)), REUSE, "comparison.sides"),
    "in use since before the AVG, but changed": ((*BEFORE_THE_AVG, ("timing", {**ANOTHER_ANALYSIS, "changed": True})), REUSE, "comparison.sides"),
    "in use since before the AVG, never analysed": (BEFORE_THE_AVG, REUSE, "comparison.sides"),
    "an earlier DPIA, yet not in use": ((("timing", AN_EARLIER_DPIA),), REUSE, "comparison.sides"),
    # Outside the model.
    "another version of the product": ((("subject.same_version", False),), OWN, "subject.same_version"),
    "other modules too": ((("subject.other_modules", True),), OWN, "subject.other_modules"),
    "a module that the model does not know": ((("subject.modules", ["mail", "video"]),), OWN, "subject.modules"),
    "a licence condition that is not met": ((("subject.conditions.C1.met", "no"),), OWN, "subject.conditions.C1"),
    # Sides.
    "a core side different without more risk": ((("comparison.sides.D7.choice", "different"),), ADJUSTED, "comparison.sides.D7"),
    "a core side riskier": ((("comparison.sides.D4.choice", "riskier"),), OWN, "comparison.sides.D4"),
    "one other side riskier": ((("comparison.sides.D6.choice", "riskier"),), ADJUSTED, "comparison.sides.D6"),
    "two other sides riskier": ((("comparison.sides.D6.choice", "riskier"), ("comparison.sides.D11.choice", "riskier")), OWN, "comparison.sides.D6"),
    "one other side riskier for board and school alike": ((("comparison.sides.D6.choice", "riskier"), ("comparison.local", [{**AT_SCHOOL, "side": "D6", "choice": "riskier"}])), ADJUSTED, "comparison.sides.D6"),
    "a core side not described, no risk named": ((("comparison.sides.D9.choice", "absent"),), OWN, "comparison.sides.D9"),
    "a core side not described, a low risk": ((("comparison.sides.D9.choice", "absent"), ("risks.own", [{**LOW_RISK, "side": "D9"}])), ADJUSTED, "comparison.sides.D9"),
    "a core side not described, a medium risk before measures": ((("comparison.sides.D9.choice", "absent"), ("risks.own", [{**LOW_RISK, "side": "D9", "chance": "medium"}])), OWN, "comparison.sides.D9"),
    "a core side not described, the low risk is of another side": ((("comparison.sides.D9.choice", "absent"), ("risks.own", [{**LOW_RISK, "side": "D1"}])), OWN, "comparison.sides.D9"),
    "one school is riskier on a core side": ((("comparison.local", [{**AT_SCHOOL, "side": "D5", "choice": "riskier"}]),), OWN, "comparison.local.1"),
    "one school differs without more risk": ((("comparison.local", [{**AT_SCHOOL, "side": "D5", "choice": "different"}]),), ADJUSTED, "comparison.local.1"),
    "one school is narrower than a board that differs": ((("comparison.sides.D5.choice", "different"), ("comparison.local", [{**AT_SCHOOL, "side": "D5", "choice": "narrower"}])), ADJUSTED, "comparison.sides.D5"),
    # Measures.
    "a critical measure refused": (((f"{M}.M1", REFUSED),), OWN, f"{M}.M1"),
    "a critical measure of the whole product said not to apply": (((f"{M}.M1", NOT_FOR_US),), OWN, f"{M}.M1"),
    "a critical measure of a module that is used said not to apply": ((("subject.modules", ["mail", "chat"]), (f"{M}.M4", NOT_FOR_US)), OWN, f"{M}.M4"),
    "a critical measure of a module that was added later, never answered": ((("subject.modules", ["mail", "chat"]),), OWN, f"{M}.M4"),
    "a critical measure of a module that is not used": (((f"{M}.M4", NOT_FOR_US),), REUSE, "comparison.sides"),
    "a critical measure planned": (((f"{M}.M2", PLANNED),), FIRST, f"{M}.M2"),
    "a critical measure planned after a year, not in use": (((f"{M}.M2", IN_A_YEAR),), FIRST, f"{M}.M2"),
    "in use, a critical measure on the last day of three months": ((*IN_USE, (f"{M}.M2", ON_THE_LAST_DAY)), FIRST, f"{M}.M2"),
    "in use, a critical measure a day after three months": ((*IN_USE, (f"{M}.M2", A_DAY_LATER)), OWN, f"{M}.M2"),
    "a critical measure replaced, the FG agrees": (((f"{M}.M2", REPLACED), ("advice.replacements", "accept")), ADJUSTED, f"{M}.M2"),
    "a critical measure replaced, the FG does not agree": (((f"{M}.M2", REPLACED), ("advice.replacements", "reject")), OWN, f"{M}.M2"),
    "a critical measure replaced, the signatory accepts it against the FG": (((f"{M}.M2", REPLACED), ("advice.replacements", "reject"), ("decision.accepts", "Een pasje is hier even sterk.")), ADJUSTED, f"{M}.M2"),
    "another measure planned": (((f"{M}.M3", IN_A_YEAR),), ADJUSTED, f"{M}.M3"),
    "another measure refused": (((f"{M}.M3", REFUSED),), ADJUSTED, f"{M}.M3"),
    "another measure replaced": (((f"{M}.M3", REPLACED),), ADJUSTED, f"{M}.M3"),
    "a measure of one's own, still to come": ((("measures.own", [{"text": "een cursus", "on": "2027-01-01"}]),), ADJUSTED, "measures.own.1"),
    "a measure of one's own, with evidence": ((("measures.own", [{"text": "een cursus", "on": "2026-01-01", "evidence": "lijst"}]),), REUSE, "comparison.sides"),
    # Risks.
    "high until a planned measure": (((f"{M}.M1", PLANNED), (f"{M}.M2", PLANNED)), FIRST, f"{M}.M1"),
    "high, and what replaces the measure is not counted": (((f"{M}.M1", REPLACED), ("advice.replacements", "accept")), ASK_AP, "risks.risks.R1"),
    "high after measures that the board thought of itself": ((("risks.own", [HIGH_LEFT]),), ASK_AP, "risks.own.1"),
    "high, but the risk does not apply here": (((f"{M}.M1", REPLACED), ("advice.replacements", "accept"), ("risks.risks.R1", {"applies": False, "why": "niet hier"})), ADJUSTED, f"{M}.M1"),
    "high and a critical measure refused: a DPIA of one's own weighs more": (((f"{M}.M1", REFUSED),), OWN, f"{M}.M1"),
    # The FG.
    "the FG sets conditions that are taken over": ((*CONDITIONS, ("reply.conditions", {"1": TAKEN, "2": TAKEN})), ADJUSTED, "advice.verdict"),
    "the FG sets conditions that are all set aside": ((*CONDITIONS, ("reply.conditions", {"1": SET_ASIDE, "2": SET_ASIDE})), ADJUSTED, "advice.verdict"),
    "the FG sets conditions, one is not answered": ((*CONDITIONS, ("reply.conditions", {"1": TAKEN})), FIRST, "advice.conditions.2"),
    "the FG advises against it, and is answered": ((("advice.verdict", "negative"), ("reply.words", "Wij zien het anders.")), ADJUSTED, "advice.verdict"),
    "the FG advises against it, and nobody answered": ((("advice.verdict", "negative"),), FIRST, "advice.verdict"),
    "the FG advises against what needs a DPIA of its own": ((("advice.verdict", "negative"), ("reply.words", "Goed."), ("comparison.sides.D1.choice", "riskier")), OWN, "comparison.sides.D1"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_worked_by_hand(name: str) -> None:
    changes, outcome, place = TABLE[name]
    found = judge(with_answers(*changes), MODEL, AROUND)
    assert (found.outcome, found.reasons[0].place) == (outcome, place)


AROUND_TABLE: dict[str, tuple[dict[str, Any], tuple[tuple[str, Any], ...], Outcome]] = {
    "the model was withdrawn": ({"standing": Standing.WITHDRAWN}, (), OWN),
    "there is a newer version of the model": ({"standing": Standing.SUPERSEDED}, (), OWN),
    "no processor agreement": ({"agreement": False}, (), FIRST),
    "no processor agreement, but no DPIA is needed": ({"agreement": False}, (("need", {}),), NOT_NEEDED),
    "a withdrawn model, but an earlier DPIA still holds": (
        {"standing": Standing.WITHDRAWN},
        (*IN_USE, ("timing", AN_EARLIER_DPIA)),
        CHECK,
    ),
    "the evidence of the one planned measure was accepted": (
        {"accepted": frozenset({"M2"})},
        ((f"{M}.M2", PLANNED),),
        REUSE,
    ),
    "the evidence of one of two was accepted": (
        {"accepted": frozenset({"M2"})},
        ((f"{M}.M1", PLANNED), (f"{M}.M2", PLANNED)),
        FIRST,
    ),
    "what was refused is not done by evidence for it": ({"accepted": frozenset({"M1"})}, ((f"{M}.M1", REFUSED),), OWN),
    "the evidence of a measure of one's own was accepted": (
        {"accepted": frozenset({"own-1"})},
        (("measures.own", [{"text": "een cursus", "on": "2027-01-01"}]),),
        REUSE,
    ),
}


@pytest.mark.parametrize("name", AROUND_TABLE)
def test_worked_by_hand_with_what_the_portal_knows(name: str) -> None:
    around, changes, outcome = AROUND_TABLE[name]
    assert judge(with_answers(*changes), MODEL, replace(AROUND, **around)).outcome is outcome


# --- The two examples of the source text (002) -------------------------------------------------------------------

ONE_CAMERA = Model(
    version="1",
    modules=frozenset({"cameras"}),
    conditions=frozenset(),
    levels={**dict.fromkeys(DIMENSIONS, 1), "D5": 1},
    risks=(ModelRisk("R1", "leerlingen worden de hele dag gevolgd", MEDIUM, MEDIUM, LOW, MEDIUM),),
    measures=(ModelMeasure("M1", "beelden worden na een week gewist", True, (Lowering("R1", 1, 0),)),),
    review_on=MODEL.review_on,
)
"""One camera outside, to keep an eye on the yard during the break."""


def of_cameras(scale: Comparison, chance: Level) -> dict[str, dict[str, Any]]:
    """The assessment of a school with cameras."""
    return with_answers(
        ("subject.modules", ["cameras"]),
        ("subject.conditions", {}),
        ("need", {"ap": ["camera_surveillance"], "edpb": ["vulnerable"], "art35": []}),
        ("comparison.sides.D5.choice", scale),
        (M, {"M1": {"state": "done", "on": "2026-10-01", "evidence": "instelling"}}),
        ("risks.risks", {"R1": {"applies": True, "chance": chance, "impact": "medium", "why": "zie beschrijving"}}),
    )


def test_one_camera_outside_is_what_the_model_describes() -> None:
    assert judge(of_cameras(Comparison.SAME, MEDIUM), ONE_CAMERA, AROUND).outcome is REUSE


def test_cameras_in_every_stairwell_are_not_the_one_camera_outside() -> None:
    found = judge(of_cameras(Comparison.RISKIER, HIGH), ONE_CAMERA, AROUND)
    assert found.outcome is OWN
    assert [each.place for each in found.reasons] == ["comparison.sides.D5"]
    assert [each.outcome for each in found.ways] == [REUSE], "with the one camera outside it may be reused"


OFFICE = replace(MODEL, conditions=frozenset({"onderwijsvoorwaarden"}))
UNDER_EDUCATION_TERMS = ("subject.conditions", {"onderwijsvoorwaarden": {"met": "yes"}})


def test_office_365_under_education_terms_with_the_advised_measures_needs_no_new_dpia() -> None:
    found = judge(with_answers(UNDER_EDUCATION_TERMS), OFFICE, AROUND)
    assert found.outcome is REUSE
    assert HIGH not in (found.residual or {}).values()


def test_office_365_bought_under_other_terms_needs_a_dpia_of_its_own() -> None:
    found = judge(with_answers(("subject.conditions", {"onderwijsvoorwaarden": {"met": "no"}})), OFFICE, AROUND)
    assert (found.outcome, found.reasons[0].place) == (OWN, "subject.conditions.onderwijsvoorwaarden")


def test_office_365_without_all_advised_measures_waits_for_them_or_needs_a_dpia_of_its_own() -> None:
    assert judge(with_answers(UNDER_EDUCATION_TERMS, (f"{M}.M1", PLANNED)), OFFICE, AROUND).outcome is FIRST
    assert judge(with_answers(UNDER_EDUCATION_TERMS, (f"{M}.M1", REFUSED)), OFFICE, AROUND).outcome is OWN


# --- Is a DPIA needed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("need", "kind"),
    [
        ({}, NeedKind.NOT_REQUIRED),
        ({"ap": [], "edpb": [], "art35": []}, NeedKind.NOT_REQUIRED),
        ({"edpb": ["vulnerable"]}, NeedKind.RECOMMENDED),
        ({"edpb": ["vulnerable", "vulnerable"]}, NeedKind.RECOMMENDED),
        ({"edpb": ["vulnerable", "large_scale"]}, NeedKind.REQUIRED),
        ({"ap": ["profiling"]}, NeedKind.REQUIRED),
        ({"art35": ["public_space"]}, NeedKind.REQUIRED),
        ({"ap": ["profiling"], "edpb": ["vulnerable"]}, NeedKind.REQUIRED),
    ],
)
def test_when_a_dpia_is_needed(need: dict[str, Any], kind: NeedKind) -> None:
    found = needed({"need": need})
    assert found.kind is kind
    assert found.reasons
