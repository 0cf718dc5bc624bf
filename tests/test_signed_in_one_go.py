"""Several documents signed with one code, where the first changes what the second rests on."""

import uuid

import pytest

from portal.cases import signing
from portal.cases.tables import Signature
from portal.errors import RefusedError
from tests.builders import ANN, BAS, Portal, Someone, a_declaration, all_is_well, sign
from tests.test_mandate_change import a_change


def sign_in_one_go(portal: Portal, someone: Someone, *cases: uuid.UUID) -> None:
    """This person reads these documents, and signs them with one code."""
    browser = portal.sign_in(someone)
    documents = [portal.document(each) for each in cases]
    for each in documents:
        browser.open(f"/tekenen/{each.id}")
    visitor, code = portal.visitor(someone), portal.code(someone)
    with portal.opened():
        signing.sign(
            {each.id: each.certified or "" for each in documents},
            by=visitor,
            typed_name=someone.name,
            code=code,
            code_is_good=portal.code_is_good,
            follow=portal.follow,
        )


@pytest.mark.parametrize("leaving", [(), (ANN,)])
def test_what_the_first_document_changes_is_not_signed_along(registered: Portal, leaving: tuple[Someone, ...]) -> None:
    """The new rule makes the declaration anew, and may take Ann's authority: the old one gets no signature of hers."""
    declaration = a_declaration(registered, real=True)
    what = ("leaving", "rule") if leaving else ("rule",)
    change = a_change(registered, *what, leaving=leaving, rule={"mode": "alone"})
    registered.work()
    sign(registered, change, BAS)
    with pytest.raises(RefusedError, match="Teken dat andere stuk eerst"):
        sign_in_one_go(registered, ANN, change, declaration)
    assert (registered.state(change), registered.count(Signature)) == ("signing", 1)

    sign(registered, change, ANN)
    registered.work()
    asked = registered.document(declaration)
    assert (asked.signatures, registered.state(declaration)) == ([], "signing")
    sign(registered, declaration, BAS)
    assert registered.state(declaration) == "decided"
    registered.work()
    assert all_is_well(registered)


def test_what_a_later_document_makes_void_is_told(registered: Portal) -> None:
    """The other way round the signature stood, and fell with its document: the new one waits, and Ann knows."""
    declaration = a_declaration(registered, real=True)
    change = a_change(registered, "rule", rule={"mode": "alone"})
    registered.work()
    sign(registered, change, BAS)
    sign_in_one_go(registered, ANN, declaration, change)
    registered.work()
    assert registered.document(declaration).signatures == []
    assert any(each.startswith("Niet meer geldig") for each in registered.mails(ANN.email))
    assert all_is_well(registered)
