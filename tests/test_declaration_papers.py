"""The declaration that the chain makes, as a file: every revision conforms, every signature holds, the last one lasts."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.cases.tables import Document
from portal.database import reader
from portal.documents import authority, vault
from portal.documents.verify import Verdict, examine
from tests import conformance
from tests.builders import Portal


@pytest.fixture
def declaration(in_force: Portal) -> Iterator[Document]:
    """The declaration of a board that two directors signed jointly."""
    with in_force.opened():
        yield reader.query(Document).filter(Document.template == "documents/board_declaration.html").one()


def revisions(document: Document) -> list[bytes]:
    return [vault.content(each.blob) for each in document.revisions]


def test_every_revision_begins_with_the_one_before(declaration: Document) -> None:
    first, second, third = revisions(declaration)
    assert second.startswith(first)
    assert third.startswith(second)
    assert hashlib.sha256(first).hexdigest() == declaration.certified


def test_verapdf_finds_nothing_after_the_seal_and_after_each_signature(declaration: Document) -> None:
    assert conformance.missing() is None
    stages = dict(zip(("certified", "one signature", "two signatures"), revisions(declaration), strict=True))
    assert conformance.faults(stages) == {}


def test_pdfsig_says_that_every_signature_is_valid_after_each(declaration: Document, tmp_path: Path) -> None:
    for signatures, content in enumerate(revisions(declaration), 1):
        path = tmp_path / f"{signatures}.pdf"
        path.write_bytes(content)
        said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
        assert said.count("Signature is Valid") >= signatures
        assert "Mismatch" not in said


def test_pyhanko_judges_the_first_two_in_progress_and_the_last_complete(
    in_force: Portal, declaration: Document
) -> None:
    trust = authority.trust_of(in_force.settings.data)
    verdicts = [examine(content, trust=trust).verdict for content in revisions(declaration)]
    assert verdicts == [Verdict.INTACT_IN_PROGRESS, Verdict.INTACT_IN_PROGRESS, Verdict.INTACT_AND_COMPLETE]


def test_the_last_revision_is_b_lta_for_every_signature(in_force: Portal, declaration: Document) -> None:
    last = examine(revisions(declaration)[-1], trust=authority.trust_of(in_force.settings.data))
    assert len(last.signatures) == 3
    assert all(each.lasting for each in last.signatures)
