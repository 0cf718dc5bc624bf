"""The stand-alone verifier: whatever is changed in a dossier is named, with nothing but the file and its own code."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents.seal import Sealer
from portal.evidence import verify_dossier
from portal.evidence.verify_dossier import Dossier, main
from portal.record.tree import Tree
from tests.builders import OURS, Portal
from tests.conftest import Installation, Tell
from tests.dossiers import a_dossier, as_zip, checked, codes, listed_anew, opened, with_json
from tests.papers import settings_in
from tests.tampering import TAMPERED


@pytest.fixture(scope="module")
def whole(installation: Installation) -> Iterator[Dossier]:
    """The dossier of our board, whose declaration both signed: made once, and only read."""
    with installation.portal("in_force") as portal:
        yield opened(a_dossier(portal, organisation_id=portal.organisation(OURS)))


def last_revision(dossier: Dossier) -> str:
    return max(name for name in dossier.files if name.endswith("revision-3.pdf"))


def case_of_the_declaration(dossier: Dossier) -> str:
    return last_revision(dossier).rpartition("/")[0] + "/case.json"


# --- What is as it was -------------------------------------------------------------------------------------------


def test_a_whole_dossier_holds_and_says_what_it_rests_on(whole: Dossier) -> None:
    report = checked(whole)
    assert report.wrong == []
    assert {each.code for each in report.told} == {"fingerprint"}


def test_the_command_says_so_in_plain_sentences_and_in_json(whole: Dossier, tmp_path: Path) -> None:
    place, said = tmp_path / "dossier.zip", list[str]()
    place.write_bytes(as_zip(whole))
    assert main([str(place)], said.append) == 0
    assert said[-1] == "Alles wat kon worden nagegaan, klopt."
    assert any("onveranderd, 2 handtekeningen van personen" in each for each in said)
    said.clear()
    assert main([str(place), "--english"], said.append) == 0 and "unchanged, 2 signatures" in "\n".join(said)
    said.clear()
    assert main([str(place), "--json"], said.append) == 0 and json.loads(said[0])["holds"] is True


def test_alone_in_python_without_the_portal_it_comes_to_the_same(whole: Dossier, tmp_path: Path) -> None:
    """-I: nothing of this folder or of the environment; and nothing of the portal is loaded on the way."""
    for name, content in whole.files.items():
        place = tmp_path / "dossier" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    program = tmp_path / "dossier" / "verify_dossier.py"
    watch = (
        "import runpy, sys\n"
        "class No:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'portal', 'workflows', 'flask', 'sqlalchemy', 'weasyprint', 'pikepdf'}:\n"
        "            raise SystemExit(f'{name} was imported')\n"
        "sys.meta_path.insert(0, No())\n"
        f"sys.argv = ['verify_dossier.py', {str(tmp_path / 'dossier')!r}]\n"
        f"runpy.run_path({str(program)!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", watch], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Alles wat kon worden nagegaan, klopt." in done.stdout


def test_the_verifier_in_the_dossier_is_the_one_of_this_house(whole: Dossier) -> None:
    assert whole.files["verify_dossier.py"] == Path(verify_dossier.__file__).read_bytes()


@given(st.integers(1, 60), st.data())
def test_every_proof_leads_to_the_root_and_to_no_other_number(count: int, data: st.DataObject) -> None:
    hashes = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]
    tree, number = Tree(hashes), data.draw(st.integers(1, count))
    other = data.draw(st.integers(-1, count + 2))
    dossier = Dossier({}, size=count, root=tree.root)
    path = tree.path(number)
    assert verify_dossier.is_under(dossier, number, hashes[number - 1], path)
    assert not verify_dossier.is_under(dossier, number, "f" * 64, path)
    assert other == number or not verify_dossier.is_under(dossier, other, hashes[number - 1], path)
    assert not verify_dossier.is_under(dossier, number, hashes[number - 1], [*path, "0" * 64])


# --- Receipts and roots --------------------------------------------------------------------------------------------


def test_a_receipt_is_found_or_named(whole: Dossier) -> None:
    heads = {each["number"]: each["hash"] for each in json.loads(whole.files["ledger/entries.json"])["entries"]}
    size, head = max(heads.items())
    assert "receipt_holds" in {each.code for each in checked(whole, receipts=(f"{size}:{head}",)).good}
    assert checked(whole, receipts=(f"{size}:{head[:16]}",)).wrong == []
    assert codes(checked(whole, receipts=(f"{size}:{'0' * 64}",))) == {"receipt"}
    assert codes(checked(whole, receipts=(f"{size}:{head[:8]}",))) == {"receipt"}, "eight characters are too few"
    assert codes(checked(whole, receipts=(f"{size + 1000}:{head}",))) == {"receipt_short"}
    unknown = next(number for number in range(1, size) if number not in heads and number + 1 not in heads)
    assert "receipt_unknown" in {each.code for each in checked(whole, receipts=(f"{unknown}:{head}",)).told}


def test_every_mail_in_the_dossier_is_a_receipt_that_holds(whole: Dossier) -> None:
    mails = json.loads(whole.files[case_of_the_declaration(whole)])["mails"]
    receipts = {f"{each['ledger']['size']}:{each['ledger']['head']}" for each in mails}
    found = checked(whole, receipts=tuple(receipts))
    assert found.wrong == [] and sum(each.code == "receipt_holds" for each in found.good) == len(receipts) > 1


def test_fingerprints_are_compared(whole: Dossier) -> None:
    trust = {
        name: sha
        for name in whole.files
        if name.startswith("trust/") and (sha := verify_dossier.sha256(whole.files[name]))
    }
    right = [sha for name, sha in trust.items() if not name.startswith("trust/revoked/")]
    spaced = [":".join(each.upper()[at : at + 2] for at in range(0, 64, 2)) for each in right]
    assert checked(whole, prints=spaced).wrong == []
    assert codes(checked(whole, prints=["0" * 64])) == {"stranger"}
    assert codes(checked(whole, prints=right[:1])) == {"stranger"}, "every certificate is to be one of them"


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"%PDF-1.7", b"PK\x05\x06" + b"\0" * 18], ids=["empty", "cut", "pdf", "nothing in it"]
)
def test_what_is_no_dossier_is_said_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert main([str(tmp_path / "x.zip")], lambda _: None) == 2
    assert main([str(tmp_path / "nowhere.zip"), "--json"], lambda _: None) == 2


# --- What was changed ----------------------------------------------------------------------------------------------

Forge = Callable[[Dossier], Dossier]


def in_case(change: Callable[[Any], None]) -> Forge:
    return lambda whole: with_json(whole.files, case_of_the_declaration(whole), change)


def in_ledger(change: Callable[[Any], None]) -> Forge:
    return lambda whole: with_json(whole.files, "ledger/entries.json", change)


def in_dossier(change: Callable[[Any], None]) -> Forge:
    return lambda whole: with_json(whole.files, "dossier.json", change)


def of(said: Any, act: str) -> Any:
    return next(each for each in reversed(said["entries"]) if each["act"] == act)


def rehashed(entry: Any, **changed: Any) -> None:
    """Somebody without the ledger itself: the entry fits its own hash again."""
    entry.update(changed)
    entry["hash"] = verify_dossier.hash_of(entry)


def without(pattern: str) -> Forge:
    return lambda whole: listed_anew({name: each for name, each in whole.files.items() if pattern not in name})


def swapped(whole: Dossier) -> Dossier:
    one, other = sorted(name for name in whole.files if name.endswith(".pdf") and name.startswith("cases/"))[-2:]
    return listed_anew({**whole.files, one: whole.files[other], other: whole.files[one]})


def cut_back(whole: Dossier) -> Dossier:
    last = last_revision(whole)
    earlier = whole.files[last.replace("revision-3", "revision-1")]
    return listed_anew({**whole.files, last: earlier})


def first_signature(case: Any) -> Any:
    return case["documents"][0]["signatures"][0]


def turned_round(case: Any) -> None:
    one, other = case["documents"][0]["signatures"]
    one["person"], other["person"] = other["person"], one["person"]


FORGED: dict[str, tuple[Forge, set[str]]] = {
    "changed answer": (in_case(lambda case: case["answers"]["licence"].update(collective=True)), {"answers"}),
    "changed name": (in_case(lambda case: first_signature(case).update(name="Iemand Anders")), {"facts"}),
    "signature of another person": (in_case(turned_round), {"case_rows"}),
    "signature row removed": (in_case(lambda case: case["documents"][0]["signatures"].pop()), {"case_rows"}),
    "in force without decision": (in_ledger(lambda said: said["entries"].remove(of(said, "decide"))), {"undecided"}),
    "another authority": (in_case(lambda case: first_signature(case)["authority"].update(mode="alone")), {"case_rows"}),
    "changed entry": (in_ledger(lambda said: of(said, "sign").update(actor="x")), {"entry_changed"}),
    "entry with a new hash": (in_ledger(lambda said: rehashed(of(said, "sign"), actor="x")), {"entry_unproved"}),
    "entry with another number": (in_ledger(lambda said: rehashed(of(said, "sign"), number=1)), {"entry_order"}),
    "entry moved elsewhere": (in_ledger(lambda said: said["entries"].insert(0, said["entries"].pop())), {"entry_order"}),
    "signature without its act": (in_ledger(lambda said: said["entries"].remove(of(said, "sign"))), {"sealed_without_act"}),
    "seal without its entry": (in_ledger(lambda said: said["entries"].remove(of(said, "seal"))), {"document_unknown"}),
    "mandate without its act": (in_ledger(lambda said: said["entries"].remove(of(said, "mandates"))), {"mandate_none"}),
    "mandate forged": (in_dossier(lambda said: said["organisation"]["mandates"][0].update(basis="statutes")), {"mandate_rows"}),
    "mandate of longer": (in_dossier(lambda said: said["organisation"]["mandates"][0].update(since="2020-01-01T00:00:00+00:00")), {"mandate_rows"}),
    "mandate more": (in_dossier(lambda said: said["organisation"]["mandates"].append({**said["organisation"]["mandates"][0], "id": "x"})), {"mandate_rows"}),
    "mandate less": (in_dossier(lambda said: said["organisation"]["mandates"].pop()), {"mandate_rows"}),
    "evidence removed": (without("files/"), {"evidence_gone"}),
    "document removed": (without("revision-3.pdf"), {"document_missing"}),
    "documents swapped": (swapped, {"revision_rows"}),
    "document cut back": (cut_back, {"document_missing"}),
    "another root": (lambda whole: with_json(whole.files, "ledger/head.json", lambda said: said.update(root="0" * 64)), {"head_stamp", "entry_unproved"}),
    "another size": (lambda whole: with_json(whole.files, "ledger/head.json", lambda said: said.update(size=said["size"] + 1)), {"head_stamp"}),
    "head of a mail": (in_case(lambda case: case["mails"][-1]["ledger"].update(head="0" * 64)), {"witness"}),
    "state": (in_case(lambda case: case.update(state="signing")), {"undecided"}),
    "document called unfinished": (in_case(lambda case: case["documents"][0].update(state="certified")), {"unfinished"}),
    "document of another case": (in_case(lambda case: case.update(reference="BV-2026-99999")), {"facts"}),
    "case that cannot be read": (lambda whole: listed_anew({**whole.files, case_of_the_declaration(whole): b"[]"}), {"unreadable"}),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_what_was_forged_with_a_manifest_that_fits_is_named(whole: Dossier, how: str) -> None:
    forge, named = FORGED[how]
    found = codes(checked(forge(whole)))
    assert named <= found, found


@pytest.mark.parametrize("name", ["README.html", "people.json", "ledger/head.tsr", "verify_dossier.py"])
def test_a_file_that_is_not_as_it_is_listed_is_named(whole: Dossier, name: str) -> None:
    assert "manifest_changed" in codes(checked(Dossier({**whole.files, name: whole.files[name] + b" "})))
    assert "manifest_missing" in codes(checked(Dossier({k: v for k, v in whole.files.items() if k != name})))
    assert codes(checked(Dossier({**whole.files, "more.txt": b"x"}))) == {"manifest_extra"}


def test_tampered_pdfs_are_named_each_time(whole: Dossier, tell: Tell) -> None:
    """By the file alone, as it would be without a ledger; and in the dossier, whose manifest was made to fit."""
    last, held = last_revision(whole), 0
    assert verify_dossier.read_pdf(whole.files[last], whole).problem == ""
    for how, tamper in TAMPERED.items():
        tampered = tamper(whole.files[last])
        assert verify_dossier.read_pdf(tampered, whole).problem, how
        assert {"document_missing", "document_unknown"} <= codes(
            checked(listed_anew({**whole.files, last: tampered}))
        ), how
        held += 1
    tell("tampered PDF named by the stand-alone verifier", len(TAMPERED), held)


def test_a_time_stamp_and_certificates_of_another_authority_are_not_believed(whole: Dossier, tmp_path: Path) -> None:
    theirs = Sealer.open(settings_in(tmp_path))
    said = json.loads(whole.files["ledger/head.json"])
    statement = f"tekenpoort ledger\n{said['size']}\n{said['head']}\n{said['root']}\n".encode()
    token = theirs.time_stamp(hashlib.sha256(statement).digest())
    assert "head_stamp" in codes(checked(listed_anew({**whole.files, "ledger/head.tsr": token})))
    files = {name: each for name, each in whole.files.items() if not name.startswith("trust/")}
    files |= {f"trust/{kind}/x.cer": theirs.trust.roots[0] for kind in ("roots", "time_stamp_roots", "seals")}
    assert {"head_stamp", "pdf"} <= codes(checked(listed_anew(files)))


def test_under_our_root_only_our_own_seal_counts(whole: Dossier) -> None:
    """Under a public root anybody can buy a seal."""
    files = {name: each for name, each in whole.files.items() if not name.startswith("trust/seals/")}
    assert "pdf" in codes(checked(listed_anew(files)))


def test_the_head_of_an_older_ledger_proves_nothing_of_what_came_later(whole: Dossier, to_sign: Portal) -> None:
    older = opened(a_dossier(to_sign)).files
    mixed = {**whole.files, **{name: older[name] for name in ("ledger/head.json", "ledger/head.tsr")}}
    assert "entry_unproved" in codes(checked(listed_anew(mixed)))
