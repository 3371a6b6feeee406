"""Heavy papers, and how they come to lie on the table of a meeting without anybody's drawing a page."""

import os
import re
from io import BytesIO

import pikepdf
from playwright.sync_api import Page

from tests.browser.conftest import read


def heavy_paper(megabytes: float, pages: int = 1, title: str = "Phụ lục") -> bytes:
    """A PDF of so many pages whose pictures, together, no program makes smaller."""
    made = pikepdf.new()
    width = 1000
    height = int(megabytes * 2**20 / pages / width)
    for _ in range(pages):
        page = made.add_blank_page(page_size=(595, 842))
        picture = pikepdf.Stream(made, os.urandom(width * height))
        picture.update(
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Image,
                "/Width": width,
                "/Height": height,
                "/ColorSpace": pikepdf.Name.DeviceGray,
                "/BitsPerComponent": 8,
            }
        )
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        page.Contents = pikepdf.Stream(made, b"q 500 0 0 700 47 71 cm /Im0 Do Q")
    made.docinfo["/Title"] = title
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def post(page: Page, meeting: str, act: str, form: dict[str, str | float | bool] | None = None) -> None:
    """Send a form as the page of a meeting would, without drawing that page.

    :param meeting: its address, ``/meetings/3``.
    :raises RuntimeError: it was refused.
    """
    answer = page.request.post(f"{meeting}/{act}", headers=_headers(page, meeting), form=form)
    if not answer.ok:
        raise RuntimeError(f"{act}: {answer.text()[:300]}")


def lay(desk: Page, meeting: str, papers: dict[str, bytes]) -> None:
    """Lay papers on the table of a meeting, by name; returns when all of them were read.

    :raises RuntimeError: one was refused.
    """
    headers = _headers(desk, meeting)
    for name, data in papers.items():
        sent = {"name": name, "mimeType": "application/pdf", "buffer": data}
        given = desk.request.post("/files/staged", headers=headers, multipart={"file": sent})
        if not given.ok:
            raise RuntimeError(given.text()[:300])
        post(desk, meeting, "files", {"staged": given.json()[0]["id"]})
    while "data-pending" in read(desk, meeting):
        desk.wait_for_timeout(200)
        post(desk, meeting, "files/settle")


def _headers(page: Page, meeting: str) -> dict[str, str]:
    token = re.search(r'name="csrf-token" content="([^"]+)"', read(page, meeting))
    origin = page.request.get("/me").url.removesuffix("/me")
    return {"X-CSRFToken": token[1] if token else "", "Origin": origin}
