"""How often somebody may ask: so many a second, and a burst of more now and then."""

from time import monotonic

from intranet.core.errors import TooMany

#: Askers known at once; beyond them, those who have all of the burst left are forgotten.
_MOST_KNOWN = 10_000


class Rate:
    """One limit for many askers, each counted alone; kept by this process and nobody else."""

    def __init__(self, each_second: float, burst: float) -> None:
        self._each_second, self._burst = each_second, burst
        #: By asker: what was left, and when that was (monotonic seconds).
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, asker: str) -> None:
        """Count one ask.

        :raises TooMany: ``rate.too_fast``, with the seconds to wait.
        """
        now = monotonic()
        left = self._now(asker, now)
        if left < 1:
            raise TooMany("rate.too_fast", wait=1)
        if asker not in self._left and len(self._left) >= _MOST_KNOWN:
            self._left = {key: kept for key, kept in self._left.items() if self._now(key, now) < self._burst}
        self._left[asker] = (left - 1, now)

    def forget(self, asker: str) -> None:
        """Whoever comes under that name again has all of the burst."""
        self._left.pop(asker, None)

    def clear(self) -> None:
        """Know of nobody."""
        self._left.clear()

    def _now(self, asker: str, now: float) -> float:
        left, then = self._left.get(asker, (self._burst, now))
        return min(self._burst, left + (now - then) * self._each_second)
