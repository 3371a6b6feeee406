"""Marks that wait on pages that are pictures: where they belong once the words of those pages were read."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from intranet.records.page_record import PageRecord, TextRow
from meetings.rules.mark_shapes import CannotRead
from meetings.rules.page_align import partners
from meetings.rules.passages import Doubt
from meetings.rules.read_words import ReadPair
from meetings.rules.reanchor import Placed

#: By how much more, of 0 to 1, a page must be like its successor than like any other.
MARGIN = 0.15
#: Pictures of one version that are read for this.
MOST_PICTURES = 400
Rows = Mapping[int, tuple[TextRow, ...]]
Key = TypeVar("Key", bound=Hashable)


@dataclass
class Version:
    """One side of a comparison.

    :param reader: gives the lines of pages, counted from 1, as they are read from their pictures.
    :param read: those that are known already.
    """

    pages: tuple[PageRecord, ...]
    reader: Callable[[Collection[int]], Rows]
    read: dict[int, tuple[TextRow, ...]] = field(default_factory=dict)

    @property
    def pictures(self) -> set[int]:
        """Pages, from 1, that say nothing until they are read."""
        return {number for number, page in enumerate(self.pages, 1) if page.is_picture}

    def read_also(self, wanted: Collection[int]) -> None:
        """Read more pages from how they look, also such as have a text."""
        lacking = set(wanted) - self.read.keys()
        self.read |= self.reader(lacking) if lacking else {}

    def page(self, number: int) -> PageRecord:
        """A page as it was read from its picture, else as it says itself."""
        page = self.pages[number - 1]
        return replace(page, rows=self.read[number]) if number in self.read else page

    def all_pages(self) -> list[PageRecord]:
        """Every page, from the first."""
        return [self.page(number) for number in range(1, len(self.pages) + 1)]


def place_read(
    old: Version, new: Version, marks: Iterable[tuple[Key, int, Mapping[str, Any]]]
) -> dict[Key, Placed]:
    """Where marks belong that lie on pictures, or on what has become one; the doubtful are left out.

    :param marks: what each is known by, its page of the old version, and the mark as it is stored.
    """
    sides = (old, new)
    if not (old.pictures or new.pictures) or max(len(one.pictures) for one in sides) > MOST_PICTURES:
        return {}
    for one in sides:
        one.read_also(one.pictures)
    successors = partners(old.all_pages(), new.all_pages(), margin=MARGIN)
    seen = {page for page, after in successors.items() if page in old.pictures or after in new.pictures}
    waiting = [one for one in marks if one[1] in seen]
    # What has a text is read from its picture too: the same eye sees both.
    old.read_also({page for _, page, _ in waiting})
    new.read_also({successors[page] for _, page, _ in waiting})
    pairs = {page: ReadPair(old.page(page), new.page(successors[page])) for _, page, _ in waiting}
    found = {}
    for key, page, data in waiting:
        try:
            found[key] = Placed(successors[page], pairs[page].place(data))
        except (Doubt, CannotRead):
            continue
    return found
