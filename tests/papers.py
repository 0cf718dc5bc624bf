"""Builders for the tests of documents: facts with defaults, and sealed papers of one throw-away authority."""

import atexit
import datetime as dt
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from portal.config import Settings
from portal.documents.render import Rendered, render, stamp
from portal.documents.seal import Sealer

AT = dt.datetime(2026, 3, 3, 13, 5, tzinfo=dt.UTC)
DECLARATION = "documents/board_declaration.html"


def a_signatory(field: str = "sign-1", name: str = "Anne de Vries", **other: str) -> dict[str, str]:
    return {
        "field": field,
        "name": name,
        "function": "Bestuurder",
        "authority": "Alleen bevoegd volgens het handelsregister",
        "confirms": "Ik verklaar dat deze scholen onder ons bestuur vallen.",
        **other,
    }


TWO = (a_signatory(), a_signatory("sign-2", "Bas Jansen"))


def some_facts(*, schools: int = 3, signatories: Sequence[dict[str, str]] = TWO, **other: Any) -> dict[str, Any]:
    rows = [
        [f"{number:02}AB00", f"Basisschool {number}", f"Dorpsstraat {number}", "Ons Dorp"] for number in range(schools)
    ]
    return {
        "workflow": "board_declaration",
        "title": "Bestuursverklaring",
        "reference": "BV-2026-000417",
        "code": "7F3K-9QXM",
        "version": "2026-11",
        "made_at": AT.isoformat(),
        "test_seal": True,
        "operator": {
            "name": "Tekenpoort",
            "contact": "servicedesk@tekenpoort.example",
            "verify": "https://portaal.example/verify",
        },
        "organisation": {"name": "Stichting Voorbeeld", "kind": "Schoolbestuur", "lines": ["Bestuursnummer 12345"]},
        "person": {"name": "Fatima el Amrani", "email": "f@voorbeeld.example", "function": "Secretaris"},
        "sections": [
            {
                "title": "Welke scholen vallen hieronder?",
                "rows": [
                    {
                        "label": "Scholen en vestigingen",
                        "value": {"columns": ["Code", "Naam", "Adres", "Plaats"], "rows": rows},
                    },
                    {"label": "Ingangsdatum", "value": "1 april 2026"},
                ],
            }
        ],
        "clauses": [],
        "assessments": [],
        "rule": "Deze personen ondertekenen samen.",
        "signatories": list(signatories),
        "ledger": {"size": 1834, "head": "3fa94c1d" * 8},
        **other,
    }


def some_terms(**other: Any) -> dict[str, Any]:
    clauses = [
        {
            "id": f"clause-{number}",
            "number": f"{number}",
            "heading": f"Afspraak {number}",
            "text": "U deelt de cijfers alleen met mensen binnen uw eigen groep.\nU noemt altijd de bron.",
            "key": number < 3,
            "confirm": "Ik deel de cijfers alleen binnen mijn groep." if number < 3 else None,
            "confirmed": number == 1,
        }
        for number in range(1, 5)
    ]
    return some_facts(title="Gebruiksvoorwaarden", clauses=clauses, signatories=(), rule=None, sections=[], **other)


def some_agreement(**other: Any) -> dict[str, Any]:
    """The facts of an agreement that its supplier signed beforehand, as of any document about a published text."""
    supplier = {"name": "Voorbeeldleverancier B.V.", "kind": "leverancier", "lines": ["KvK-nummer 12345678"]}
    signed = {
        "code": "7F3K-9QXM",
        "reference": "VT-2026-00001",
        "sha256": "3f" * 32,
        "people": ["Sam Dekker, Directeur"],
    }
    table = {
        "title": "Subverwerkers",
        "is_single": False,
        "columns": ["Naam", "Taak"],
        "rows": [["Host B.V.", "Opslag"]],
    }
    single = {"title": "Product", "is_single": True, "columns": ["Naam en versie"], "rows": [["Monitor 2026"]]}
    return some_facts(
        title="Verwerkersovereenkomst",
        clauses=[{"id": "subject", "number": "1", "heading": "Waarover", "text": "Over gegevens."}],
        deviations=[{"clause": "1 Waarover", "what": "Iets anders.", "why": "Daarom."}],
        annexes=[{"title": "Bijlage 1: privacybijsluiter", "sections": [single, table]}],
        publication={"title": "Verwerkersovereenkomst", "version": "2026-11", "sha256": "4e" * 32},
        product="Onderwijsresultatenmonitor",
        presigned={**supplier, **signed},
        introduction="Wat wij afspreken.",
        model="Een model",
        assessed=[{"name": "Noor Kaya", "function": "Privacy officer", "at": AT.isoformat()}],
        supplier="Voorbeeldleverancier B.V.",
        is_draft=True,
        watermark="CONCEPT",
        sha256="",
        since=None,
        **other,
    )


@cache
def a_sealer() -> Sealer:
    """One authority for all tests, because making its keys takes a while."""
    return Sealer.open(settings_in(a_folder()))


@cache
def a_folder() -> Path:
    """The data folder of that authority, gone when the tests end."""
    folder = TemporaryDirectory(prefix="papers-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def settings_in(folder: Path, **other: Any) -> Settings:
    return Settings(data=folder, database_url="sqlite://", **other)


@cache
def a_rendered() -> Rendered:
    return render(DECLARATION, some_facts(), at=AT)


@cache
def a_stamp(name: str = "Anne de Vries", kind: str = "person") -> bytes:
    facts = {"kind": kind, "name": name, "function": "Bestuurder", "at": AT.isoformat(), "test_seal": "ja"}
    return stamp(facts, width=249, height=90)


@cache
def a_prepared() -> bytes:
    return a_sealer().prepare(a_rendered())


@cache
def a_certified(*, final: bool = False) -> bytes:
    seal = a_stamp("Tekenpoort", "seal")
    return a_sealer().certify(a_prepared(), stamp=seal, reason="Vastgestelde versie", final=final)


def signed(pdf: bytes, field: str, name: str, *, final: bool, by: Sealer | None = None) -> bytes:
    sealer = by or a_sealer()
    return sealer.sign(pdf, field=field, stamp=a_stamp(name), reason="Ondertekend", signer_name=name, final=final)


@cache
def signed_once() -> bytes:
    return signed(a_certified(), "sign-1", "Anne de Vries", final=False)


@cache
def signed_by_both() -> bytes:
    return signed(signed_once(), "sign-2", "Bas Jansen", final=True)


def with_another_page_text(pdf: bytes) -> bytes:
    """The same file with an update at its end, by which its first page shows nothing."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page, reference = writer.root["/Pages"]["/Kids"][0], writer.root["/Pages"]["/Kids"].raw_get(0)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.mark_update(reference)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()
