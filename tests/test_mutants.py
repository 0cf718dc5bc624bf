"""The checks are checked: every fault that is put into them by hand is noticed by the detector that is meant for it."""

import hashlib
import json
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from portal.audit.report import Tally
from portal.audit.snapshot import snapshot
from portal.config import Settings
from portal.database import reader
from portal.documents import verify
from portal.documents.authority import Trust
from portal.documents.seal import Sealer
from portal.evidence import verify_dossier
from portal.evidence.verify_dossier import Dossier
from portal.record import heads
from portal.record.tree import Tree
from tests.builders import OURS, Portal
from tests.conftest import Installation, Tell
from tests.dossiers import READ, a_dossier, listed_anew, opened
from tests.mutants import CHAIN, HEADS, MUTANTS, PDFS, VERIFIER, Mutant, loaded
from tests.papers import settings_in, with_another_page_text
from tests.tampering import with_a_page_added
from tests.tampering_rows import chained_anew, tail_cut_off
from tests.test_verify_dossier import FORGED, Forge, in_ledger, last_revision, of

pytestmark = pytest.mark.slow


@dataclass
class Stage:
    """What the detectors look at: one dossier, its trust, and a database as somebody left it."""

    whole: Dossier
    trust: Trust
    stranger: Sealer
    audited: dict[str, set[str]]


