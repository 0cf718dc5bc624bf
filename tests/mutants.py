"""Thirty-odd faults, put by hand into the code that checks, each with the detector that must notice it.

A mutant is one replacement in the text of a module. It runs beside the sound one, in this process: a fault that no
detector notices is a check that could be taken out unseen.
"""

import sys
import types
from dataclasses import dataclass
from pathlib import Path

from portal.app import HOUSE

VERIFIER = "portal/evidence/verify_dossier.py"
PDFS = "portal/documents/verify.py"
CHAIN, HEADS = "portal/audit/chain.py", "portal/audit/heads.py"


@dataclass(frozen=True)
class Mutant:
    """What is taken out of a file, what stands there instead, and which detector has to notice."""

    file: str
    before: str
    after: str
    detector: str

    def module(self) -> types.ModuleType:
        """The module with this fault in it; the fault must be possible exactly there."""
        return loaded(self.file, self.before, self.after)


def loaded(file: str, before: str = "", after: str = "") -> types.ModuleType:
    """A module of the house, as it is or with one replacement, under a name of its own."""
    source = Path(HOUSE / file).read_text()
    assert not before or source.count(before) == 1, (file, before, source.count(before))
    module = types.ModuleType(f"mutant_of_{Path(file).stem}")
    module.__file__ = str(HOUSE / file)
    sys.modules[module.__name__] = module
    exec(compile(source.replace(before, after) if before else source, module.__file__, "exec"), module.__dict__)
    return module


NEVER = "if False:"
MUTANTS = (
    Mutant(VERIFIER, 'elif sha256(dossier.files[name]) != said["sha256"] or len', "elif len", "listed otherwise"),
    Mutant(VERIFIER, '- listed.keys() - {"manifest.json"}', "- dossier.files.keys()", "one file more"),
    Mutant(VERIFIER, "lambda how: hashlib.new(how, content).digest()", 'lambda _: signed["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native', "forged another root"),
    Mutant(VERIFIER, 'raise ValueError("its certificate is not trusted")', "pass", "stamp of a stranger"),
    Mutant(VERIFIER, 'if hash_of(entry) != entry["hash"]:', NEVER, "forged changed entry"),
    Mutant(VERIFIER, 'elif not is_under(dossier, entry["number"], entry["hash"], entry["path"]):', "elif False:", "forged entry with a new hash"),
    Mutant(VERIFIER, "return not beside and node.hex()", "return node.hex()", "proof"),
    Mutant(VERIFIER, "other + node if index % 2 else node + other", "node + other", "proof"),
    Mutant(VERIFIER, "if not 0 <= index <= last:", NEVER, "proof"),
    Mutant(VERIFIER, "index, last = index // 2, last // 2", "index, last = index // 2, (last - 1) // 2", "proof"),
    Mutant(VERIFIER, 'if entry["number"] <= before["number"]:', NEVER, "forged entry moved elsewhere"),
    Mutant(VERIFIER, "if digest not in known:", NEVER, "forged seal without its entry"),
    Mutant(VERIFIER, 'report.fault(where, "document_missing", number=entry["number"])', "pass", "forged document removed"),
    Mutant(VERIFIER, "if len(paper.signers) - 1 != seals:", NEVER, "forged first seal without its entry"),
    Mutant(VERIFIER, 'if signer != certified["name"]:', NEVER, "names"),
    Mutant(VERIFIER, 'if actors.get(field_) != certified["person"]:', NEVER, "names"),
    Mutant(VERIFIER, 'if [entry["document"]] != certified:', NEVER, "forged another version signed"),
    Mutant(VERIFIER, "for entry in seals[len(signed) :]:", "for entry in ():", "forged signature without its act"),
    Mutant(VERIFIER, "if sorted(rows, key=str) != sorted(told, key=str):", NEVER, "forged signature of another person"),
    Mutant(VERIFIER, 'if size and dossier.heads.get(size) != said["head"]:', NEVER, "forged head of a mail"),
    Mutant(VERIFIER, 'if mandate["person"] != person:', NEVER, "forged signed by another"),
    Mutant(VERIFIER, "if not held(mandate, at):", NEVER, "forged signed before its mandate"),
    Mutant(VERIFIER, '<= at and (until is None', '>= at and (until is None', "whole"),
    Mutant(VERIFIER, '!= (authority["basis"], authority["evidence"]):', '== ("", ""):', "forged other evidence"),
    Mutant(VERIFIER, "if frozen not in counted or authority", "if authority", "forged signed alone"),
    Mutant(VERIFIER, ' or authority.get("seat") != mandate.get("granted_by"):', ":", "forged signed from another seat"),
    Mutant(VERIFIER, "and not are_met:", "and False:", "forged signature without its act too few"),
    Mutant(VERIFIER, "elif len(head) < LEAST_OF_HEAD or not", "elif not", "receipts"),
    Mutant(VERIFIER, "if size > dossier.size:", NEVER, "receipts"),
    Mutant(VERIFIER, "elif each not in known:", "elif False:", "prints"),
    Mutant(VERIFIER, ' or status.signing_cert.dump() not in trusted(dossier, "seals")', "", "seal of another"),
    Mutant(VERIFIER, "status.intact and status.valid and status.docmdp_ok and", "status.intact and status.valid and", "page added"),
    Mutant(VERIFIER, "if complete and not (stamps", "if complete and False and not (stamps", "last stamp cut off"),
    Mutant(PDFS, "unspoilt = is_reviewed or status.docmdp_ok", "unspoilt = True", "page added"),
    Mutant(PDFS, ' and status.signing_cert.dump() in proof.trust.seals', "", "seal of another"),
    Mutant(PDFS, "if signatures[-1].locks and not ends_with_one:", NEVER, "last stamp cut off"),
    Mutant(CHAIN, "if fingerprint(entry) != entry.hash:", NEVER, "entry changed"),
    Mutant(CHAIN, "if key is not None and not hmac", "if key is None and not hmac", "chained anew without the key"),
    Mutant(CHAIN, "if known == each.head:", "if known is not None:", "chained anew with the key"),
    Mutant(CHAIN, "if each.size > size:", NEVER, "tail cut off"),
    Mutant(HEADS, "if size in roots and roots[size] != head.root:", NEVER, "chained anew with the key, but for the heads"),
)  # fmt: skip
