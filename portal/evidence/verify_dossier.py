"""Checks a dossier of Tekenpoort by itself: `python verify_dossier.py DOSSIER.zip` (or the folder it was unpacked in).

Needs Python 3.11 and pyHanko (`pip install pyHanko`), no portal, no network. Says in plain sentences what holds and
what does not. Exit code 0: everything holds. 1: something does not. 2: it could not be checked.

What it rests on: the ledger. Each entry in the dossier is recomputed, and shown to stand under the root of the ledger
that was stamped with the time. What the entries say is then laid beside the documents, their signatures, the answers
and the mandates. Whether the certificates are those of the portal, only their fingerprints can tell:
get those elsewhere.
"""

import argparse
import asyncio
import datetime as dt
import hashlib
import json
import logging
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

try:
    from asn1crypto import cms, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import FieldMDPAction, MDPPerm
    from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_tst_signed_data
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import SignatureCoverageLevel, TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext
except ImportError as missing:  # pragma: no cover
    print(f"pyHanko is needed for this check ({missing}): pip install pyHanko", file=sys.stderr)
    sys.exit(2)

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

HOLDS, WRONG, UNREADABLE = 0, 1, 2
FORMAT = "tekenpoort-dossier/1"
LEAST_OF_HEAD = 16
LARGEST = 2 * 2**30
"""Bytes of a whole dossier: it is read into memory."""
LARGE, MOST_PACKED = 16 * 2**20, 200
"""A file of more bytes than this, packed to less than a two hundredth, is there to fill memory."""

SENTENCES = {
    "manifest_missing": (
        "staat in manifest.json, maar zit niet in het dossier",
        "is in manifest.json but not in the dossier",
    ),
    "manifest_extra": ("staat niet in manifest.json", "is not in manifest.json"),
    "manifest_changed": (
        "is veranderd: het controlegetal klopt niet",
        "was changed: its SHA-256 is not the one listed",
    ),
    "unreadable": ("kan niet worden gelezen ({fault})", "cannot be read ({fault})"),
    "head_stamp": (
        "het tijdstempel hoort niet bij deze kop, of is niet te vertrouwen ({fault})",
        "the time stamp is not of this head, or not to be trusted ({fault})",
    ),
    "entry_changed": ("is gewijzigd: de inhoud past niet bij de hash", "was changed: it does not match its hash"),
    "entry_unproved": ("stond niet in het gestempelde logboek", "was not in the stamped ledger"),
    "entry_order": ("staat er twee keer, of niet op volgorde", "is there twice, or out of order"),
    "entry_chain": ("sluit niet aan op de regel ervoor", "does not follow on the entry before"),
    "document_unknown": (
        "dit bestand is volgens het logboek nooit gemaakt",
        "the ledger knows of no such file",
    ),
    "document_missing": (
        "het bestand van logboekregel {number} ontbreekt",
        "the file of ledger entry {number} is missing",
    ),
    "revision_rows": (
        "noemt andere versies dan het logboek, of een andere volgorde",
        "lists other versions than the ledger, or in another order",
    ),
    "left_out": (
        "logboekregel {number} gaat over iets dat in dit dossier ontbreekt",
        "ledger entry {number} is about something that is not in this dossier",
    ),
    "document_no_beginning": (
        "begint niet met de versie ervoor",
        "does not begin with the version before",
    ),
    "pdf": ("is veranderd, of niet te vertrouwen: {fault}", "was changed, or cannot be trusted: {fault}"),
    "count": (
        "draagt {file} handtekeningen van personen, het logboek kent er {ledger}",
        "bears {file} signatures of persons, the ledger knows of {ledger}",
    ),
    "unfinished": (
        "heet compleet en is het niet, of andersom",
        "is called complete and is not, or the other way round",
    ),
    "signer": (
        "in veld {field} staat {found}, het stuk zelf noemt {expected}",
        "field {field} names {found}, the document itself {expected}",
    ),
    "person": (
        "veld {field} is volgens het logboek door een ander getekend",
        "by the ledger field {field} was signed by somebody else",
    ),
    "seen": (
        "logboekregel {number}: getekend is een andere versie dan is vastgesteld",
        "ledger entry {number}: what was signed is not what was certified",
    ),
    "sealed_without_act": (
        "logboekregel {number} verzegelt een handtekening die niemand gaf",
        "ledger entry {number} seals a signature that nobody gave",
    ),
    "case_rows": (
        "noemt andere handtekeningen dan het logboek",
        "names other signatures than the ledger",
    ),
    "mandate_none": (
        "rust op een tekenbevoegdheid die nooit is vastgelegd",
        "rests on a mandate that was never granted",
    ),
    "mandate_person": ("rust op de tekenbevoegdheid van een ander", "rests on somebody else's mandate"),
    "mandate_time": (
        "rust op een tekenbevoegdheid die op dat moment niet gold",
        "rests on a mandate that did not hold at that moment",
    ),
    "mandate_evidence": ("rust op een ander bewijs dan is vastgelegd", "rests on other evidence than was recorded"),
    "mandate_rule": (
        "is gegeven onder een andere regel van bevoegdheid dan toen gold",
        "was given under another rule of authority than held then",
    ),
    "mandate_limits": (
        "gaat verder dan de grenzen van de tekenbevoegdheid",
        "goes further than the limits of the mandate",
    ),
    "evidence_gone": ("het bewijs {sha256} ontbreekt", "the evidence {sha256} is missing"),
    "mandate_rows": (
        "noemt andere tekenbevoegdheden dan het logboek",
        "names other mandates than the ledger",
    ),
    "answers": ("noemt andere antwoorden dan er zijn verstuurd", "has other answers than were submitted"),
    "facts": (
        "de gegevens in het stuk zijn niet die van de zaak",
        "the facts in the document are not those of the case",
    ),
    "undecided": (
        "zegt dat er is beslist, of dat er iets van kracht is; het logboek weet daar niet van",
        "says that it was decided, or that something is in force; the ledger does not know of it",
    ),
    "in_force": (
        "heeft iets anders van kracht dan waartoe is besloten",
        "has something else in force than was decided",
    ),
    "rule_unmet": (
        "is beslist zonder de handtekeningen die de regel vraagt",
        "was decided without the signatures that the rule asks",
    ),
    "other_side": (
        "bindt de leverancier niet: die tekende niet, en had ook niet vooraf getekend",
        "does not bind the supplier: it did not sign, nor had it signed beforehand",
    ),
    "beforehand_missing": (
        "het stuk {paper}, waarmee de leverancier vooraf tekende, zit niet in de overeenkomst",
        "the document {paper} with which the supplier signed beforehand is not enclosed in the agreement",
    ),
    "beforehand_wrong": (
        "het stuk {paper}, waarmee de leverancier vooraf tekende, houdt niet stand: {fault}",
        "the document {paper} with which the supplier signed beforehand does not hold: {fault}",
    ),
    "beforehand_good": (
        "het stuk {paper}, waarmee de leverancier vooraf tekende, zit erin en klopt: {count} handtekening(en)",
        "the document {paper} with which the supplier signed beforehand is enclosed and holds: {count} signature(s)",
    ),
    "paper_rows": (
        "noemt iets anders over het tekenen op papier dan het logboek",
        "says something else about signing on paper than the ledger",
    ),
    "paper_state": (
        "heet op papier getekend en is het niet, of andersom",
        "is called signed on paper and is not, or the other way round",
    ),
    "paper_alone": (
        "is op papier vastgelegd en bevestigd door dezelfde persoon, of door wie zelf tekende",
        "was put down and confirmed on paper by the same person, or by who signed it",
    ),
    "scan_gone": ("de scan {sha256} ontbreekt", "the scan {sha256} is missing"),
    "on_paper": (
        "op papier getekend door {count} personen: dat is geen elektronische handtekening; de scan is onveranderd",
        "signed on paper by {count} persons: that is no electronic signature; the scan is unchanged",
    ),
    "elsewhere": (
        "elders getekend: vastgelegd, niet beoordeeld; het bestand is onveranderd sinds {moment}",
        "signed elsewhere: recorded, not judged; the file is unchanged since {moment}",
    ),
    "elsewhere_rows": (
        "noemt iets anders over wat elders is getekend dan het logboek",
        "says something else about what was signed elsewhere than the ledger",
    ),
    "elsewhere_gone": (
        "het bestand {sha256} dat elders is getekend, ontbreekt",
        "the file {sha256} that was signed elsewhere is missing",
    ),
    "witness": (
        "noemt een kop van het logboek bij {size} regels die daar niet stond",
        "bears a head of the ledger at {size} entries that was not there",
    ),
    "receipt": (
        "het logboek had bij {size} regels een andere kop: het is herschreven, of er staat een tikfout in",
        "the ledger had another head at {size} entries: it was rewritten, or there is a typing error",
    ),
    "receipt_short": (
        "het logboek is korter dan dit bewijs: er is een stuk van verdwenen, of het dossier is van ervoor",
        "the ledger is shorter than this receipt: a part of it is gone, or the dossier is of before it",
    ),
    "receipt_unknown": (
        "over {size} regels kan dit dossier niets zeggen; vraag het portaal, op de pagina /verify",
        "of {size} entries this dossier cannot tell; ask the portal, on its page /verify",
    ),
    "receipt_holds": ("het logboek bevat deze kop", "the ledger contains this head"),
    "stranger": (
        "dit certificaat is niet een van die waarvan u de vingerafdruk gaf: {sha256}",
        "this certificate is not one of those of which you gave the fingerprint: {sha256}",
    ),
    "fingerprint": (
        "vergelijk deze vingerafdruk met die van de beheerder: {sha256}",
        "compare this fingerprint with the one the operator gives: {sha256}",
    ),
    "withheld": (
        "{count} bestanden zijn weggelaten, omdat zij niet zijn bedoeld voor wie het dossier vroeg",
        "{count} files are left out: they are not for whoever asked for the dossier",
    ),
    "waits": ("een handtekening wacht nog op het zegel", "a signature still waits for its seal"),
    "stamped": (
        "het logboek had {size} regels op {moment}",
        "the ledger had {size} entries at {moment}",
    ),
    "revision_good": (
        "onveranderd, {count} handtekeningen van personen, laatste tijdstempel {moment}",
        "unchanged, {count} signatures of persons, last time stamp {moment}",
    ),
    "entries_good": ("{count} logboekregels zijn nagerekend", "{count} ledger entries were recomputed"),
}


