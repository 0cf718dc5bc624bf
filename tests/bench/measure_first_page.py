"""The first page that anybody loads: its bytes over the wire, and from how many hosts, as Chromium counts them."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, sync_playwright

from tests.bench.bench_rows import KILOBYTES, Row
from tests.bench.bench_servers import the_portal
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.stage import Installation

REACH, OTHER_HOSTS = 100, 0
PAGES = (("first page load", "/"), ("first page load, sign in", "/inloggen"))


def measure(place: Installation) -> list[Row]:
    """A row for the bytes of each page (with an empty cache), and one for the hosts that are not ours."""
    rows, hosts = [], set[str]()
    with the_portal(place) as portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            for work, path in PAGES:
                requests = _load(browser.new_page(), portal.address + path)
                sizes = {_name(each): _bytes(each) for each in requests}
                hosts |= {urlsplit(each.url).netloc for each in requests if each.url.startswith("http")}
                largest = sorted(sizes.items(), key=lambda each: -each[1])[:4]
                packed = sum(each.response().headers.get("content-encoding") is not None for each in requests)
                remark = f"{len(requests)} requests, {packed} of them compressed; " + ", ".join(
                    f"{name} {size / 1000:.0f} KB" for name, size in largest
                )
                rows.append(Row(work, sum(sizes.values()) / 1000, reach=REACH, unit=KILOBYTES, remark=remark))
        finally:
            browser.close()
        others = hosts - {urlsplit(portal.address).netloc}
    return [*rows, Row("hosts that are not ours", len(others), reach=OTHER_HOSTS, unit="", remark=" ".join(others))]


def _load(page: Page, address: str) -> list[Request]:
    requests: list[Request] = []

    def note(request: Request) -> None:  # playwright hangs something on the function, so it must be ours
        requests.append(request)

    page.on("requestfinished", note)
    page.goto(address, wait_until="networkidle")
    return requests


def _bytes(request: Request) -> int:
    sizes = request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


def _name(request: Request) -> str:
    return urlsplit(request.url).path.rpartition("/")[2] or "the page"
