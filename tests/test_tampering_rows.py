"""Kinds of tampered database: each is named by the witness and, where a dossier can show it, by the verifier."""

import pytest

from portal.database import reader
from portal.evidence import dossiers
from portal.record import heads
from tests.builders import ANN, Portal
from tests.conftest import Installation, Tell
from tests.dossiers import DECLARATION, checked, codes, opened
from tests.tampering_rows import Forgery, forgeries

pytestmark = pytest.mark.slow


@pytest.mark.row(8, "tampered rows, cut tail, re-chained log, swapped file")
def test_every_kind_of_tampered_database_is_named(installation: Installation, tell: Tell) -> None:
    every, held = forgeries(installation.settings.secret("ledger").encode()), 0
    for name, forgery in every.items():
        with installation.portal("in_force") as portal:
            portal.ask(lambda: heads.keep(heads.tree_now(reader()), stamp=portal.worker.sealer.time_stamp))
            asked = ask(portal)
            portal.do(forgery.tamper)
            # The files take longest: they are only read where nothing else has named it.
            assert names(portal, forgery) or names(portal, forgery, "pdfs"), (name, portal.findings())
            judge(portal, forgery, asked, name)
            held += 1
    tell("tampered database named by tekenpoort verify", len(every), held)
    borne = sum(each.refused or bool(each.dossier) for each in every.values())
    assert borne == 12, "of the others nothing is in a dossier: the row of a head, and the facts beside the file"
    tell("of these, in a dossier made of it: no dossier, or named by the stand-alone verifier", borne, borne)


def names(portal: Portal, forgery: Forgery, *parts: str) -> bool:
    return any(forgery.witness in f"{each.where}: {each.what}" for each in portal.findings(*parts))


def ask(portal: Portal):  # type: ignore[no-untyped-def]
    visitor, case_id = portal.visitor(ANN), portal.case(DECLARATION)
    return portal.ask(lambda: dossiers.ask(by=visitor, case_id=case_id))


def judge(portal: Portal, forgery: Forgery, asked, name: str) -> None:  # type: ignore[no-untyped-def]
    """A dossier that is made of it is refused with a sentence, or named wrong by the verifier."""
    visitor = portal.visitor(ANN)
    portal.work()
    found = portal.ask(lambda: dossiers.find(asked, by=visitor, settings=portal.settings))
    if forgery.refused:
        assert found.state == "waiting" and found.cause, name
    else:
        assert found.state == "ready", (name, found)
        assert forgery.dossier <= codes(checked(opened(found.place))), (name, codes(checked(opened(found.place))))
