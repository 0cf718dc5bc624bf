"""The dossier of a board with a majority, limits and a delegation: the stand-alone verifier reads them by itself."""

import json

from portal.evidence.verify_dossier import counts, goes_for, is_met
from tests.builders import ANN, EVA, OURS, Portal, a_declaration, sign
from tests.dossiers import a_dossier, checked, codes, opened, with_json
from tests.test_authority import CAS, a_board_of, a_delegation, eva_can
from tests.test_mandate_change import signed


def test_a_majority_with_a_delegate_among_it_holds_in_the_dossier(registered: Portal) -> None:
    a_board_of(registered, CAS)
    eva_can(registered, lambda: signed(registered, a_delegation(registered), ANN, CAS))
    case_id = a_declaration(registered, real=True)
    sign(registered, case_id, EVA)
    sign(registered, case_id, CAS)
    registered.work()
    assert registered.state(case_id) == "decided"
    dossier = opened(a_dossier(registered, organisation_id=registered.organisation(OURS)))
    assert checked(dossier).wrong == []
    mandates = json.loads(dossier.files["dossier.json"])["organisation"]["mandates"]
    [delegated] = [place for place, each in enumerate(mandates) if each["granted_by"]]
    assert mandates[delegated]["kinds"] == ["board_declaration"]

    def widen(said: dict[str, object]) -> None:
        said["organisation"]["mandates"][delegated]["kinds"] = []  # type: ignore[index]

    assert codes(checked(with_json(dossier.files, "dossier.json", widen))) >= {"mandate_rows"}


def test_the_verifier_counts_as_the_portal_does_and_by_its_own_code() -> None:
    rule, mandate = {"mode": "majority", "together": 1}, {"counts": "joint", "mandate": "a"}
    assert counts(rule, mandate, 5) == ("majority", 3, 5)
    assert counts({"mode": "jointly", "together": 2}, mandate, 5) == ("jointly", 2, None)
    assert counts(rule, {"counts": "alone"}, 5) == ("alone", 1, None)
    seated = [{"mandate": "b", "seat": "a", "together": 2}, {"mandate": "a", "together": 2}]
    assert not is_met(seated, 1)
    assert is_met([*seated, {"mandate": "c", "together": 2}], 1)
    assert is_met([{"mandate": "a", "together": 3}, {"mandate": "b", "together": 1}], 1)
    alone = {"mandate": "a", "together": 1}
    assert not is_met([alone], 2) and is_met([alone, {"mandate": "b", "together": 1}], 2)
    assert goes_for({"kinds": ["request"]}, "request") and not goes_for({"kinds": ["request"]}, "board_declaration")
    assert not goes_for({"granted_by": "a"}, "mandate_change")