class BrokenError(Exception):
    """This is no dossier that can be checked at all."""


@dataclass(frozen=True)
class Finding:
    """One thing that was seen: what it is about, a word of SENTENCES, and its values."""

    where: str
    code: str
    values: Mapping[str, object]

    def said(self, language: int) -> str:
        """In Dutch (0) or in English (1)."""
        return printable(f"{self.where}: {SENTENCES[self.code][language].format(**self.values)}")


@dataclass
class Report:
    """What was found wrong, what is good to know, and what was found to hold."""

    wrong: list[Finding] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    good: list[Finding] = field(default_factory=list)

    def fault(self, where: str, code: str, **values: object) -> None:
        """Something does not hold."""
        self.wrong.append(Finding(where, code, values))

    @contextmanager
    def guarded(self, where: str) -> Iterator[None]:
        """What cannot be checked does not hold: whatever goes wrong in this block is a finding."""
        try:
            yield
        except BrokenError:
            raise
        except Exception as fault:
            self.fault(where, "unreadable", fault=f"{type(fault).__name__}: {fault}"[:160])


@dataclass
class Dossier:
    """The files of a dossier by name, and what the ledger in it says."""

    files: dict[str, bytes]
    entries: list[dict[str, Any]] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=dict)
    """Number of an entry → its hash, for every entry of which that was proved."""
    size: int = 0
    root: str = ""
    papers: dict[str, "Paper"] = field(default_factory=dict)
    """What each PDF was found to say, by its SHA-256: none is read twice."""

    def json(self, name: str) -> Any:
        return json.loads(self.files[name])

    def about(self, subject: str, *acts: str) -> list[dict[str, Any]]:
        """The entries about something, in order: all, or those of these acts."""
        return [each for each in self.entries if each["subject"] == subject and (not acts or each["act"] in acts)]

    @cached_property
    def withheld(self) -> frozenset[str]:
        return frozenset(self.json("manifest.json")["withheld"])

    @cached_property
    def held(self) -> frozenset[str]:
        """The SHA-256 of every file that is really there."""
        return frozenset(sha256(content) for content in self.files.values())


