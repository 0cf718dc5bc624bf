"""A whole processor agreement as the portal makes it: sealed, signed by both sides; what is in it, and that it conforms."""

import datetime as dt
import io
import json
import re
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from portal.documents import vault
from portal.offers.agreements.annexes import ANNEXES
from portal.offers.agreements.duties import DUTIES
from portal.offers.sections import Column, Kind, Row, Section
from portal.wording import day
from tests import conformance
from tests.builders import ANN, BAS, NOOR, OURS, SAM, Portal, a_role, sign
from tests.looking import pages
from tests.suppliers import EXAMPLE, a_published_agreement, an_agreement
from workflows.vocabulary import Role

WORDS = {
    "subject": "verwerkt voor het schoolbestuur persoonsgegevens met het product dat in bijlage 1 staat",
    "duration": "geldt zolang het schoolbestuur het product gebruikt",
    "nature": "wat er met de gegevens wordt gedaan",
    "purpose": "Bijlage 1 zegt ook waarvoor dat gebeurt",
    "data": "welke gegevens het zijn",
    "people": "van wie ze zijn",
    "controller": "Het houdt de rechten en de plichten van een verwerkingsverantwoordelijke",
    "instructions": "alleen op schriftelijke instructie van het schoolbestuur",
    "transfers": "blijven binnen de Europese Economische Ruimte, behalve waar bijlage 1 een ander land noemt",
    "confidentiality": "heeft beloofd ze geheim te houden",
    "security": "beveiligt de gegevens passend, zoals artikel 32 AVG vraagt",
    "subprocessor_consent": "alleen in met algemene toestemming, met bericht vooraf",
    "subprocessor_notice": "meldt hij ten minste 30 dagen vooraf. Het schoolbestuur kan 30 dagen bezwaar maken",
    "subprocessor_duties": "legt aan elke subverwerker dezelfde plichten op",
    "subprocessor_liability": "blijft de leverancier zelf aansprakelijk",
    "rights": "inzage, verbetering, verwijdering of een andere toepassing van zijn rechten",
    "assistance": "bij de beveiliging, bij het melden van datalekken, bij een DPIA",
    "breach": "meldt een datalek zonder vertraging, en uiterlijk 24 uur",
    "return": "zijn gegevens 30 dagen lang ophalen. Uiterlijk 30 dagen na het einde wist de leverancier alles",
    "audit": "geeft het schoolbestuur alle informatie die nodig is",
    "infringement": "een instructie in strijd is met de privacywet",
    "written": "schriftelijk vastgelegd, in elektronische vorm",
}
"""Of each duty of article 28, the words that fulfil it in the example text, with its numbers filled in."""
EDGES = re.compile(r"(VO-[\d-]+Verwerkersovereenkomst · [^\n]*\n)?Pagina \d+ van .*", re.DOTALL)
"""What stands at the end of what is extracted from a page: its head and its foot."""


@pytest.fixture(scope="module")
def stages(installation) -> Iterator[list[bytes]]:  # type: ignore[no-untyped-def]
    """The file after the seal, and after each of three signatures."""
    with installation.portal("registered") as portal:
        a_published_agreement(portal)
        a_role(portal, NOOR, portal.organisation(OURS), Role.PRIVACY_OFFICER)
        case_id = an_agreement(portal, retention="remark")
        for each in (ANN, BAS, SAM):
            sign(portal, case_id, each)
            portal.work()
        yield revisions(portal, case_id)


def revisions(portal: Portal, case_id) -> list[bytes]:  # type: ignore[no-untyped-def]
    with portal.opened():
        return [vault.content(each.blob) for each in portal.document(case_id).revisions]


@pytest.fixture(scope="module")
def said(stages: list[bytes]) -> str:
    """All that the signed agreement says, in one line without what stands at the end of each page."""
    pages(stages[-1], "agreement")
    texts = [each.extract_text() for each in PdfReader(io.BytesIO(stages[-1])).pages]
    assert all(f"Pagina {number} van {len(texts)}" in text for number, text in enumerate(texts, 1))
    return squeezed(" ".join(EDGES.sub("", text) for text in texts))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def bare(text: str) -> str:
    """Without white space and hyphens: a word in a narrow column may be broken."""
    return re.sub(r"[\s\-]", "", text)


def test_verapdf_finds_nothing_after_the_seal_and_after_each_of_three_signatures(stages: list[bytes]) -> None:
    assert conformance.missing() is None
    names = ("certified", "one of the board", "both of the board", "the supplier")
    assert conformance.faults(dict(zip(names, stages, strict=True))) == {}


def test_every_duty_of_article_28_is_found_by_the_words_of_its_clause(said: str) -> None:
    assert set(WORDS) == set(DUTIES)
    clauses = json.loads(EXAMPLE.read_text(encoding="utf-8"))["clauses"]
    for duty, words in WORDS.items():
        numbers = [f"{number} {each['heading']}" for number, each in enumerate(clauses, 1) if duty in each["duties"]]
        assert words in said, f"{duty}: {words}"
        assert numbers and all(each in said for each in numbers), duty


def test_it_names_both_sides_the_version_of_the_text_the_schools_and_who_assessed_it(said: str) -> None:
    first = said[: said.index("De overeenkomst")]
    assert f"Stichting Voorbeeld {OURS} en Voorbeeldleverancier B.V." in first
    assert "Versie van de tekst" in first and "2026-11" in first and "03KF00" in first
    assert json.loads(EXAMPLE.read_text(encoding="utf-8"))["introduction"] in said
    last = said[said.index("Beoordeling door het bestuur") :]
    assert "Bewaartermijnen Een opmerking" in last and "Beoordeeld door Noor Kaya" in last
    assert last.index("Beoordeeld door") < last.index("Ondertekening Voor Stichting") < last.index("Daarna, voor")


def test_every_row_of_both_annexes_is_found_with_all_its_cells_in_their_order(said: str) -> None:
    source, found = json.loads(EXAMPLE.read_text(encoding="utf-8")), bare(said)
    tried = 0
    for name, sections in ANNEXES.items():
        for section in sections:
            assert not source[name][section.name] or bare(section.title) in found, section.title
            for row in source[name][section.name]:
                assert bare(in_words(section, row)) in found, f"{section.name}: {row}"
                tried += 1
    assert tried == sum(len(rows) for name in ANNEXES for rows in source[name].values()) == 45


def in_words(section: Section, row: Row) -> str:
    """A row as it must stand there: in a table cell after cell, else each under its name."""
    return "".join((each.label if section.is_single else "") + cell(each, row[each.name]) for each in section.columns)


def cell(column: Column, value: str) -> str:
    """A day in words, a choice by its name with a capital, nothing as a dash."""
    if column.kind is Kind.DAY:
        return day(dt.date.fromisoformat(value))
    chosen = dict(column.options).get(value, value) or "–"
    return chosen[:1].upper() + chosen[1:] if column.options else chosen
