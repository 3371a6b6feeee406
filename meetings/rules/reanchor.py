"""Where a mark over a paper belongs once the paper is replaced, or that this is doubtful, and why.

Nothing is guessed: what is not certain stays with the old version for its owner to place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from typing import Any

from intranet.records.page_record import Box, PageRecord
from meetings.rules import mark_shapes
from meetings.rules.mark_shapes import CannotRead
from meetings.rules.motion import Look, Motion, look
from meetings.rules.page_align import Alignment, PageMatch, Verdict, align
from meetings.rules.page_flow import Flow
from meetings.rules.passages import Doubt, Passages
from meetings.rules.rows import Rows

#: Least degree at which what is no text follows the rows beside it.
SIMILAR_ENOUGH = 0.85
TEXT_MARKS = frozenset({"highlight", "underline", "strike"})
#: Points around a mark in which the picture must be the same.
AROUND = 4.0
#: Size of what is anchored at one point.
NOTE_SIZE = 12.0


class Reason(StrEnum):
    """Why a mark is left to its owner."""

    PAGE_GONE = "page_gone"
    TWIN_PAGES = "twin_pages"
    TOO_DIFFERENT = "too_different"
    TEXT_CHANGED = "text_changed"
    TEXT_TWICE = "text_twice"
    TEXT_UNSURE = "text_unsure"
    ROWS_CHANGED = "rows_changed"
    PICTURE_CHANGED = "picture_changed"
    OVER_TWO_PAGES = "over_two_pages"
    OFF_THE_PAGE = "off_the_page"
    UNKNOWN_KIND = "unknown_kind"


@dataclass(frozen=True)
class Placed:
    """The mark's place in the new version.

    :param data: the mark as it is stored, with its new coordinates; equal to the old where nothing moved.
    """

    page: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Doubtful:
    """The mark stays with the old version.

    :param likely: where it would lie on a page that looks like the old one from afar but cannot be read, a
        scan of it: for its owner to accept or not.
    """

    reason: Reason
    likely: Placed | None = None


class Replacement:
    """A paper's two versions, ready to say where marks belong.

    :param alignment: as :func:`align` found it, when that is known already.
    """

    def __init__(
        self, old: Sequence[PageRecord], new: Sequence[PageRecord], alignment: Alignment | None = None
    ) -> None:
        self.old, self.new = old, new
        self.alignment = alignment or align(old, new)

    @cached_property
    def _passages(self) -> Passages:
        return Passages(Flow(self.old), Flow(self.new))

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self._passages.old, self._passages.new)

    def place(self, page: int, data: Mapping[str, Any]) -> Placed | Doubtful:
        """Say where a mark belongs.

        :param page: of the old version, from 1.
        :param data: the mark as it is stored: its kind, and its coordinates in hundredths of a point.
        """
        match = self.alignment.of(page)
        if match is None:
            return Doubtful(Reason.PAGE_GONE)
        try:
            if data.get("kind") == "bookmark":
                return self._bookmark(match, data)
            found = self._text_mark(match, data) if self._is_text_mark(data) else self._other(match, data)
        except CannotRead:
            return Doubtful(Reason.UNKNOWN_KIND)
        except Doubt as doubt:
            return Doubtful(Reason(doubt.reason), self._likely(match, data))
        if not self._is_on_page(found):
            return Doubtful(Reason.OFF_THE_PAGE)
        return found

    def _is_text_mark(self, data: Mapping[str, Any]) -> bool:
        return data.get("kind") in TEXT_MARKS

    def _bookmark(self, match: PageMatch, data: Mapping[str, Any]) -> Placed | Doubtful:
        if match.new is None:
            return Doubtful(Reason.PAGE_GONE)
        if not match.is_certain:
            return Doubtful(Reason.TWIN_PAGES)
        if match.verdict is not Verdict.SAME and match.degree < SIMILAR_ENOUGH:
            return Doubtful(Reason.TOO_DIFFERENT)
        changed = {"page": match.new} if "page" in data else {}
        return Placed(match.new, {**data, **changed})

    def _is_on_page(self, found: Placed) -> bool:
        """Whether at least the middle of the mark is on the visible part of its new page."""
        x0, y0, x1, y1 = mark_shapes.bounds(found.data)
        crop = self.new[found.page - 1].crop
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return crop[0] <= x <= crop[2] and crop[1] <= y <= crop[3]

    def _likely(self, match: PageMatch, data: Mapping[str, Any]) -> Placed | None:
        """The same place of a page that has become a picture, or was one."""
        if match.new is None or match.motion is None or not match.is_certain:
            return None
        if self.old[match.old - 1].said and self.new[match.new - 1].said:
            return None
        return self._moved(match.new, data, match.motion)

    # Marks of text

    def _text_mark(self, match: PageMatch, data: Mapping[str, Any]) -> Placed:
        old = self._passages.old
        quads = mark_shapes.quads_of(data)
        under = [old.letters_in(match.old, quad) for quad in quads]
        if any(letter < 0 for letters in under for letter in letters):
            raise Doubt("text_unsure")  # a page's own number
        if not any(under):
            return self._by_picture(match, data)
        stretch = self._passages.own_stretch(
            [letter for letters in under for letter in letters], str(data.get("quote") or "")
        )
        if match.verdict is Verdict.SAME and match.new is not None and match.motion is not None:
            self._need_certain(match)
            if self._is_read_alike(match) and not match.is_redrawn:
                return self._moved(match.new, data, match.motion)
            return self._by_picture(match, data)
        start, end = self._successor(match, stretch)
        return self._on_letters(data, quads, stretch, (start, end))

    def _is_read_alike(self, match: PageMatch) -> bool:
        return match.new is not None and self.old[match.old - 1].said == self.new[match.new - 1].said

    def _successor(self, match: PageMatch, stretch: tuple[int, int]) -> tuple[int, int]:
        """The stretch of the new text; on a page that says the same, at the same place of what it says."""
        if match.verdict is Verdict.SAME and match.new is not None and match.is_certain:
            found = self._passages.same_page(match.old, match.new, stretch)
            if found is not None:
                return found
        return self._passages.successor(*stretch)

    def _on_letters(
        self,
        data: Mapping[str, Any],
        quads: Sequence[Box],
        before: tuple[int, int],
        after: tuple[int, int],
    ) -> Placed:
        """Lay the mark over letters, as high above and below them as it was."""
        old, new = self._passages.old, self._passages.new
        pages = {new.rows[place][1] for place, _, _ in new.pieces(*after)}
        if len(pages) > 1:
            raise Doubt("over_two_pages")
        first = next(old.pieces(*before))
        was = old.row(first[0])
        rise = mark_shapes.rise(was, old.box_of(*first), quads)
        spans_cells = len(quads) < len(list(old.pieces(*before)))
        theirs = new.boxes(*after, whole_lines=spans_cells)
        boxes = [mark_shapes.risen(row, box, rise) for row, box in theirs]
        moved = _rigid(
            [box for _, box in old.boxes(*before, whole_lines=spans_cells)], [box for _, box in theirs], quads
        )
        changed = dict(data)
        turns = [row.turn for row, _ in theirs]
        changed["quads"] = mark_shapes.quads_like(data, moved or boxes, turns, keep=moved == list(quads))
        if "pre" in data:
            changed["pre"] = new.quote(max(after[0] - 32, 0), after[0])[-32:] if after[0] else ""
        if "post" in data:
            end = min(after[1] + 32, len(new.text))
            changed["post"] = new.quote(after[1], end)[:32] if end > after[1] else ""
        if changed["quads"] == data.get("quads"):
            changed = dict(data)
        return Placed(pages.pop(), changed)

    # Marks of places

    def _other(self, match: PageMatch, data: Mapping[str, Any]) -> Placed:
        box = mark_shapes.bounds(data)
        if match.verdict is Verdict.SAME and match.motion is not None:
            return self._by_picture(match, data)
        old = self.old[match.old - 1]
        if match.motion is not None and not (old.said and match.new and self.new[match.new - 1].said):
            return self._by_picture(match, data)
        try:
            return self._beside_rows(match, data, box)
        except Doubt:
            found = self._over_words(match, data, box)
            if found is None:
                raise
            return found

    def _by_picture(self, match: PageMatch, data: Mapping[str, Any]) -> Placed:
        """Where all that is around the mark looks the same, it stays with it."""
        if match.new is None or match.motion is None:
            raise Doubt("page_gone" if match.new is None else "picture_changed")
        self._need_certain(match)
        old, new = self.old[match.old - 1], self.new[match.new - 1]
        box = _grown(mark_shapes.bounds(data), AROUND)
        if match.verdict is not Verdict.SAME:  # the whole line of the page must be what it was
            upright = old.turn % 180 == 0
            box = (
                (old.crop[0], box[1] - 8, old.crop[2], box[3] + 8)
                if upright
                else (box[0] - 8, old.crop[1], box[2] + 8, old.crop[3])
            )
        seen = look(old, new, match.motion, box)
        has_text = self._is_read_alike(match) and bool(old.said)
        if seen is Look.OTHER or (seen is Look.ALIKE and not has_text):
            raise Doubt("picture_changed")
        return self._moved(match.new, data, match.motion)

    def _beside_rows(self, match: PageMatch, data: Mapping[str, Any], box: Box) -> Placed:
        """Shift the mark with the rows it touches, stands beside, or stands between."""
        is_close = match.degree >= SIMILAR_ENOUGH and match.is_certain
        around = _grown(box, NOTE_SIZE / 2) if _is_point(box) else _grown(box, 1)
        shift = self._rows.shift(match.old, around, partial(self._successor, match), is_close=is_close)
        motion = Motion(0, shift.dx, shift.dy)
        seen = look(self.old[match.old - 1], self.new[shift.page - 1], motion, _grown(box, AROUND))
        if seen is Look.OTHER:
            raise Doubt("picture_changed")
        if seen is Look.ALIKE and not shift.is_touching and not self._is_bare(match.old, around):
            raise Doubt("picture_changed")
        return self._moved(shift.page, data, motion)

    def _is_bare(self, page: int, box: Box) -> bool:
        record = self.old[page - 1]
        return not any(
            row.x1 > box[0] and row.x0 < box[2] and row.y1 > box[1] and row.y0 < box[3] for row in record.rows
        )

    def _over_words(self, match: PageMatch, data: Mapping[str, Any], box: Box) -> Placed | None:
        """Lay a stroke that marks words of one line over the same words, in their new size."""
        if data.get("kind") not in {"ink", "arrow", "box"} or _is_point(box):
            return None
        found = self._rows.words_under(match.old, box)
        if found is None:
            return None
        old, new = self._passages.old, self._passages.new
        pieces = list(new.pieces(*self._successor(match, found)))
        if len(pieces) > 1:
            raise Doubt(
                "over_two_pages"
                if new.rows[pieces[0][0]][1] != new.rows[pieces[-1][0]][1]
                else "rows_changed"
            )
        piece = next(old.pieces(*found))
        stretch = mark_shapes.stretch(
            old.row(piece[0]), old.box_of(*piece), new.row(pieces[0][0]), new.box_of(*pieces[0])
        )
        if stretch is None:
            raise Doubt("rows_changed")
        return Placed(new.rows[pieces[0][0]][1], mark_shapes.transformed(data, stretch))

    def _need_certain(self, match: PageMatch) -> None:
        if not match.is_certain:
            raise Doubt("twin_pages")

    def _moved(self, page: int, data: Mapping[str, Any], motion: Motion) -> Placed:
        if motion.is_rest:
            return Placed(page, dict(data))
        return Placed(page, mark_shapes.transformed(data, motion.point))


def _rigid(before: list[Box], after: list[Box], quads: Sequence[Box]) -> list[Box] | None:
    """The quads shifted with their letters, where each has its own and no letter changed its size."""
    if len(before) != len(after) or len(before) != len(quads):
        return None
    found = []
    for a, b, quad in zip(before, after, quads, strict=True):
        dx, dy = b[0] - a[0], b[1] - a[1]
        if abs(b[2] - a[2] - dx) > 0.3 or abs(b[3] - a[3] - dy) > 0.3:
            return None
        dx, dy = (0.0 if abs(dx) < 0.05 else dx), (0.0 if abs(dy) < 0.05 else dy)
        found.append((quad[0] + dx, quad[1] + dy, quad[2] + dx, quad[3] + dy))
    return found


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _is_point(box: Box) -> bool:
    return box[2] - box[0] < 1 and box[3] - box[1] < 1
