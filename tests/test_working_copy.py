"""The working copy of an agreement as DOCX: what it says, and what a faulty or hostile template of the desk comes to."""

import io
import time
import zipfile
from collections.abc import Callable

import docx
import pytest

from portal.documents import working_copy
from portal.documents.vault import Blob
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import ANN, SANNE, Portal
from tests.test_publishing_agreements import SUUS, ours, published, said, version

__all__ = ["ours"]
HERE = "/servicedesk/werkexemplaar"


def words_of(content: bytes) -> str:
    """Everything that can be read in a DOCX, head and foot too."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    edges = [each.text for section in document.sections for each in (*section.header.paragraphs, *section.footer.paragraphs)]  # fmt: skip
    return "\n".join([*(each.text for each in document.paragraphs), *cells, *edges])


def a_template(*lines: str) -> bytes:
    document, made = docx.Document(), io.BytesIO()
    for each in lines:
        document.add_paragraph(each)
    document.save(made)
    return made.getvalue()


def with_part(name: str, content: bytes, *, template: bytes | None = None) -> bytes:
    """A template to which somebody added a part, or of which they changed one."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template or a_template("{{ title }}"))) as old, zipfile.ZipFile(made, "w") as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


def with_external_picture() -> bytes:
    rels = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(io.BytesIO(a_template("{{ title }}"))) as old:
        text = old.read(rels).decode()
    link = '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://127.0.0.1/x.png" TargetMode="External"/>'
    return with_part(rels, text.replace("</Relationships>", f"{link}</Relationships>").encode())


def sent(portal: Portal, template: bytes) -> Browser:
    return portal.sign_in(SANNE).open(HERE).upload("file", template, "sjabloon.docx").press("Sjabloon gebruiken")


def copy_of(portal: Portal) -> str:
    browser = portal.sign_in(SUUS).open(f"/overeenkomsten/{version(portal).id}").follow("Werkexemplaar (DOCX)")
    assert browser.response.mimetype.endswith("wordprocessingml.document"), browser.status
    return words_of(browser.response.data)


def test_the_working_copy_says_what_the_version_says_and_that_nobody_signed_it(ours: Portal) -> None:
    published(ours)
    text, body = copy_of(ours), version(ours).body
    for clause in body["clauses"]:
        assert clause["heading"] in text and clause["text"] in text
    for each in ("Bijlage 1: privacybijsluiter", "Bijlage 2: beveiliging", "Voorbeeldhosting B.V.", "niet ondertekend"):
        assert each in text
    assert version(ours).sha256 in text


def test_what_people_wrote_is_never_taken_for_a_template(ours: Portal) -> None:
    content = said(introduction="{{7*7}} {% for x in y %} <b>&amp;</b>\nregel twee")
    content["clauses"][0]["heading"] = "{{ title.__class__ }} & <w:t>x</w:t> ]]>"
    content["leaflet"]["data"][0]["which"] = "{%tr for x in y %} {{ 7*7 }}"
    published(ours, content)
    text = copy_of(ours)
    assert "{{7*7}} {% for x in y %} <b>&amp;</b>\nregel twee" in text
    assert "{{ title.__class__ }} & <w:t>x</w:t> ]]>" in text
    assert "{%tr for x in y %} {{ 7*7 }}" in text
    assert "49" not in text


def test_the_desk_uses_its_own_template_and_ours_again(ours: Portal) -> None:
    published(ours)
    sent(ours, a_template("Eigen opmaak van {{ supplier }}: {{ title }}")).sees("Uw eigen sjabloon wordt gebruikt")
    assert copy_of(ours).startswith("Eigen opmaak van")
    assert "Eigen opmaak" in words_of(ours.sign_in(SANNE).open(f"{HERE}/sjabloon.docx").response.data)
    assert ours.findings() == ()
    desk = ours.sign_in(SANNE).open(HERE).press("Het sjabloon van Tekenpoort weer gebruiken")
    desk.sees("Het sjabloon van Tekenpoort wordt weer gebruikt.")
    assert "Eigen opmaak" not in copy_of(ours)
    acts = [bool(each.document) for each in ours.ask(_acts)]
    assert acts == [True, False]
    assert ours.findings() == ()