def open_dossier(place: Path) -> Dossier:
    """Read a ZIP file, or the folder it was unpacked in."""
    try:
        if place.is_dir():
            paths = [path for path in place.rglob("*") if path.is_file()]
            refuse_too_large(path.stat().st_size for path in paths)
            found = {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}
        else:
            with zipfile.ZipFile(place) as archive:
                packed = [each for each in archive.infolist() if not each.is_dir()]
                refuse_odd(packed)
                found = {each.filename: archive.read(each) for each in packed}
    except BrokenError:
        raise
    except Exception as fault:  # hostile bytes fail in more ways than can be listed
        raise BrokenError(f"{place}: {type(fault).__name__}: {fault}") from fault
    dossier = Dossier(found)
    try:
        known = dossier.json("manifest.json")["format"]
    except (KeyError, ValueError, TypeError, RecursionError) as fault:
        raise BrokenError(f"{place}: no manifest.json that can be read") from fault
    if known != FORMAT:
        raise BrokenError(f"{place}: this is no {FORMAT}")
    return dossier


def refuse_odd(packed: list[zipfile.ZipInfo]) -> None:
    """What is checked must be what any program unpacks: each name once, none that leads elsewhere, and no bomb."""
    names: set[str] = set()
    for each in packed:
        name = unicodedata.normalize("NFC", each.filename).casefold()
        if name in names:
            raise BrokenError(f"{each.filename}: two files have this name")
        if name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name:
            raise BrokenError(f"{each.filename}: this name leads out of the dossier")
        if each.file_size > LARGE and each.file_size > MOST_PACKED * each.compress_size:
            raise BrokenError(f"{each.filename}: this file is packed so tightly that it is not unpacked")
        names.add(name)
    refuse_too_large(each.file_size for each in packed)


def refuse_too_large(sizes: Iterable[int]) -> None:
    if sum(sizes) > LARGEST:
        raise BrokenError(f"a dossier of more than {LARGEST // 2**30} GB is not read")


def check(dossier: Dossier, *, receipts: Iterable[str] = (), prints: Iterable[str] = ()) -> Report:
    """Everything, in the order in which one thing rests on another."""
    report = Report()
    parts = (check_manifest, check_head, check_entries, check_documents, check_cases, check_organisation)
    for part in (*parts, check_elsewhere):
        with report.guarded(part.__name__.removeprefix("check_")):
            part(dossier, report)
    for receipt in receipts:
        check_receipt(dossier, receipt, report)
    check_prints(dossier, prints, report)
    return report


# --- The files, and the ledger -----------------------------------------------------------------------------------


def check_manifest(dossier: Dossier, report: Report) -> None:
    """Every file as it is listed, and no other."""
    manifest = dossier.json("manifest.json")
    listed: dict[str, dict[str, Any]] = manifest["files"]
    for name, said in sorted(listed.items()):
        if name not in dossier.files:
            report.fault(name, "manifest_missing")
        elif sha256(dossier.files[name]) != said["sha256"] or len(dossier.files[name]) != said["bytes"]:
            report.fault(name, "manifest_changed")
    for name in sorted(dossier.files.keys() - listed.keys() - {"manifest.json"}):
        if "__pycache__" not in PurePosixPath(name).parts:
            report.fault(name, "manifest_extra")
    if manifest["withheld"]:
        report.told.append(Finding("manifest.json", "withheld", {"count": len(manifest["withheld"])}))


def check_head(dossier: Dossier, report: Report) -> None:
    """The head of the ledger was stamped with the time, by somebody whom the certificates vouch for."""
    said = dossier.json("ledger/head.json")
    dossier.size, dossier.root = int(said["size"]), str(said["root"])
    statement = f"tekenpoort ledger\n{said['size']}\n{said['head']}\n{said['root']}\n".encode()
    try:
        moment = stamped_at(dossier, dossier.files["ledger/head.tsr"], statement)
    except Exception as fault:
        report.fault("ledger/head.json", "head_stamp", fault=f"{type(fault).__name__}: {fault}"[:160])
        return
    report.good.append(Finding("ledger", "stamped", {"size": dossier.size, "moment": moment.isoformat()}))


def check_entries(dossier: Dossier, report: Report) -> None:
    """Each entry matches its hash and stands under the root; what follows directly on another is chained to it."""
    ledger = dossier.json("ledger/entries.json")
    before: dict[str, Any] = {"number": 0, "hash": "0" * 64}
    for entry in ledger["entries"]:
        where = f"ledger {entry['number']}"
        if entry["number"] <= before["number"]:
            report.fault(where, "entry_order")
        if hash_of(entry) != entry["hash"]:
            report.fault(where, "entry_changed")
        elif not is_under(dossier, entry["number"], entry["hash"], entry["path"]):
            report.fault(where, "entry_unproved")
        else:
            dossier.heads[entry["number"]] = entry["hash"]
            if entry["number"] == before["number"] + 1 and entry["previous"] != before["hash"]:
                report.fault(where, "entry_chain")
            elif entry["number"] > 1:
                dossier.heads.setdefault(entry["number"] - 1, entry["previous"])
        dossier.entries.append(entry)
        before = entry
    for head in ledger["heads"]:
        if is_under(dossier, head["number"], head["hash"], head["path"]):
            dossier.heads[head["number"]] = head["hash"]
    report.good.append(Finding("ledger", "entries_good", {"count": len(dossier.entries)}))


def hash_of(entry: Mapping[str, Any]) -> str:
    """SHA-256 over the entry as JSON without spaces, its keys in the order of the alphabet."""
    columns = {key: value for key, value in entry.items() if key not in ("hash", "path")}
    return sha256(canonical(columns))


def is_under(dossier: Dossier, number: int, hash_: str, path: list[str]) -> bool:
    """Whether this hash is number so much in the ledger of this size and root (a Merkle tree, RFC 9162)."""
    index, last, beside = number - 1, dossier.size - 1, [bytes.fromhex(each) for each in path]
    if not 0 <= index <= last:
        return False
    node = hashlib.sha256(b"\0" + bytes.fromhex(hash_)).digest()
    while last:
        if index % 2 or index < last:
            if not beside:
                return False
            other = beside.pop(0)
            node = hashlib.sha256(b"\1" + (other + node if index % 2 else node + other)).digest()
        index, last = index // 2, last // 2
    return not beside and node.hex() == dossier.root


# --- The documents -----------------------------------------------------------------------------------------------


