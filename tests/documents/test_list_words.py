"""The box above a list goes by the index of words: marks and capitals aside, a page at a time, both ways."""

from collections.abc import Callable

import pytest

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction
from documents.services import listing, registering, restricting, searching
from documents.services.listing import Filters
from documents.services.registering import Incoming
from documents.services.restricting import Wish
from intranet.people.models import User
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
Enter = Callable[..., Document]


@pytest.fixture
def enter(desk: Office, received: Make, fields: Fields) -> Enter:
    """Registers one more document."""

    def made(subject: str, **changes: str) -> Document:
        document = received()
        registering.register_incoming(desk.clerk, document.id, fields(subject=subject, **changes))
        return document

    return made


def found(actor: User, words: str, **more: str) -> list[int]:
    """What the list has, newest first."""
    return [row.id for row in listing.incoming(actor, Filters(words=words, **more)).rows]


def test_words_issuers_and_numbers_are_found_without_marks_and_in_capitals(
    desk: Office, enter: Enter
) -> None:
    money = enter("Giải ngân vốn đầu tư công", number="312", issuer="Bộ Tài chính")
    health = enter("Phòng chống dịch sốt xuất huyết", issuer="Sở Y tế")
    for words in ("bo tai chinh", "BỘ TÀI CHÍNH", "Bộ Tài chính", "giai ngan", "GIẢI NGÂN chính"):
        assert found(desk.clerk, words) == [money.id], words
    for words in ("312", "0312/btc-dt", "312 btc dt", "1"):
        assert found(desk.clerk, words)[0] == money.id, words
    assert found(desk.clerk, "so y te", state="registered") == [health.id]
    assert found(desk.clerk, "so y te", state="done") == []
    assert found(desk.clerk, "bo y te") == []
    assert [row.id for row in listing.every(desk.clerk, Direction.IN, Filters(words="SO Y TE"))] == [
        health.id
    ]


def test_what_has_the_marks_comes_first_and_pages_turn_both_ways(
    desk: Office, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    kept = [enter(subject) for subject in ("Họp một", "Hợp một", "Họp hai", "Hợp hai", "Họp ba")]
    expected = [kept[at].id for at in (4, 2, 0, 3, 1)]
    pages = [listing.incoming(desk.clerk, Filters(words="họp"))]
    assert pages[0].newer is None
    while pages[-1].older is not None:
        pages.append(listing.incoming(desk.clerk, Filters(words="họp"), before=pages[-1].older))
    assert [[row.id for row in page.rows] for page in pages] == [expected[:2], expected[2:4], expected[4:]]
    back = listing.incoming(desk.clerk, Filters(words="họp"), after=pages[2].newer or "")
    assert [row.id for row in back.rows] == expected[2:4]
    back = listing.incoming(desk.clerk, Filters(words="họp"), after=back.newer or "")
    assert ([row.id for row in back.rows], back.newer) == (expected[:2], None)


def test_what_one_may_not_read_is_not_found_by_its_words(desk: Office, enter: Enter) -> None:
    document = enter("Bổ nhiệm cán bộ")
    assert found(desk.other_clerk, "bo nhiem") == []
    assert found(desk.officer, "bo nhiem") == []
    restricting.change(desk.office_head, document.id, Wish(AccessLevel.NAMED), "Liên quan đến nhân sự")
    assert found(desk.leader, "bo nhiem") == []
    assert found(desk.office_head, "bo nhiem") == [document.id]