def _acts() -> list[Entry]:
    from portal.database import reader

    return list(reader.query(Entry).filter_by(subject="working_copy").order_by(Entry.number))


def test_the_template_that_ships_can_be_used_as_ones_own(ours: Portal) -> None:
    browser = ours.sign_in(SANNE).open(f"{HERE}/voorbeeld.docx")
    sent(ours, browser.response.data).sees("Dit sjabloon wordt nu gebruikt.")


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        (lambda: a_template("{{ title.__class__.__mro__ }}"), "kan niet worden ingevuld"),
        (lambda: a_template("{{ '{0.__class__}'.format(title) }}"), "kan niet worden ingevuld"),
        (lambda: a_template("{{ title.format.__globals__ }}"), "kan niet worden ingevuld"),
        (lambda: a_template("{{ lipsum.__globals__ }}"), "kan niet worden ingevuld"),
        (lambda: a_template("{% include '/etc/passwd' %}"), "kan niet worden ingevuld"),
        (lambda: a_template("{% for each in clauses %}"), "kan niet worden ingevuld"),
        (lambda: a_template("{{ onbekend }}"), "onbekend"),
        (lambda: a_template("{{ 'x' * 10 ** 11 }}"), "te veel tijd of geheugen"),
        (lambda: b"PK geen zip", "geen goed DOCX-bestand"),
        (lambda: b"", "geen goed DOCX-bestand"),
        (lambda: with_part("word/vbaProject.bin", b"x"), "een programma"),
        (lambda: with_part("word/embeddings/x.bin", b"x"), "een programma"),
        (lambda: with_part("word/bom.xml", b" " * 40_000_000), "te groot om te openen"),
        (lambda: with_part("word/x.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'), "geen goed DOCX"),
        (lambda: with_part("word/x.xml", b'<w:instrText xmlns:w="urn:w"> INCLUDETEXT c:/x </w:instrText>'), "van buiten"),
        (with_external_picture, "van buiten"),
        (lambda: b"x" * (2 * 2**20 + 1), "te groot"),
    ],
)  # fmt: skip
def test_a_faulty_or_hostile_template_gets_a_sentence_and_is_not_kept(
    ours: Portal, template: Callable[[], bytes], sentence: str
) -> None:
    before = ours.count(Blob)
    browser = sent(ours, template())
    assert browser.status == 422
    assert sentence in browser.faults()["file"]
    assert ours.count(Blob) == before and _none(ours)


def _none(portal: Portal) -> bool:
    return portal.ask(_acts) == []


def test_a_template_that_never_ends_is_stopped(ours: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working_copy, "SECONDS", 2)
    begun = time.monotonic()
    loop = "{% for a in clauses * 9999 %}{% for b in clauses * 9999 %}{% for c in clauses %}{% endfor %}{% endfor %}{% endfor %}"
    browser = sent(ours, a_template(loop))
    assert browser.status == 422  # on a machine that is busy it was kept waiting rather than at work
    assert any(each in browser.faults()["file"] for each in ("te veel tijd of geheugen", "te druk"))
    assert time.monotonic() - begun < 10


def test_a_template_is_the_desks_alone(in_force: Portal) -> None:
    ann = in_force.sign_in(ANN).open("/account")
    for address in (HERE, f"{HERE}/sjabloon.docx", f"{HERE}/voorbeeld.docx"):
        assert ann.open(address).status == 404
    assert ann.open("/account").post(HERE, {"do": "ours"}).status == 404
    assert in_force.sign_in(SANNE).open(HERE).press("Sjabloon gebruiken").faults() == {
        "file": "Kies eerst een bestand."
    }