def check_documents(dossier: Dossier, report: Report) -> None:
    """Every file that the ledger speaks of is there and holds; every PDF of a case is one that the ledger knows."""
    names = {sha256(content): name for name, content in dossier.files.items() if is_document(name)}
    known: set[str] = set()
    for case in cases_of(dossier):
        for document in case["documents"]:
            where = f"{case['reference']} {document['code']}"
            with report.guarded(where):
                known |= check_document(dossier, report, case, document, names)
    for digest, name in names.items():
        if digest not in known:
            report.fault(name, "document_unknown")
    listed = {f"case:{case['id']}" for case in cases_of(dossier)}
    listed |= {f"document:{document['id']}" for case in cases_of(dossier) for document in case["documents"]}
    for entry in dossier.entries:
        if entry["subject"].startswith(("case:", "document:")) and entry["subject"] not in listed:
            report.fault(entry["subject"], "left_out", number=entry["number"])


def check_document(
    dossier: Dossier, report: Report, case: dict[str, Any], document: dict[str, Any], names: Mapping[str, str]
) -> set[str]:
    """One document, revision by revision, against the acts that stored them; gives the hashes that the ledger knows."""
    where, subject = f"{case['reference']} {document['code']}", f"document:{document['id']}"
    stored = dossier.about(subject, "certify", "seal", "renew")
    signed = dossier.about(subject, "sign")
    before, seals = b"", 0
    for entry in stored:
        seals += entry["act"] == "seal"
        if entry["document"] not in names:
            report.fault(where, "document_missing", number=entry["number"])
            continue
        name = names[entry["document"]]
        content = dossier.files[name]
        if not content.startswith(before):
            report.fault(name, "document_no_beginning")
        before = content
    known = {entry["document"] for entry in stored}
    listed = [sha256(dossier.files.get(each["file"], b"")) for each in document["revisions"]]
    if not listed == [each["sha256"] for each in document["revisions"]] == [entry["document"] for entry in stored]:
        report.fault(where, "revision_rows")
    check_acts(report, where, document, stored, signed)
    if not before or not stored or stored[-1]["document"] not in names:
        return known
    name = names[stored[-1]["document"]]
    if sha256(before) not in dossier.papers:
        dossier.papers[sha256(before)] = read_pdf(before, dossier)
    paper = dossier.papers[sha256(before)]
    if paper.problem:
        report.fault(name, "pdf", fault=paper.problem)
        return known
    if len(paper.signers) - 1 != seals:
        report.fault(name, "count", file=len(paper.signers) - 1, ledger=seals)
    if paper.is_complete != (document["state"] == "complete"):
        report.fault(name, "unfinished")
    check_names(report, name, paper, signed)
    check_facts(dossier, report, name, case=case, document=document, paper=paper)
    moment = paper.stamped.isoformat() if paper.stamped else "-"
    report.good.append(Finding(name, "revision_good", {"count": len(paper.signers) - 1, "moment": moment}))
    return known


def check_acts(
    report: Report,
    where: str,
    document: dict[str, Any],
    stored: list[dict[str, Any]],
    signed: list[dict[str, Any]],
) -> None:
    """What the acts say among themselves, and beside the rows of the case."""
    certified = [entry["document"] for entry in stored if entry["act"] == "certify"]
    for entry in signed:
        if [entry["document"]] != certified:
            report.fault(where, "seen", number=entry["number"])
    seals = [entry for entry in stored if entry["act"] == "seal"]
    for entry in seals[len(signed) :]:
        report.fault(where, "sealed_without_act", number=entry["number"])
    if len(signed) > len(seals) and not document["void_at"]:
        report.told.append(Finding(where, "waits", {}))
    rows = [
        (each["ledger"], each["person"], each["organisation"], each["field"], each["authority"], each["seen"])
        for each in document["signatures"]
    ]
    told = [
        (e["number"], e["actor"], e["on_behalf_of"], e["detail"]["field"], e["detail"]["authority"], e["document"])
        for e in signed
    ]
    if sorted(rows, key=str) != sorted(told, key=str):
        report.fault(where, "case_rows")


def check_names(report: Report, name: str, paper: "Paper", signed: list[dict[str, Any]]) -> None:
    """Who signed which field: by the file, by the facts that were certified in it, and by the ledger."""
    expected = {each["field"]: each for each in paper.facts["signatories"]}
    actors = {entry["detail"]["field"]: entry["actor"] for entry in signed}
    for field_, signer in list(paper.signers.items())[1:]:
        certified = expected.get(field_, {"name": "-", "person": "-"})
        if signer != certified["name"]:
            report.fault(name, "signer", field=field_, found=signer, expected=certified["name"])
        if actors.get(field_) != certified["person"]:
            report.fault(name, "person", field=field_)


def check_facts(
    dossier: Dossier, report: Report, name: str, *, case: dict[str, Any], document: dict[str, Any], paper: "Paper"
) -> None:
    """What the document was made of is of this case, and the head of the ledger that it bears was there."""
    facts = paper.facts
    if (facts["reference"], facts["code"]) != (case["reference"], document["code"]):
        report.fault(name, "facts")
    by_field = {each["field"]: {"organisation": case["organisation"], **each} for each in facts["signatories"]}
    if document["sides"] != list(dict.fromkeys(each["organisation"] for each in by_field.values())):
        report.fault(name, "facts")
    for row in document["signatures"]:
        certified = by_field.get(row["field"], {})
        if any(row[key] != certified.get(key) for key in ("name", "function", "confirms", "person", "organisation")):
            report.fault(name, "facts")
    if not document["void_at"] and facts["answers"] != case["answers"]:
        report.fault(name, "answers")
    check_witness(dossier, report, name, facts["ledger"])


def check_witness(dossier: Dossier, report: Report, where: str, said: Mapping[str, Any]) -> None:
    """A head that was printed at the time is still in the ledger."""
    size = int(said["size"])
    if size and dossier.heads.get(size) != said["head"]:
        report.fault(where, "witness", size=size)


# --- What a PDF proves by itself ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """What one file says: its signers by field (the seal first), its facts, and what is wrong with it, if anything."""

    signers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    is_complete: bool = False
    stamped: dt.datetime | None = None
    problem: str = ""
    enclosed: dict[str, bytes] = field(default_factory=dict)
    """The files within it, by SHA-256."""


def read_pdf(pdf: bytes, dossier: Dossier) -> Paper:
    """Judge a sealed document; any fault is a problem of the file."""
    try:
        return _read_pdf(pdf, dossier)
    except Exception as fault:  # hostile bytes fail in more ways than can be listed
        return Paper(problem=f"{type(fault).__name__}: {fault}"[:200])


