"""Every figure of every board opens a list with the same count, whoever looks."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.sample.conftest import SampleOffice

pytestmark = [pytest.mark.slow, pytest.mark.own_db, pytest.mark.pages]

_LINK = re.compile(r"<a\b[^>]*>")
#: A report shows the same rows under each of its columns; these are enough to find one that does not fit.
_REPORTS = {
    "vanthu": ("outgoing?by=kind&period=2026", "exchange?by=way&period=2026"),
    "chutich": ("incoming?by=leader&period=2026",),
    "chanhvanphong": ("tasks?by=source&period=2026", "exchange?by=to&period=2026"),
    "truongphong": ("tasks?by=unit&period=2026",),
}
#: Of the zeros so many are opened; a chart of a year has dozens.
_ZEROS = 4


def figures(page: str) -> dict[str, int]:
    """Addresses of lists with the numbers that lead to them."""
    found = {}
    for tag in _LINK.findall(page):
        number, address = re.search(r'data-figure="(\d+)"', tag), re.search(r'href="([^"]+)"', tag)
        if number and address:
            found[unescape(address[1])] = int(number[1])
    return found


def counted(client: FlaskClient, address: str) -> tuple[int, int]:
    """The total that a list states and the rows that its pages have."""
    stated, rows, following = 0, 0, address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, following
        total = re.search(r'data-total="(\d+)"', answer.text)
        assert total, following
        stated = int(total[1])
        rows += answer.text.count('<td class="ty">')
        more = re.search(r'rel="next" href="([^"]+)"', answer.text)
        following = unescape(more[1]) if more else ""
    return stated, rows


@pytest.mark.parametrize("name", ["vanthu", "chutich", "chanhvanphong", "truongphong"])
def test_every_figure_of_a_board_opens_a_list_with_the_same_count(
    sample_office: SampleOffice, name: str
) -> None:
    client = sample_office.client(name)
    pages = [client.get("/boards", follow_redirects=True).text]
    pages += [
        client.get(address).text
        for address in re.findall(r'href="(/boards/(?:leader|unit|clerk))"', pages[0])
    ]
    pages += [client.get(f"/boards/reports/{report}").text for report in _REPORTS[name]]
    every = {address: n for page in pages for address, n in figures(page).items()}
    assert len(every) > 10
    empty = [address for address, n in every.items() if not n]
    found = {address: n for address, n in every.items() if n or address in empty[:_ZEROS]}
    wrong = {one: (n, got) for one, n in found.items() if (got := counted(client, one)) != (n, n)}
    assert wrong == {}


@pytest.mark.parametrize("name", ["chutich", "truongphong"])
def test_every_bubble_of_the_map_opens_a_list_with_the_same_count(
    sample_office: SampleOffice, name: str
) -> None:
    client = sample_office.client(name)
    page = client.get("/boards/flow").text
    bubbles = re.findall(r'<a href="([^"]+)" class="o-bub[^>]*>.*?<text[^>]*>(\d+)</text>', page)
    columns = re.findall(r'<th scope="col"[^>]*><a href="([^"]+)">', page)
    counts = re.search(r'<tr class="cnt">(.*?)</tr>', page, re.DOTALL)
    assert counts
    waiting = [int(n) for n in re.findall(r"<td[^>]*>(\d+)</td>", counts[1])]
    assert len(waiting) == 9
    whole = re.search(r"(\d+) văn bản đang mở", page)
    assert whole
    assert sum(waiting) == int(whole[1])
    found = [*bubbles, *zip(columns, map(str, waiting), strict=True)]
    wrong = {one: n for one, n in found if counted(client, unescape(one)) != (int(n), int(n))}
    assert wrong == {}
    assert bubbles or name != "chutich"


def test_a_board_of_another_role_is_not_there(sample_office: SampleOffice) -> None:
    assert sample_office.client("chuyenvien").get("/boards").location == "/boards/own"
    assert sample_office.client("chuyenvien").get("/boards/leader").status_code == 404
    assert sample_office.client("vanthu").get("/boards/leader").status_code == 404
    assert sample_office.client("vanthu").get("/boards/flow").status_code == 403
    assert sample_office.client("truongphong").get("/boards/leader").status_code == 404
    assert sample_office.client("chutich").get("/boards/lists/khong-co").status_code == 404
