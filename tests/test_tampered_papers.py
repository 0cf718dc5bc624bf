"""Every kind of tampered PDF before each of the three judges: `/verify`, `tekenpoort verify`, the stand-alone verifier."""

from collections.abc import Callable

import pytest

from portal.cases.tables import Document, Revision
from portal.documents import vault
from portal.evidence import verify_dossier
from portal.evidence.verify_dossier import Dossier
from tests.builders import Portal
from tests.conftest import Tell
from tests.dossiers import a_dossier, opened
from tests.tampering import TAMPERED

pytestmark = pytest.mark.slow

CHANGED = "Veranderd na het tekenen"
Judge = Callable[[bytes], bool]


@pytest.fixture
def judges(in_force: Portal) -> dict[str, Judge]:
    """By its name, each judge: whether it names a file that stands for the last version of our declaration."""
    dossier = opened(a_dossier(in_force))
    return {
        "/verify": lambda pdf: CHANGED in online(in_force, pdf),
        "tekenpoort verify, beside the ledger": lambda pdf: witnessed(
            in_force, pdf, "documents", "een andere revisie dan er is"
        ),
        "tekenpoort verify, by the file itself": lambda pdf: witnessed(in_force, pdf, "pdfs", "is veranderd"),
        "the stand-alone verifier": lambda pdf: alone(dossier, pdf),
    }


def online(portal: Portal, pdf: bytes) -> str:
    page = portal.browser().open("/verify").upload("file", pdf, "stuk.pdf").press("Controleer dit bestand")
    assert page.status == 200
    return page.text


def witnessed(portal: Portal, pdf: bytes, part: str, words: str) -> bool:
    """The file stands in the vault under its own name, and every row was made to fit; then all is put back."""
    document = portal.document(portal.case("board_declaration"))
    put(portal, document, pdf)
    try:
        return any(words in each.what for each in portal.findings(part))
    finally:
        put(portal, document, None)


def put(portal: Portal, document: Document, pdf: bytes | None) -> None:
    def act(session) -> None:  # type: ignore[no-untyped-def]
        digest = document.current if pdf is None else vault.keep(session, pdf)
        last = session.query(Revision).filter_by(document_id=document.id, number=len(document.revisions)).one()
        last.blob = session.get_one(Document, document.id).current = digest

    portal.do(act)


def alone(dossier: Dossier, pdf: bytes) -> bool:
    return bool(verify_dossier.read_pdf(pdf, dossier).problem)


def test_every_kind_of_tampered_pdf_is_named_by_every_judge(
    in_force: Portal, judges: dict[str, Judge], tell: Tell
) -> None:
    document = in_force.document(in_force.case("board_declaration"))
    whole = in_force.ask(lambda: vault.content(document.current or ""))
    missed = []
    for how, tamper in TAMPERED.items():
        pdf = tamper(whole)
        for name, judge in judges.items():
            if not judge(pdf):
                missed.append((how, name))
    tried = len(TAMPERED) * len(judges)
    tell("tampered PDF named by /verify, tekenpoort verify and the stand-alone verifier", tried, tried - len(missed))
    assert missed == [] and len(TAMPERED) >= 10


def test_no_judge_names_the_file_as_it_is(in_force: Portal, judges: dict[str, Judge]) -> None:
    document = in_force.document(in_force.case("board_declaration"))
    whole = in_force.ask(lambda: vault.content(document.current or ""))
    assert [name for name, judge in judges.items() if judge(whole)] == []