def _read_pdf(pdf: bytes, dossier: Dossier) -> Paper:
    reader = PdfFileReader(BytesIO(pdf))
    signatures = [each for each in reader.embedded_signatures if each.sig_object_type == "/Sig"]
    stamps = [each for each in reader.embedded_signatures if each.sig_object_type == "/DocTimeStamp"]
    if not signatures:
        return Paper(problem="there is no signature in it")
    proof = proof_in(reader)
    moments = []
    for each in signatures:
        problem, moment = judged(each, dossier, proof)
        if problem:
            return Paper(problem=f"{each.field_name}: {problem}")
        moments.append(moment)
    for each in stamps:
        moment = each.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        context = believing(dossier, "time_stamp_roots", moment, proof)
        status = asyncio.run(async_validate_pdf_timestamp(each, context))
        if not (status.intact and status.valid and status.trusted and covers(each)):
            return Paper(problem=f"{each.field_name}: the time stamp over the file does not hold")
        moments.append(moment)
    complete = locks(signatures[-1])
    if complete and not (stamps and stamps[-1].coverage is SignatureCoverageLevel.ENTIRE_FILE):
        return Paper(problem="the time stamp over the whole file is missing, or something came after it")
    signers = {str(each.field_name): str(each.sig_object.get("/Name", "")) for each in signatures}
    files = {sha256(content): content for content in enclosed_in(reader).values()}
    return Paper(signers, facts_in(reader), complete, max(moments), enclosed=files)


def judged(embedded: EmbeddedPdfSignature, dossier: Dossier, proof: "Proof") -> tuple[str, dt.datetime]:
    """What is wrong with one signature, and the moment at which it was stamped."""
    claimed = next(
        (each["encap_content_info"]["content"].parsed["gen_time"].native
         for each in extract_tst_data_iter(embedded.signer_info, signed=False)),
        None,
    )  # fmt: skip
    if claimed is None:
        return "it has no time stamp", dt.datetime.now(dt.UTC)
    status = asyncio.run(
        async_validate_pdf_signature(
            embedded,
            signer_validation_context=believing(dossier, "roots", claimed, proof),
            ts_validation_context=believing(dossier, "time_stamp_roots", claimed, proof),
        )
    )
    stamp = status.timestamp_validity
    if not (status.intact and status.valid and status.docmdp_ok and covers(embedded)):
        return "changed after signing", claimed
    if not status.trusted or status.signing_cert.dump() not in trusted(dossier, "seals"):
        return "the certificate is not one of the portal's", claimed
    if not (stamp and stamp.intact and stamp.valid and stamp.trusted):
        return "its time stamp does not hold", claimed
    return "", claimed


@dataclass(frozen=True)
class Proof:
    """What a file itself brings to prove that its certificates were good."""

    certificates: list[x509.Certificate]
    revoked: list[bytes]
    answers: list[bytes]


def proof_in(reader: PdfFileReader) -> Proof:
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Proof([], [], [])
    revoked = [each.get_object().data for each in store.crls]
    return Proof(list(store.load_certs()), revoked, [each.get_object().data for each in store.ocsps])


def believing(dossier: Dossier, roots: str, moment: dt.datetime, proof: Proof | None) -> ValidationContext:
    """Believe the roots in the dossier, at this moment, offline; a signature brings proof, a bare stamp need not."""
    return ValidationContext(
        trust_roots=[x509.Certificate.load(each) for each in trusted(dossier, roots)],
        other_certs=proof.certificates if proof else [],
        moment=moment,
        crls=[*(proof.revoked if proof else []), *trusted(dossier, "revoked")],
        ocsps=proof.answers if proof else [],
        revocation_mode="require" if proof else "soft-fail",
        retroactive_revinfo=True,
    )


def trusted(dossier: Dossier, kind: str) -> list[bytes]:
    return [content for name, content in dossier.files.items() if name.startswith(f"trust/{kind}/")]


def stamped_at(dossier: Dossier, token: bytes, content: bytes) -> dt.datetime:
    """The moment of a time stamp over this content; ValueError when it is of something else, or not trusted."""
    signed = cms.ContentInfo.load(token)["content"]
    moment: dt.datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
    context = believing(dossier, "time_stamp_roots", moment, None)
    found = asyncio.run(validate_tst_signed_data(signed, context, lambda how: hashlib.new(how, content).digest()))
    status = TimestampSignatureStatus(**found)
    if not (status.intact and status.valid):
        raise ValueError("it is over something else")
    if not status.trusted:
        raise ValueError("its certificate is not trusted")
    return moment


def covers(embedded: EmbeddedPdfSignature) -> bool:
    return embedded.coverage in (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)


def locks(embedded: EmbeddedPdfSignature) -> bool:
    """Whether nothing may be signed after this."""
    fields = embedded.fieldmdp
    return embedded.docmdp_level is MDPPerm.NO_CHANGES or (fields is not None and fields.action is FieldMDPAction.ALL)


def facts_in(reader: PdfFileReader) -> dict[str, Any]:
    """The facts of which the document was made: a file within the PDF, under its signatures."""
    facts: dict[str, Any] = json.loads(enclosed_in(reader)["gegevens.json"])
    return facts


def enclosed_in(reader: PdfFileReader) -> dict[str, bytes]:
    """The files within a PDF, by name."""
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[place]["/UF"]): bytes(names[place]["/EF"]["/F"].data) for place in range(1, len(names), 2)}


# --- Cases, mandates, receipts -----------------------------------------------------------------------------------


def check_cases(dossier: Dossier, report: Report) -> None:
    """Answers as they were submitted, decisions that were taken, mails that bear a head of this very ledger."""
    for case in cases_of(dossier):
        where, subject = str(case["reference"]), f"case:{case['id']}"
        with report.guarded(where):
            sent = [each for each in dossier.about(subject, "submit", "decide") if "answers" in each["detail"]]
            if (
                sent
                and case["state"] != "draft"
                and sha256(canonical(case["answers"])) != sent[-1]["detail"]["answers"]
            ):
                report.fault(where, "answers")
            decided = dossier.about(subject, "decide")
            if (case["state"] == "decided" or case["in_force"]) and not decided:
                report.fault(where, "undecided")
            if decided and case["state"] in ("draft", "assessing", "agreeing", "advising", "preparing", "signing"):
                report.fault(where, "undecided")
            if not is_as_declared(dossier, case):
                report.fault(where, "in_force")
            check_authority(dossier, report, case, is_decided=bool(decided))
            if decided:
                check_other_side(dossier, report, case)
            for mail in case["mails"]:
                check_witness(dossier, report, f"{where}, {mail['kind']}", mail["ledger"])


