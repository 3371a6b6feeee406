"""Whoever asks too often is told to wait; others are not, and nobody for long."""

from contextlib import suppress

import pytest

from intranet.core import rates
from intranet.core.errors import TooMany
from intranet.core.rates import Rate


def test_a_burst_is_let_through_then_so_many_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(rates, "monotonic", lambda: now[0])
    rate = Rate(20, 40)

    def passes(asker: str, times: int) -> int:
        done = 0
        for _ in range(times):
            with suppress(TooMany):
                rate.spend(asker)
                done += 1
        return done

    assert (passes("một", 100), passes("hai", 10)) == (40, 10)
    with pytest.raises(TooMany) as refused:
        rate.spend("một")
    assert refused.value.data["wait"] == 1
    now[0] += 0.5
    assert passes("một", 100) == 10
    now[0] += 60
    assert passes("một", 100) == 40


def test_no_more_askers_are_known_than_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(rates, "monotonic", lambda: now[0])
    monkeypatch.setattr(rates, "_MOST_KNOWN", 3)
    rate = Rate(1, 2)
    for name in "abc":
        rate.spend(name)
    now[0] += 1.5
    rate.spend("c")
    rate.spend("d")
    assert sorted(rate._left) == ["c", "d"]