@pytest.fixture(scope="module")
def stage(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with installation.portal("in_force") as portal:
        whole = opened(a_dossier(portal, organisation_id=portal.organisation(OURS)))
        stranger = Sealer.open(settings_in(tmp_path_factory.mktemp("stranger")))
        yield Stage(whole, portal.worker.sealer.trust, stranger, {})


def codes(module: types.ModuleType, dossier: Dossier, **more: object) -> set[str]:
    trust = frozenset(each for name, each in dossier.files.items() if name.startswith("trust/"))
    made = module.Dossier(dict(dossier.files), papers=READ.setdefault(trust, {}))
    return {each.code for each in module.check(made, **more).wrong}


# --- The detectors: each says of a module whether it still does what it is for ------------------------------------


def first(said, act: str):  # type: ignore[no-untyped-def]
    return next(each for each in said["entries"] if each["act"] == act)


def signed(**changed: object) -> Forge:
    return in_ledger(lambda said: of(said, "sign").update(changed))


def authorised(**changed: object) -> Forge:
    return in_ledger(lambda said: of(said, "sign")["detail"]["authority"].update(changed))


MORE: dict[str, tuple[Forge, set[str]]] = {
    "first seal without its entry": (in_ledger(lambda said: said["entries"].remove(first(said, "seal"))), {"count"}),
    "another version signed": (signed(document="0" * 64), {"seen"}),
    "signed by another": (signed(actor="x"), {"mandate_person"}),
    "signed before its mandate": (signed(at="2020-01-01T00:00:00.000000+00:00"), {"mandate_time"}),
    "other evidence": (authorised(basis="statutes"), {"mandate_evidence"}),
    "signed alone": (authorised(mode="alone"), {"mandate_rule"}),
    "signed from another seat": (authorised(seat="of nobody"), {"mandate_rule"}),
    "signature without its act too few": (FORGED["signature without its act"][0], {"rule_unmet"}),
}


def forged(name: str) -> Callable[[types.ModuleType, Stage], bool]:
    forge, named = (FORGED | MORE)[name]
    return lambda module, stage: named <= codes(module, forge(stage.whole))


def whole(module: types.ModuleType, stage: Stage) -> bool:
    return not codes(module, stage.whole)


def listed_otherwise(module: types.ModuleType, stage: Stage) -> bool:
    readme = stage.whole.files["README.html"]
    changed = readme.replace(b"Dossier", b"dossier", 1)
    return "manifest_changed" in codes(module, Dossier({**stage.whole.files, "README.html": changed}))


def one_file_more(module: types.ModuleType, stage: Stage) -> bool:
    return "manifest_extra" in codes(module, Dossier({**stage.whole.files, "more.txt": b""}))


def stamp_of_a_stranger(module: types.ModuleType, stage: Stage) -> bool:
    said = json.loads(stage.whole.files["ledger/head.json"])
    statement = heads.statement(said["size"], said["head"], said["root"])
    token = stage.stranger.time_stamp(hashlib.sha256(statement).digest())
    return "head_stamp" in codes(module, listed_anew({**stage.whole.files, "ledger/head.tsr": token}))


def proof(module: types.ModuleType, _stage: Stage) -> bool:
    for size in range(1, 12):
        hashes = [hashlib.sha256(bytes([number])).hexdigest() for number in range(size)]
        tree = Tree(hashes)
        dossier = module.Dossier({}, size=size, root=tree.root)
        for number in range(1, size + 1):
            path = tree.path(number)
            good = module.is_under(dossier, number, hashes[number - 1], path)
            bad = module.is_under(dossier, number, hashes[number - 1], [*path, "0" * 64])
            far = module.is_under(dossier, number + size, hashes[number - 1], path)
            if not good or bad or far:
                return False
    return True


def names(module: types.ModuleType, _stage: Stage) -> bool:
    facts = {"signatories": [{"field": "A", "name": "Ann", "person": "1"}]}
    signers, entries = {"Zegel": "", "A": "Ann"}, [{"actor": "1", "detail": {"field": "A"}}]

    def found(signer: str, actor: str) -> set[str]:
        report = module.Report()
        entry = [{**entries[0], "actor": actor}]
        module.check_names(report, "x", module.Paper({**signers, "A": signer}, facts), entry)
        return {each.code for each in report.wrong}

    return found("Ann", "1") == set() and found("Bas", "1") == {"signer"} and found("Ann", "2") == {"person"}


def receipts(module: types.ModuleType, stage: Stage) -> bool:
    entry = json.loads(stage.whole.files["ledger/entries.json"])["entries"][-1]
    short = codes(module, stage.whole, receipts=(f"{entry['number']}:{entry['hash'][:8]}",))
    beyond = codes(module, stage.whole, receipts=(f"{entry['number'] + 999}:{entry['hash']}",))
    return short == {"receipt"} and beyond == {"receipt_short"}


def prints(module: types.ModuleType, stage: Stage) -> bool:
    return codes(module, stage.whole, prints=["0" * 64]) == {"stranger"}


def seal_of_another(module: types.ModuleType, stage: Stage) -> bool:
    """Under our root, but of a certificate that is none of our seals."""
    files = {name: each for name, each in stage.whole.files.items() if not name.startswith("trust/seals/")}
    bought = replace(stage, whole=Dossier(files), trust=replace(stage.trust, seals=stage.stranger.trust.seals))
    return judged(module, bought, files[last_revision(stage.whole)])


def judged(module: types.ModuleType, stage: Stage, pdf: bytes) -> bool:
    """Whether a PDF is refused, by whichever of the two judges this is."""
    if hasattr(module, "examine"):
        sound = (verify.Verdict.INTACT_AND_COMPLETE, verify.Verdict.INTACT_IN_PROGRESS)
        return module.examine(pdf, trust=stage.trust).verdict not in sound
    return bool(module.read_pdf(pdf, module.Dossier(stage.whole.files)).problem)


def page_added(module: types.ModuleType, stage: Stage) -> bool:
    """To a file that still waits for a signature: no time stamp over the whole protects it yet."""
    waiting = stage.whole.files[last_revision(stage.whole).replace("revision-3", "revision-2")]
    return all(judged(module, stage, tamper(waiting)) for tamper in (with_a_page_added, with_another_page_text))


def last_stamp_cut_off(module: types.ModuleType, stage: Stage) -> bool:
    pdf = stage.whole.files[last_revision(stage.whole)]
    holes = [tuple(map(int, each)) for each in re.findall(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)", pdf)]
    ends = sorted(start + length for _, start, length in holes)
    return judged(module, stage, pdf[: ends[-2]])


AUDITED: dict[str, tuple[str, str]] = {
    "entry changed": (CHAIN, "is gewijzigd"),
    "chained anew without the key": (CHAIN, "niet met de sleutel"),
    "chained anew with the key": (CHAIN, "een andere kop"),
    "tail cut off": (CHAIN, "getuigt dat er"),
    "chained anew with the key, but for the heads": (HEADS, "een ander logboek"),
}
DETECTORS: dict[str, Callable[[types.ModuleType, Stage], bool]] = {
    "whole": whole,
    "listed otherwise": listed_otherwise,
    "one file more": one_file_more,
    "stamp of a stranger": stamp_of_a_stranger,
    "proof": proof,
    "names": names,
    "receipts": receipts,
    "prints": prints,
    "seal of another": seal_of_another,
    "page added": page_added,
    "last stamp cut off": last_stamp_cut_off,
    **{f"forged {name}": forged(name) for name in FORGED | MORE},
}


# --- Mutants of the dossier's verifier and of the judge of PDFs ------------------------------------------------------


@pytest.mark.row(9, "flawed twins of the verifiers")
def test_every_mutant_of_the_verifiers_is_noticed(stage: Stage, tell: Tell) -> None:
    mine = [each for each in MUTANTS if each.file in (VERIFIER, PDFS)]
    sound = {VERIFIER: verify_dossier, PDFS: verify}
    for detector, file in sorted({(each.detector, each.file) for each in mine}):
        assert DETECTORS[detector](sound[file], stage), f"{detector} fails on the sound {file}"
    alive = [each for each in mine if DETECTORS[each.detector](each.module(), stage)]
    tell("mutants of the verifiers", len(mine), len(mine) - len(alive))
    assert not alive, [(each.before, each.detector) for each in alive]


# --- Mutants of the witness ------------------------------------------------------------------------------------------


def found_by(module: types.ModuleType, portal: Portal) -> str:
    with portal.opened():
        tally = Tally()
        with snapshot(tally) as kept:
            module.check(kept, portal.settings, tally)
    return "\n".join(each.what for each in tally.findings)


def tampered(detector: str, settings: Settings, portal: Portal) -> None:
    portal.ask(lambda: heads.keep(heads.tree_now(reader()), stamp=portal.worker.sealer.time_stamp))
    match detector:
        case "entry changed":
            portal.do(lambda session: setattr(session.get(heads.Entry, 5), "act", "invented"))
        case "chained anew without the key":
            portal.do(chained_anew(b"a guess"))
        case "tail cut off":
            portal.do(tail_cut_off)
        case _:
            portal.do(chained_anew(settings.secret("ledger").encode()))


@pytest.mark.row(8, "flawed twins of the witness")
def test_every_mutant_of_the_witness_is_noticed(installation: Installation, tell: Tell) -> None:
    mine = [each for each in MUTANTS if each.file in (CHAIN, HEADS)]
    alive: list[Mutant] = []
    for mutant in mine:
        with installation.portal("in_force") as portal:
            tampered(mutant.detector, installation.settings, portal)
            file, words = AUDITED[mutant.detector]
            assert words in found_by(loaded(file), portal), mutant
            if words in found_by(mutant.module(), portal):
                alive.append(mutant)
    tell("mutants of the witness", len(mine), len(mine) - len(alive))
    assert not alive, [(each.before, each.detector) for each in alive]