def is_as_declared(dossier: Dossier, case: Mapping[str, Any]) -> bool:
    """Whether a declaration or an agreement holds for as many schools as the ledger says, from when it says.

    An agreement holds for the board itself as well.
    """
    for act, kind, itself in (("declare", "board_declaration", 0), ("agree", "processor_agreement", 1)):
        told = [
            each["detail"]
            for each in dossier.about(f"organisation:{case['organisation']}", act)
            if each["detail"]["case"] == case["id"]
        ]
        rows = [each for each in case["in_force"] if each["kind"] == kind]
        if not told:
            if rows:
                return False
            continue
        since = dt.datetime.fromisoformat(told[-1]["since"])
        begun = all(dt.datetime.fromisoformat(each["since"]) == since for each in rows)
        those = {each["organisation"] for each in rows}
        if not begun or not len(rows) == len(those) == told[-1]["schools"] + itself:
            return False
    return True


def check_other_side(dossier: Dossier, report: Report, case: Mapping[str, Any]) -> None:
    """Of what a supplier must sign too: it has places in the document, or signed that version beforehand."""
    begun = dossier.about(f"case:{case['id']}", "start")
    other = begun[0]["detail"].get("counterparty") if begun else None
    for document in case["documents"]:
        if other is None or document["void_at"] or other in document["sides"]:
            continue
        papers = [dossier.papers.get(sha256(dossier.files.get(each["file"], b""))) for each in document["revisions"]]
        said = next((each.facts.get("presigned") for each in papers if each), None) or {}
        told = dossier.about(f"organisation:{other}", "presign")
        given = [each["detail"] for each in told if said and each["detail"]["row"] == said["row"]]
        signed = [dt.datetime.fromisoformat(each["at"]) for each in document["signatures"]]
        if not given:
            report.fault(str(case["reference"]), "other_side")
            continue
        check_beforehand(dossier, report, str(case["reference"]), said, papers)
        since, until = (dt.datetime.fromisoformat(given[0][each]) for each in ("since", "until"))
        stops = [dt.datetime.fromisoformat(each["detail"]["since"]) for each in told]
        ends = min([until, *(each for each in stops if each > since)])
        if any(not since <= each <= ends for each in signed):
            report.fault(str(case["reference"]), "other_side")


def check_beforehand(
    dossier: Dossier, report: Report, where: str, said: Mapping[str, Any], papers: Iterable["Paper | None"]
) -> None:
    """What the supplier signed beforehand is enclosed in the agreement itself: complete, sealed, for this version."""
    pdf = next((each.enclosed[said["sha256"]] for each in papers if each and said["sha256"] in each.enclosed), None)
    if pdf is None:
        report.fault(where, "beforehand_missing", paper=said["code"])
        return
    if said["sha256"] not in dossier.papers:
        dossier.papers[said["sha256"]] = read_pdf(pdf, dossier)
    paper = dossier.papers[said["sha256"]]
    if paper.problem or not paper.is_complete or paper.facts.get("reference") != said["reference"]:
        report.fault(where, "beforehand_wrong", paper=said["code"], fault=paper.problem or "-")
        return
    report.good.append(Finding(where, "beforehand_good", {"paper": said["code"], "count": len(paper.signers) - 1}))


def check_authority(dossier: Dossier, report: Report, case: dict[str, Any], *, is_decided: bool) -> None:
    """Each signature against the mandates and rules as the ledger knew them then; enough of them to decide."""
    known: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for document in case["documents"]:
        at_case = f"{case['reference']}, ledger"
        signed = [
            (f"{at_case} {e['number']}", e["at"], e["actor"], e["on_behalf_of"], e["detail"]["authority"])
            for e in dossier.about(f"document:{document['id']}", "sign")
        ]
        places, given = places_in(dossier, case, document), dict[str, list[dict[str, Any]]]()
        paper = check_paper(dossier, report, f"{case['reference']} {document['code']}", document, places)
        for *_, side, authority in paper or signed:  # where there is a scan, it decided by itself
            given.setdefault(side, []).append(authority)
        for where, at_text, person, side, authority in [*signed, *paper]:
            if side not in known:
                known[side] = mandates_in(dossier, side)
            granted, rules = known[side]
            mandate = granted.get(authority["mandate"])
            at = dt.datetime.fromisoformat(at_text)
            if mandate is None:
                report.fault(where, "mandate_none")
                continue
            if mandate["person"] != person:
                report.fault(where, "mandate_person")
            if not held(mandate, at):
                report.fault(where, "mandate_time")
            if (mandate["basis"], mandate["evidence"]) != (authority["basis"], authority["evidence"]):
                report.fault(where, "mandate_evidence")
            if not goes_for(mandate, case["workflow"]) or limits(mandate) != limits(authority.get("limits") or {}):
                report.fault(where, "mandate_limits")
            if authority["evidence"] not in dossier.held and authority["evidence"] not in dossier.withheld:
                report.fault(where, "evidence_gone", sha256=authority["evidence"])
            seats = seats_at(granted.values(), at, case["workflow"])
            counted = [counts(rule, mandate, of) for rule in rules.values() if held(rule, at) for of in seats]
            frozen = (authority["mode"], authority["together"], authority.get("of"))
            if frozen not in counted or authority.get("seat") != mandate.get("granted_by"):
                report.fault(where, "mandate_rule")
        at_least = fewest_in(dossier, document)
        are_met = all(is_met(given.get(side, []), at_least) for side in document["sides"])
        if is_decided and not document["void_at"] and places and not are_met:
            report.fault(str(case["reference"]), "rule_unmet")


def places_in(dossier: Dossier, case: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, str]:
    """Who has a place in the document, and for whom: by the facts within the file itself."""
    papers = [dossier.papers.get(sha256(dossier.files.get(each["file"], b""))) for each in document["revisions"]]
    signatories = [each for paper in papers if paper for each in paper.facts.get("signatories", [])]
    return {each["person"]: each.get("organisation") or case["organisation"] for each in signatories}


def fewest_in(dossier: Dossier, document: Mapping[str, Any]) -> int:
    """How many must sign it at the least: by the facts within the file itself."""
    papers = [dossier.papers.get(sha256(dossier.files.get(each["file"], b""))) for each in document["revisions"]]
    return max((int(paper.facts.get("at_least", 1)) for paper in papers if paper), default=1)


