"""What the re-reading found: how much was read, what merely waits, and what is not as it was."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from portal.wording import mark, say, say_count

SHOWN = 40
"""So many findings are written out in words; all of them are in the mapping."""

PLACES: Mapping[str, str] = {
    "ledger_entry": mark("logboekregel %(name)s"),
    "head": mark("bewaarde kop %(name)s"),
    "document": mark("stuk %(name)s"),
    "signature": mark("handtekening %(name)s"),
    "blob": mark("bestand %(name)s"),
    "case": mark("zaak %(name)s"),
    "in_force": mark("van kracht %(name)s"),
    "mandate": mark("tekenbevoegdheid %(name)s"),
    "membership": mark("rol %(name)s"),
    "organisation": mark("organisatie %(name)s"),
    "publication": mark("publicatie %(name)s"),
    "product": mark("product %(name)s"),
    "block": mark("blokkade %(name)s"),
    "past": mark("verleden van %(name)s"),
    "offer": mark("aanbieding %(name)s"),
    "comment": mark("opmerking %(name)s"),
    "share": mark("gedeeld rapport %(name)s"),
    "own_report": mark("rapport van een leverancier %(name)s"),
    "ambition": mark("ambitie van vestiging %(name)s"),
    "subprocessor": mark("subverwerker %(name)s"),
    "elsewhere": mark("elders getekende overeenkomst %(name)s"),
    "dpia_decision": mark("besluit over een DPIA %(name)s"),
    "agreement_end": mark("einde van overeenkomst %(name)s"),
    "mail": mark("mail %(name)s"),
    "row": mark("rij in %(name)s"),
    "file": mark("map %(name)s"),
    "part": mark("onderdeel %(name)s"),
}
COUNTED: Mapping[str, str] = {
    "ledger_entries": mark("logboekregels"),
    "witnesses": mark("getuigen van het logboek"),
    "heads": mark("koppen met een tijdstempel"),
    "blobs": mark("bestanden"),
    "documents": mark("stukken"),
    "revisions": mark("revisies"),
    "signatures": mark("handtekeningen"),
    "cases": mark("zaken"),
    "in_force": mark("regels van kracht"),
    "subprocessors": mark("nieuwe subverwerkers"),
    "elsewhere": mark("elders getekende overeenkomsten"),
    "agreement_ends": mark("opgezegde overeenkomsten"),
    "dpia_decisions": mark("besluiten over een DPIA"),
    "mandates": mark("tekenbevoegdheden"),
    "memberships": mark("rollen"),
    "publications": mark("publicaties"),
    "products": mark("producten"),
    "blocks": mark("blokkades"),
    "past": mark("regels van het verleden"),
    "offers": mark("aanbiedingen"),
    "shares": mark("gedeelde rapporten"),
    "own_reports": mark("rapporten van leveranciers"),
    "ambitions": mark("ambities"),
    "on_paper": mark("getekende papieren"),
    "mails": mark("mails"),
}
WAITING: Mapping[str, str] = {
    "documents": mark("Geen fout, nog te maken stukken"),
    "signatures": mark("Geen fout, handtekeningen die op het zegel wachten"),
    "mails": mark("Geen fout, mails die op verzending wachten"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was: where, and what, in plain words."""

    kind: str
    """A word of PLACES, for whoever reads the findings by machine."""
    name: str
    what: str

    @property
    def where(self) -> str:
        """The place in words, as "logboekregel 17"."""
        return say(PLACES[self.kind], name=self.name)

    @property
    def entry(self) -> int | None:
        """The number of the ledger entry, when it is about one."""
        return int(self.name) if self.kind == "ledger_entry" and self.name.isdecimal() else None


@dataclass(frozen=True)
class Report:
    """How much was read of each kind, what waits, and the findings with the first bad ledger entry first."""

    checked: Mapping[str, int]
    waiting: Mapping[str, int]
    findings: tuple[Finding, ...]

    def as_mapping(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {
            "checked": dict(self.checked),
            "waiting": dict(self.waiting),
            "findings": [
                {"kind": each.kind, "name": each.name, "where": each.where, "what": each.what} for each in self.findings
            ],
        }

    def in_words(self) -> str:
        """For a person: the findings, how much was read, and at the end whether all is well."""
        read = ", ".join(f"{say(COUNTED[kind])} {count}" for kind, count in self.checked.items() if count)
        lines = [f"{each.where}: {each.what}" for each in self.findings[:SHOWN]]
        if len(self.findings) > SHOWN:
            lines.append(say("En nog %(count)s.", count=len(self.findings) - SHOWN))
        lines.append(say("Nagelezen: %(read)s.", read=read or say("niets")))
        lines += [f"{say(WAITING[kind])}: {count}." for kind, count in self.waiting.items() if count]
        count = len(self.findings)
        wrong = say_count("%(count)s ding klopt niet.", "%(count)s dingen kloppen niet.", count)
        return "\n".join([*lines, wrong if count else say("Alles klopt.")])


@dataclass
class Tally:
    """Gathers counts and findings while everything is read."""

    checked: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    progress: Callable[[str, int, int], None] = field(default=lambda _part, _done, _total: None)
    """Told of each part how much of it was read, of how much."""

    def find(self, kind: str, name: object, what: str, /, **values: object) -> None:
        """Note what is wrong, once; the values fill the named places of the sentence."""
        finding = Finding(kind, str(name), say(what, **values))
        if finding not in self.findings[-50:]:
            self.findings.append(finding)

    @contextmanager
    def guarded(self, kind: str, name: object) -> Iterator[None]:
        """Whatever cannot be checked in this block is a finding: rows that were tampered with fail in any way."""
        try:
            yield
        except Exception as fault:
            self.find(kind, name, mark("kan niet worden nagelezen (%(fault)s)"), fault=_short(fault))

    def report(self) -> Report:
        """What was gathered, in order: ledger entries by number, then the rest as it was met."""
        inorder = sorted(self.findings, key=lambda each: (each.entry is None, each.entry or 0))
        return Report(dict(self.checked), dict(self.waiting), tuple(inorder))


def _short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}".splitlines()[0][:160]
