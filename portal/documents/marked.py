"""A PDF of somebody else, passed on with a mark on each page: above and below what stands there, in a child."""

import io
from collections.abc import Mapping

from portal.documents.child import in_child

SECONDS, MEGABYTES = 60, 1024


def pdf(content: bytes, facts: Mapping[str, str]) -> bytes:
    """The same pages, with at the top and the bottom of each what these facts say: mark, confidential, whom.

    PortalError where it cannot be made.
    """
    return in_child(lambda: _marked(content, facts), seconds=SECONDS, megabytes=MEGABYTES)


def _marked(content: bytes, facts: Mapping[str, str]) -> bytes:
    import pikepdf

    from portal.documents import render  # only the child takes the memory of WeasyPrint

    made: dict[tuple[float, float], pikepdf.Page] = {}
    kept: list[pikepdf.Pdf] = []
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            left, bottom, right, top = (float(each) for each in page.trimbox)
            width, height = right - left, top - bottom
            if int(page.obj.get("/Rotate", 0)) % 180:
                width, height = height, width
            size = (round(width, 1), round(height, 1))
            if size not in made:
                kept.append(pikepdf.open(io.BytesIO(render.marks(facts, width=size[0], height=size[1]))))
                made[size] = kept[-1].pages[0]
            page.add_overlay(made[size], pikepdf.Rectangle(left, bottom, right, top))
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