Given = tuple[str, str, str, str, dict[str, Any]]
"""Where it stands, when it was given, by whom, for whom, and on what authority."""


def check_paper(
    dossier: Dossier, report: Report, where: str, document: Mapping[str, Any], places: Mapping[str, str]
) -> list[Given]:
    """What was signed by hand, against the acts of the two who compared it; gives on what authority it decided."""
    told = dossier.about(f"document:{document['id']}", "paper", "paper_rejected", "paper_confirmed")
    entered = next((each for each in reversed(told) if each["act"] == "paper"), None)
    confirmed = told[-1] if told and told[-1]["act"] == "paper_confirmed" else None
    row, put_down = document["on_paper"], bool(told) and told[-1]["act"] != "paper_rejected"
    if (document["state"] == "paper") != (confirmed is not None):
        report.fault(where, "paper_state")
    if bool(row) != put_down:
        report.fault(where, "paper_rows")
    if not row or entered is None or not put_down:
        return []
    if any(not same_paper(row, each) for each in (entered, confirmed) if each):
        report.fault(where, "paper_rows")
    if (row["entered_by"], row["confirmed_by"]) != (entered["actor"], confirmed and confirmed["actor"]):
        report.fault(where, "paper_rows")
    if row["scan"] not in dossier.held and row["scan"] not in dossier.withheld:
        report.fault(where, "scan_gone", sha256=row["scan"])
    if confirmed is None:
        return []
    if confirmed["actor"] == entered["actor"] or confirmed["actor"] in row["people"]:
        report.fault(where, "paper_alone")
    authorities: dict[str, Any] = confirmed["detail"]["authorities"]
    if row["authorities"] != authorities or authorities.keys() - set(row["people"]):
        report.fault(where, "paper_rows")
    report.told.append(Finding(where, "on_paper", {"count": len(row["people"])}))
    told_at = f"{where}, ledger {confirmed['number']}"
    return [(told_at, confirmed["at"], who, places.get(who, ""), each) for who, each in authorities.items()]


