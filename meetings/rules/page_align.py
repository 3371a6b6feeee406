"""Which page of a paper's new version is which of the old one. Pure arithmetic over page records.

Two pages are the same when they say the same, or when, one of them saying nothing, every part of their
pictures is equal. The distance of two perceptual hashes only proposes such a pair: a figure changed in a
scan, or a sheet that lay askew on the glass, moves no bit of it.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from intranet.core.text import words
from intranet.records.page_record import PageRecord, TextRow
from meetings.rules.motion import NEAR, REST, Look, Motion, guesses, likeness, look, turned_about

#: Bits by which the pictures of the same page may differ.
SAME_PICTURE = 4
#: Bits up to which two pictures are worth comparing part by part.
LIKE_PICTURE = 20
#: Least degree at which two pages count as versions of one.
SIMILAR = 0.3
#: Partners looked at for one page.
MOST_PARTNERS = 8


class Verdict(StrEnum):
    """What became of a page."""

    SAME = "same"
    SIMILAR = "similar"
    GONE = "gone"


@dataclass(frozen=True)
class PageMatch:
    """One page of the old version and its successor.

    :param old: number from 1; ``new`` likewise, ``None`` where it is gone.
    :param degree: 0 to 1; of the text where both have one, else of the pictures.
    :param motion: how all of it lies on the new page; ``None`` where it was set anew or has changed.
    :param is_redrawn: it says the same but does not look the same: a stamp, another chart.
    :param is_certain: false where another page alike could as well be the successor.
    """

    old: int
    new: int | None
    verdict: Verdict
    degree: float
    motion: Motion | None = None
    is_redrawn: bool = False
    is_certain: bool = True


@dataclass(frozen=True)
class Alignment:
    """All pages of the old version, in order; their successors rise."""

    matches: tuple[PageMatch, ...]
    #: New pages that are new, or not what they were; from 1, rising.
    changed_pages: tuple[int, ...]

    def of(self, page: int) -> PageMatch | None:
        """What became of a page of the old version."""
        return self.matches[page - 1] if 1 <= page <= len(self.matches) else None


class _Page:
    """A page with what is compared of it."""

    def __init__(self, record: PageRecord) -> None:
        self.record = record
        self.said = record.said
        self.is_bare = record.is_bare

    @cached_property
    def shingles(self) -> Counter[tuple[str, ...]]:
        """Three words in a row, each as often as it stands there."""
        body = "\n".join(r.text for n, r in enumerate(self.record.rows) if n not in self.record.folios)
        said = words(body)
        size = 3 if len(said) >= 6 else 1
        return Counter(tuple(said[n : n + size]) for n in range(len(said) - size + 1))

    def degree(self, other: "_Page") -> float:
        """Share of their word sequences that two pages have in common, 0 to 1."""
        common = sum((self.shingles & other.shingles).values())
        return 2 * common / max(sum(self.shingles.values()) + sum(other.shingles.values()), 1)


@dataclass
class _Link:
    """A page that may be the successor of another."""

    old: int
    new: int
    degree: float
    is_same: bool
    motion: Motion | None = None
    is_redrawn: bool = False

    @property
    def weight(self) -> float:
        """What it adds to an alignment: a same page counts for three alike ones."""
        return 3.0 if self.is_same else self.degree


def partners(old: Sequence[PageRecord], new: Sequence[PageRecord], *, margin: float) -> dict[int, int]:
    """Pages, from 1, that say about the same by words that may be misread, and their successors.

    :param margin: by how much more each must be like its successor than either is like any other page.
    """
    before, after = [_Page(one) for one in old], [_Page(one) for one in new]
    links = {(link.old, link.new): link for link in [*_same_text(before, after), *_like_text(before, after)]}
    found = {}
    for link in _best_chain(list(links.values()), len(after)):
        rivals = [before[link.old].degree(other) for n, other in enumerate(after) if n != link.new]
        rivals += [other.degree(after[link.new]) for n, other in enumerate(before) if n != link.old]
        if all(rival < link.degree - margin for rival in rivals):
            found[link.old + 1] = link.new + 1
    return found


def align(old: Sequence[PageRecord], new: Sequence[PageRecord]) -> Alignment:
    """Find the successors of all pages; of all rising assignments the one in which most stays."""
    before, after = [_Page(one) for one in old], [_Page(one) for one in new]
    links = _links(before, after)
    chosen = {link.old: link for link in _best_chain(links, len(after))}
    twins = _twins(before, after, chosen)
    matches, changed = [], set(range(1, len(new) + 1))
    for number in range(len(before)):
        link = chosen.get(number)
        if link is None:
            matches.append(PageMatch(number + 1, None, Verdict.GONE, 0.0))
            continue
        verdict = Verdict.SAME if link.is_same else Verdict.SIMILAR
        if link.is_same and not link.is_redrawn:
            changed.discard(link.new + 1)
        matches.append(
            PageMatch(
                number + 1,
                link.new + 1,
                verdict,
                link.degree,
                link.motion,
                link.is_redrawn,
                number not in twins,
            )
        )
    return Alignment(tuple(matches), tuple(sorted(changed)))


def _links(before: Sequence[_Page], after: Sequence[_Page]) -> list[_Link]:
    return [*_same_text(before, after), *_like_text(before, after), *_like_pictures(before, after)]


def _same_text(before: Sequence[_Page], after: Sequence[_Page]) -> list[_Link]:
    """Pages that say the same, and bare ones; of many alike those of about the same rank."""
    ranks: dict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(after):
        if page.said or page.is_bare:
            ranks[page.said].append(number)
    seen: Counter[str] = Counter()
    links = []
    for number, page in enumerate(before):
        if not (page.said or page.is_bare):
            continue
        rank = seen[page.said]
        seen[page.said] += 1
        for partner in ranks.get(page.said, [])[max(rank - MOST_PARTNERS, 0) : rank + MOST_PARTNERS + 1]:
            links.append(_same_link(page, after[partner], number, partner))
    return links


def _same_link(page: _Page, partner: _Page, old: int, new: int) -> _Link:
    motion = _motion_of_rows(page.record, partner.record) if page.said else REST
    redrawn = motion is not None and bool(page.said) and _is_redrawn(page.record, partner.record, motion)
    return _Link(old, new, 1.0, is_same=True, motion=motion, is_redrawn=redrawn)


def _motion_of_rows(old: PageRecord, new: PageRecord) -> Motion | None:
    """The one motion that brings every row upon its like, to half a point."""
    mine = [row for n, row in enumerate(old.rows) if n not in old.folios]
    theirs = [row for n, row in enumerate(new.rows) if n not in new.folios]
    if len(mine) != len(theirs) or any(a.text != b.text for a, b in zip(mine, theirs, strict=True)):
        return None
    turn = (theirs[0].turn - mine[0].turn) % 360
    turned = Motion(turn).box(mine[0].box)
    free = Motion(turn, theirs[0].x0 - turned[0], theirs[0].y0 - turned[1])
    for motion in (REST, turned_about(old, new, turn), free):
        if all(_falls_on(a, b, motion) for a, b in zip(mine, theirs, strict=True)):
            return motion
    return None


def _falls_on(row: TextRow, other: TextRow, motion: Motion) -> bool:
    if (row.turn + motion.turn - other.turn) % 360:
        return False
    moved = motion.box(row.box)
    if any(abs(a - b) > NEAR for a, b in zip(moved, other.box, strict=True)):
        return False
    start, end = motion.box(row.part(0, 1)), other.part(0, 1)
    half = len(row.text) // 2
    middle, other_middle = motion.box(row.part(half, half + 1)), other.part(half, half + 1)
    return all(abs(a - b) <= NEAR for a, b in zip((*start, *middle), (*end, *other_middle), strict=True))


def _is_redrawn(old: PageRecord, new: PageRecord, motion: Motion) -> bool:
    """Whether two pages that say the same in the same places look otherwise, their numbers aside."""
    if old.tones.data == new.tones.data:
        return False
    strips = [(n, page) for page in (old, new) for n in page.folios]
    if not strips:
        return look(old, new, motion, old.crop) is Look.OTHER
    edges = sorted(page.rows[n].box for n, page in strips if page is old)
    edges += [page.rows[n].box for n, page in strips if page is new]
    low, high = old.crop[1], old.crop[3]
    for box in edges:
        if (box[1] + box[3]) / 2 > (low + high) / 2:
            high = min(high, box[1] - 6)
        else:
            low = max(low, box[3] + 6)
    return look(old, new, motion, (old.crop[0], low, old.crop[2], high)) is Look.OTHER


def _like_text(before: Sequence[_Page], after: Sequence[_Page]) -> list[_Link]:
    """Pages that say something alike, found through the word sequences they share."""
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, page in enumerate(after):
        for shingle in page.shingles:
            where[shingle].append(number)
    links = []
    for number, page in enumerate(before):
        shared: Counter[int] = Counter()
        for shingle in page.shingles:
            if len(pages := where.get(shingle, [])) <= 40:
                shared.update(pages)
        for partner, _ in shared.most_common(MOST_PARTNERS):
            other = after[partner]
            if other.said == page.said:
                continue
            link = _text_link(page, other, number, partner)
            if link.degree >= SIMILAR:
                links.append(link)
    return links


def _text_link(page: _Page, other: _Page, old: int, new: int) -> _Link:
    """Two texts that differ; where the pictures are one and the same, only their reading does."""
    a, b = page.record, other.record
    if a.tones.data == b.tones.data and a.picture == b.picture and not _is_too_bare(a, b):
        return _Link(old, new, 1.0, is_same=True, motion=turned_about(a, b, 0))
    return _Link(old, new, min(page.degree(other), 0.99), is_same=False)


def _is_too_bare(a: PageRecord, b: PageRecord) -> bool:
    """Whether the pages are too bare for equal pictures to say more than different texts."""
    return sum(tone < 200 for tone in a.tones.data) < 50 or a.crop != b.crop


def _like_pictures(before: Sequence[_Page], after: Sequence[_Page]) -> list[_Link]:
    """Pages of which one at least says nothing, by how they look."""
    links = []
    for number, page in enumerate(before):
        near = []
        for partner, other in enumerate(after):
            if (page.said and other.said) or page.is_bare or other.is_bare:
                continue
            turned = (page.record.turn != other.record.turn) or page.record.crop != other.record.crop
            distance = (page.record.picture ^ other.record.picture).bit_count()
            if distance <= LIKE_PICTURE or turned:
                near.append((distance, abs(number - partner), partner))
        for distance, _, partner in sorted(near)[:MOST_PARTNERS]:
            link = _picture_link(page.record, after[partner].record, number, partner, distance)
            if link is not None:
                links.append(link)
    return links


def _picture_link(old: PageRecord, new: PageRecord, n: int, m: int, distance: int) -> _Link | None:
    degree, motion = max(
        ((likeness(old, new, motion), motion) for motion in guesses(old, new)), key=lambda found: found[0]
    )
    if motion.turn == 0 and degree == 1.0 and distance <= SAME_PICTURE:
        return _Link(n, m, 1.0, is_same=True, motion=motion)
    if motion.turn and degree == 1.0:
        return _Link(n, m, 1.0, is_same=True, motion=motion)
    if degree >= SIMILAR:
        return _Link(n, m, min(degree, 0.99), is_same=False, motion=motion)
    if distance <= SAME_PICTURE:  # alike from afar alone: a sheet that lay askew, another rendering
        return _Link(n, m, SIMILAR, is_same=False)
    return None


def _best_chain(links: Sequence[_Link], pages: int) -> list[_Link]:
    """The heaviest set of links in which old and new pages both rise."""
    best: list[tuple[float, int]] = [(0.0, -1)] * (pages + 1)  # a Fenwick tree of prefix maxima
    back: list[int] = []
    order = sorted(range(len(links)), key=lambda n: (links[n].old, -links[n].new, links[n].weight))
    for place, number in enumerate(order):
        link = links[number]
        weight, before = 0.0, -1
        at = link.new
        while at > 0:
            if best[at][0] > weight:
                weight, before = best[at]
            at -= at & -at
        back.append(before)
        total = weight + link.weight
        at = link.new + 1
        while at <= pages:
            if best[at][0] < total:
                best[at] = (total, place)
            at += at & -at
    end, at = (0.0, -1), pages
    while at > 0:
        end = max(end, best[at])
        at -= at & -at
    chain, place = [], end[1]
    while place >= 0:
        chain.append(links[order[place]])
        place = back[place]
    return chain[::-1]


def _twins(before: Sequence[_Page], after: Sequence[_Page], chosen: dict[int, _Link]) -> set[int]:
    """Old pages whose successor is one of several alike, and which of them nothing tells."""
    old_count = Counter(_key(page) for page in before)
    new_count = Counter(_key(page) for page in after)
    ranks: dict[object, list[int]] = defaultdict(list)
    for number, page in enumerate(before):
        ranks[_key(page)].append(number)
    found = set()
    for key, alike in ranks.items():
        if old_count[key] == 1 and new_count[key] <= 1:
            continue
        matched = [number for number in alike if number in chosen]
        if old_count[key] == new_count[key] and len(matched) == len(alike):
            continue
        found |= {number for number in alike if not _is_held(number, before, after, chosen)}
    return found


def _key(page: _Page) -> object:
    """What makes two pages one to the eye."""
    return page.said or (page.record.picture, page.record.tones.data)


def _is_held(number: int, before: Sequence[_Page], after: Sequence[_Page], chosen: dict[int, _Link]) -> bool:
    """Whether the pages on both sides of a run of pages alike went along, in step."""
    if number not in chosen:
        return False
    step = chosen[number].new - number
    first = last = number
    while first > 0 and _key(before[first - 1]) == _key(before[number]):
        first -= 1
    while last + 1 < len(before) and _key(before[last + 1]) == _key(before[number]):
        last += 1
    for edge, limit in ((first - 1, first == 0), (last + 1, last == len(before) - 1)):
        if limit:
            if edge + step not in {-1, len(after)}:
                return False
        elif edge not in chosen or chosen[edge].new - edge != step:
            return False
    return True
