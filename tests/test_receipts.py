"""Receipts: whoever acts is mailed that it stands in the ledger, and `/verify` says whether it still does."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.cases import turning
from tests.builders import (
    ANN,
    BAS,
    SANNE,
    TOM,
    Portal,
    Someone,
    a_declaration,
    a_submitted_registration,
    accept,
    accepted_terms,
    submit,
)

HOLDS = "Het logboek bevat deze kop nog precies zo"


def receipt(portal: Portal, someone: Someone, subject: str) -> tuple[str, str]:
    """Size and head, as the text of that mail gives them."""
    letter = portal.letter(someone.email, subject)
    found = re.search(r"Logboek: (\d+) regels, kop ([0-9a-f]{64})", letter)
    assert found, letter
    address = urlsplit(next(word for word in letter.split() if "/verify/logboek" in word))
    assert parse_qs(address.query) == {"size": [found[1]], "head": [found[2]]}, "the link asks just that"
    return found[1], found[2]


def holds(portal: Portal, someone: Someone, subject: str) -> bool:
    size, head = receipt(portal, someone, subject)
    portal.browser().open(f"/verify/logboek?size={size}&head={head}").sees(HOLDS)
    return True


def test_who_assesses_has_a_receipt(portal: Portal) -> None:
    accept(portal, a_submitted_registration(portal))
    assert holds(portal, SANNE, "Bewijs: akkoord gegeven")


def test_who_began_signed_and_got_the_document_has_receipts(in_force: Portal) -> None:
    for someone, subject in (
        (ANN, "Ontvangen"),
        (ANN, "U hebt getekend"),
        (BAS, "U hebt getekend"),
        (BAS, "Uw stuk is klaar"),
    ):
        assert holds(in_force, someone, subject)


@pytest.mark.parametrize(
    ("deed", "subject"),
    [
        (turning.send_back, "Bewijs: zaak teruggestuurd"),
        (turning.decline, "Bewijs: niet akkoord gegaan"),
        (turning.withdraw, "Bewijs: zaak ingetrokken"),
    ],
)
def test_who_sends_back_declines_or_withdraws_has_a_receipt(to_sign: Portal, deed, subject: str) -> None:  # type: ignore[no-untyped-def]
    bas, case_id = to_sign.visitor(BAS), to_sign.case("board_declaration")
    to_sign.ask(lambda: deed(case_id, words="Er ontbreekt een school.", by=bas))
    to_sign.ask(lambda: deed(case_id, words="Er ontbreekt een school.", by=bas))
    assert holds(to_sign, BAS, subject)
    assert sum(each.startswith("Bewijs") for each in to_sign.mails(BAS.email)) == 1, "pressed twice is one deed"


def test_who_takes_back_has_a_receipt_that_covers_what_ended(in_force: Portal) -> None:
    case_id, tom = accepted_terms(in_force, TOM), in_force.visitor(TOM)
    in_force.ask(lambda: turning.take_back(case_id, words="", by=tom))
    assert holds(in_force, TOM, "Bewijs: akkoord ingetrokken")


@pytest.mark.row(8, "a receipt against a rewritten ledger")
def test_a_receipt_of_a_ledger_that_was_rewritten_is_named(in_force: Portal) -> None:
    size, head = receipt(in_force, ANN, "U hebt getekend")
    changed = head.replace(head[:4], "0000", 1)
    in_force.browser().open(f"/verify/logboek?size={size}&head={changed}").sees("een andere kop").sees_not(HOLDS)
    in_force.browser().open(f"/verify/logboek?size={int(size) + 9000}&head={head}").sees("korter")


def test_who_submits_what_another_began_has_a_receipt(registered: Portal) -> None:
    draft = a_declaration(registered, draft=True)

    submit(registered, draft, registered.visitor(BAS))
    assert holds(registered, BAS, "Bewijs: zaak verstuurd")