def same_paper(row: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether the ledger says the same of the scan, those who signed, the day and, where it is told, the reason."""
    detail = entry["detail"]
    reason = row["why"] is None or sha256(row["why"].encode()) == detail["why"]
    told = (entry["document"], detail["people"], detail["signed_on"])
    return reason and (row["scan"], row["people"], row["signed_on"]) == told


def mandates_in(dossier: Dossier, organisation: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every mandate and every rule of an organisation as the acts leave them, by id."""
    granted: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    for entry in dossier.about(f"organisation:{organisation}", "mandates"):
        for made, key, ended, rows in (
            ("granted", "mandate", "ended", granted),
            ("rules", "rule", "rules_ended", rules),
        ):
            for each in entry["detail"][made]:
                rows[each[key]] = {"until": None, **each}
            for row, until in entry["detail"][ended].items():
                rows.setdefault(row, {})["until"] = until
    return granted, rules


def held(row: Mapping[str, Any], at: dt.datetime) -> bool:
    """Whether it held at this moment; at that of its end too, since the signature may be what ended it."""
    until = row["until"]
    return dt.datetime.fromisoformat(row["since"]) <= at and (until is None or at <= dt.datetime.fromisoformat(until))


def limits(row: Mapping[str, Any]) -> tuple[list[str], int | None]:
    """How far a mandate goes: the only kinds of document (none: all), and the highest sum."""
    return row.get("kinds") or [], row.get("amount")


def goes_for(mandate: Mapping[str, Any], workflow: str) -> bool:
    """Whether such a document may be signed with it; who may sign is changed only by who may sign everything."""
    if workflow == "mandate_change":
        return limits(mandate) == ([], None) and not mandate.get("granted_by")
    kinds, _ = limits(mandate)
    return not kinds or workflow in kinds


def seats_at(mandates: Iterable[Mapping[str, Any]], at: dt.datetime, workflow: str) -> set[int]:
    """How many there were to sign, just before that moment and from it on: the signature may be what changed it."""
    before, after = set(), set()
    for each in mandates:
        seat, until = each.get("granted_by") or each["mandate"], each["until"]
        since, end = dt.datetime.fromisoformat(each["since"]), dt.datetime.fromisoformat(until) if until else None
        if goes_for(each, workflow) and since < at and (end is None or at <= end):
            before.add(seat)
        if goes_for(each, workflow) and since <= at and (end is None or at < end):
            after.add(seat)
    return {len(before), len(after)}


def counts(rule: Mapping[str, Any], mandate: Mapping[str, Any], of: int) -> tuple[str, int, int | None]:
    """How a signature counts by this rule: its mode, how many must sign, and of how many where that is counted."""
    if "alone" in (rule["mode"], mandate["counts"]):
        return "alone", 1, None
    return ("majority", of // 2 + 1, of) if rule["mode"] == "majority" else ("jointly", rule["together"], None)


def is_met(given: list[dict[str, Any]], at_least: int) -> bool:
    """Whether some of these are as many as each of them, and the document, asks for; who was delegated sits where
    the other would.
    """
    needs: dict[str, int] = {}
    for each in given:
        seat, needed = each.get("seat") or each["mandate"], max(at_least, int(each["together"]))
        needs[seat] = min(needed, needs.get(seat, needed))
    return any(needed <= count for count, needed in enumerate(sorted(needs.values()), 1))


def check_organisation(dossier: Dossier, report: Report) -> None:
    """The mandates that are listed are those that the ledger knows, with the same person, evidence and time."""
    organisation = dossier.json("dossier.json")["organisation"]
    if organisation is None:
        return
    granted, _ = mandates_in(dossier, organisation["id"])
    for each in organisation["mandates"]:
        told = granted.get(each["id"])
        keys = ("person", "counts", "basis", "evidence", "granted_by")
        if (
            told is None
            or any(told.get(key) != each.get(key) for key in keys)
            or limits(told) != limits(each)
            or not same_span(told, each)
        ):
            report.fault("dossier.json", "mandate_rows")
        if each["evidence"] not in dossier.held and each["evidence"] not in dossier.withheld:
            report.fault("dossier.json", "evidence_gone", sha256=each["evidence"])
    if dossier.json("dossier.json")["subject"]["kind"] == "organisation" and len(granted) != len(
        organisation["mandates"]
    ):
        report.fault("dossier.json", "mandate_rows")


# --- What was signed elsewhere -----------------------------------------------------------------------------------


def check_elsewhere(dossier: Dossier, report: Report) -> None:
    """Each is what the ledger says was taken in, its file unchanged; who signed it is for nobody here to say."""
    rows = {f"elsewhere:{each['id']}": each for each in dossier.json("dossier.json").get("elsewhere", [])}
    for entry in dossier.entries:
        if entry["subject"].startswith("elsewhere:") and entry["subject"] not in rows:
            report.fault(entry["subject"], "left_out", number=entry["number"])
    known = set()
    for subject, row in rows.items():
        with report.guarded(subject):
            known.add(row["file"])
            check_one_elsewhere(dossier, report, subject, row)
    for name in dossier.files:
        if name.startswith("elsewhere/") and name not in known:
            report.fault(name, "document_unknown")


def check_one_elsewhere(dossier: Dossier, report: Report, subject: str, row: Mapping[str, Any]) -> None:
    """One of them, its row and its file against the acts that took it in and ended it."""
    taken, ended = dossier.about(subject, "take_in"), dossier.about(subject, "end_elsewhere")
    if len(taken) != 1:
        report.fault(subject, "elsewhere_rows")
        return
    [entry] = taken
    said = entry["detail"] | {"until": (ended or taken)[-1]["detail"]["until"]}
    told = (entry["document"], entry["actor"], *(said[key] for key in ("board", "product", "version", "signed_on")))
    shown = (row["sha256"], row["entered_by"], *(row[key] for key in ("board", "product", "version", "signed_on")))
    said_yes = [each["actor"] for each in dossier.about(subject, "confirm_elsewhere")]
    said_yes += [entry["actor"]] if said["confirmed"] else []
    is_so = said_yes == [each for each in (row["confirmed_by"],) if each]
    if told != shown or not same_span(said, row) or bool(row["ended_at"]) != bool(ended) or not is_so:
        report.fault(subject, "elsewhere_rows")
    content = dossier.files.get(row["file"])
    if content is None or sha256(content) != entry["document"]:
        report.fault(subject, "elsewhere_gone", sha256=entry["document"])
        return
    report.told.append(Finding(row["file"], "elsewhere", {"moment": entry["at"]}))


def same_span(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    moments = [
        [each[key] and dt.datetime.fromisoformat(each[key]) for key in ("since", "until")] for each in (one, other)
    ]
    return bool(moments[0] == moments[1])


def check_receipt(dossier: Dossier, receipt: str, report: Report) -> None:
    """A size and head that somebody kept from a mail or a document."""
    size_text, _, head = receipt.partition(":")
    size, head = int(size_text), head.strip().lower()
    known = dossier.heads.get(size)
    where = f"--receipt {size}"
    if size > dossier.size:
        report.fault(where, "receipt_short", size=size)
    elif known is None:
        report.told.append(Finding(where, "receipt_unknown", {"size": size}))
    elif len(head) < LEAST_OF_HEAD or not known.startswith(head):
        report.fault(where, "receipt", size=size)
    else:
        report.good.append(Finding(where, "receipt_holds", {}))


def check_prints(dossier: Dossier, given: Iterable[str], report: Report) -> None:
    """Whose certificates these are, nothing in here can prove: fingerprints are told, or compared with those given."""
    known = {"".join(each.lower().replace(":", "").split()) for each in given}
    for kind in ("seals", "roots", "time_stamp_roots"):
        for each in sorted({sha256(content) for content in trusted(dossier, kind)}):
            if not known:
                report.told.append(Finding(f"trust/{kind}", "fingerprint", {"sha256": each}))
            elif each not in known:
                report.fault(f"trust/{kind}", "stranger", sha256=each)


# --- What is shared ----------------------------------------------------------------------------------------------


def cases_of(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        dossier.json(name)
        for name in sorted(dossier.files)
        if name.startswith("cases/") and name.endswith("/case.json")
    ]


def is_document(name: str) -> bool:
    return name.startswith("cases/") and name.endswith(".pdf")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def printable(text: str) -> str:
    """Text of a stranger as it is printed: it moves no cursor and begins no line of its own."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def canonical(value: object) -> bytes:
    """JSON without spaces, its keys in the order of the alphabet: the same values give the same bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def main(words: list[str] | None = None, say: Callable[[str], None] = print) -> int:
    """The command: what does not hold first, then what is good to know, then what holds."""
    parser = argparse.ArgumentParser(description="Check a dossier of Tekenpoort, offline.")
    parser.add_argument("dossier", type=Path, help="the ZIP file, or the folder it was unpacked in")
    parser.add_argument(
        "--receipt", action="append", default=[], metavar="SIZE:HEAD", help="a head from a mail or document"
    )
    parser.add_argument(
        "--trust", action="append", default=[], metavar="SHA256", help="fingerprint of a certificate, got elsewhere"
    )
    parser.add_argument("--english", action="store_true", help="speak English")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    given = parser.parse_args(words)
    if any(not each.partition(":")[0].isdecimal() for each in given.receipt):
        parser.error("--receipt is written as SIZE:HEAD, such as 1834:3fa94c1d3fa94c1d")
    try:
        report = check(open_dossier(given.dossier), receipts=given.receipt, prints=given.trust)
    except BrokenError as fault:
        sentence = printable(str(fault))
        say(json.dumps({"unreadable": sentence}) if given.json else sentence)
        return UNREADABLE
    language = int(given.english)
    if given.json:
        parts = {"wrong": report.wrong, "told": report.told, "good": report.good}
        listed = {
            part: [
                {"where": printable(each.where), "code": each.code, "sentence": each.said(language)} for each in found
            ]
            for part, found in parts.items()
        }
        say(json.dumps({"holds": not report.wrong, **listed}, ensure_ascii=False, indent=1))
        return WRONG if report.wrong else HOLDS
    marks = (("FOUT", "WRONG"), ("LET OP", "NOTE"), ("GOED", "GOOD"))
    for mark, found in zip(marks, (report.wrong, report.told, report.good), strict=True):
        for each in found:
            say(f"{mark[language]:<7}{each.said(language)}")
    count = len(report.wrong)
    if count:
        say((f"{count} dingen kloppen niet.", f"{count} things do not hold.")[language])
    else:
        say(("Alles wat kon worden nagegaan, klopt.", "Everything that could be checked holds.")[language])
    return WRONG if count else HOLDS


if __name__ == "__main__":
    sys.exit(main())
