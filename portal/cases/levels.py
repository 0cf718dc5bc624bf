"""What the signatures of a document are worth, in the words of product.md: worked out from its record, never stored."""

from portal.cases.tables import Document, DocumentState
from portal.wording import mark, say

SIMPLE = mark(
    "Gewone elektronische handtekening van de persoon, gezet met een tweede factor en stap voor stap vastgelegd."
)
CERTIFIED = mark("Alleen vastgesteld: in dit stuk staat geen handtekening.")
PAPER = mark("Op papier getekend: wat dit stuk bindend maakt is geen elektronische handtekening.")
SEALED = mark("Beschermd door het zegel van het portaal, te controleren tot lang na nu (PAdES B-LTA).")
IN_PROGRESS = mark("Beschermd door het zegel van het portaal, nog niet afgesloten (PAdES B-LT).")
TEST = mark("Testzegel: buiten deze installatie kent niemand het.")


def level(document: Document) -> list[str]:
    """The sentences, what was signed first; nothing while there is no document yet."""
    if document.certified is None:
        return []
    said = [SIMPLE if any(each.revision is not None for each in document.signatures) else CERTIFIED]
    if document.state == DocumentState.PAPER:
        said.insert(0, PAPER)
    said.append(SEALED if document.state == DocumentState.COMPLETE else IN_PROGRESS)
    return [say(each) for each in (*said, *((TEST,) if document.is_test else ()))]
