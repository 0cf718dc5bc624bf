"""What a school wants to reach: set by its administrator or its board's, seen beside the norm, and withdrawn."""

import pytest

from portal.reports.tables import Ambition
from tests.builders import ANN, BAS, EVA, IRIS, OURS, PRODUCT, SCHOOL, TOM, Portal, a_role, accepted_terms
from workflows.vocabulary import Role

REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
AIM = f"{REPORT}/ambitie"


def test_an_administrator_of_the_board_sets_it_and_a_reader_sees_it(in_force: Portal) -> None:
    eva = in_force.sign_in(EVA).open(REPORT).follow("Leg vast wat de school zelf wil bereiken")
    eva.fill(fundamental="97,5", target="62 %").press("Opslaan")
    accepted_terms(in_force, TOM)
    accepted_terms(in_force, ANN)
    in_force.sign_in(TOM).open(REPORT).sees("Eigen ambitie", "97,5%", "62%").sees_not("Leg vast wat de school")
    in_force.sign_in(ANN).open(f"/rapporten/{PRODUCT}/bestuur/{OURS}/overzicht").sees("ambitie 62%")
    assert in_force.findings("ledger", "ambitions") == ()


def test_a_new_one_takes_the_place_of_the_old_and_can_be_withdrawn(in_force: Portal) -> None:
    a_role(in_force, TOM, in_force.organisation(SCHOOL), Role.ADMINISTRATOR)
    accepted_terms(in_force, TOM)
    in_force.sign_in(TOM).open(AIM).fill(target="50").press("Opslaan").sees("is opgeslagen")
    tom = in_force.later(days=1).sign_in(TOM).open(AIM)
    assert 'value="50"' in tom.response.text
    tom.fill(target="55").press("Opslaan").sees("55%")
    in_force.later(days=1).sign_in(TOM).open(AIM).press("Trek de ambitie in").sees_not("Eigen ambitie:", "55%")
    assert in_force.count(Ambition) == 2
    assert in_force.count(Ambition, until=None) == 0
    assert in_force.findings("ledger", "ambitions") == ()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"fundamental": "", "target": ""}, "fundamental"),
        ({"fundamental": "101", "target": "50"}, "fundamental"),
        ({"fundamental": "90", "target": "-1"}, "target"),
        ({"fundamental": "90", "target": "veel"}, "target"),
        ({"fundamental": "90", "target": "50,123"}, "target"),
    ],
)
def test_what_is_no_percentage_is_refused_at_its_field_and_stays(
    in_force: Portal, typed: dict[str, str], field: str
) -> None:
    eva = in_force.sign_in(EVA).open(AIM).fill(**typed).press("Opslaan")
    assert eva.status == 422 and list(eva.faults()) == [field]
    assert {name: eva.values().get(name, [""])[0] for name in typed} == typed
    assert in_force.count(Ambition) == 0


def test_nobody_else_may_set_or_withdraw_it(in_force: Portal) -> None:
    for someone in (TOM, BAS, IRIS):
        assert in_force.sign_in(someone).open(AIM).status == 404
        assert in_force.sign_in(someone).open("/").post(AIM, {"fundamental": "90"}).status == 404
    assert in_force.count(Ambition) == 0


def test_what_is_changed_behind_the_portal_is_found(in_force: Portal) -> None:
    in_force.sign_in(EVA).open(AIM).fill(target="50").press("Opslaan")
    in_force.do(lambda session: setattr(session.query(Ambition).one(), "target", "10"))
    assert [each.what for each in in_force.findings("ambitions")] != []
