"""The order in which people who wait to speak are called, where whoever has spoken least goes first."""

from collections.abc import Mapping, Sequence


def minutes(seconds: int) -> int:
    """Whole minutes, as everybody reads them in the list: a few seconds more put nobody behind another."""
    return (seconds + 30) // 60


def fair(waiting: Sequence[tuple[int, int]], spoken: Mapping[int, int]) -> list[int]:
    """Put those first who have spoken least; among equals the order stays what it was.

    :param waiting: request and person, in their present order.
    :param spoken: seconds that each person has spoken in the meeting.
    :returns: the requests in their new order.
    """
    return [request for request, _ in sorted(waiting, key=lambda one: minutes(spoken.get(one[1], 0)))]
