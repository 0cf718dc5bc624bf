"""Makes signature fields part of what a screen reader reads: each widget in a Form element of the structure tree."""

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name


def nest_widgets(pdf: bytes) -> bytes:
    """The same document with every loose widget nested, as PDF/UA asks; only before the first signature.

    Object streams are undone, because validating a chain of revisions with them takes four times as long.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        tree = document.Root.StructTreeRoot
        top = tree.K[0] if isinstance(tree.K, Array) else tree.K
        numbers = tree.ParentTree.Nums
        number = max((int(numbers[at]) for at in range(0, len(numbers), 2)), default=-1) + 1
        for page in document.pages:
            for widget in page.obj.get("/Annots", Array()):
                if widget.get("/Subtype") != Name.Widget or "/StructParent" in widget:
                    continue
                element = Dictionary(Type=Name.StructElem, S=Name.Form, P=top, Pg=page.obj, Alt=widget.TU)
                # The reference itself, not an array of it: with an array, pyHanko's difference analysis refuses
                # every later signature.
                element.K = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page.obj)
                placed = document.make_indirect(element)
                top.K.append(placed)
                widget.StructParent = number
                numbers.append(number)
                numbers.append(placed)
                number += 1
                page.obj.Tabs = Name.S
        tree.ParentTreeNextKey = number
        saved = BytesIO()
        document.save(saved, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return saved.getvalue()
