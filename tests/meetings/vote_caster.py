"""A process that gives ballots, some of its requests killed on purpose; run by the proof of many voters.

Each line of its input is ``voter choice``: one request. A killed request either dies before its commit or
loses its answer after it; the device sends it again, as devices do. Each answer is told on a line.
"""

import random
import sys
import threading
from pathlib import Path

from intranet.core import config, db
from intranet.people.models import User
from meetings.services import ballots

_KILLED = 0.05
_THREADS = 4


class _KilledError(Exception):
    """The request died."""


def cast(meeting_id: int, poll_id: int, voter: int, choice: str, fate: float) -> str:
    """One request: ``first`` or ``again``.

    :param fate: below 0.025 it dies before the commit, below 0.05 after it.
    """
    with db.scope(), db.unit_of_work():
        actor = db.session().get_one(User, voter)
        answer = ballots.cast_ballot(actor, meeting_id, poll_id, [choice])
        if fate < _KILLED / 2:
            raise _KilledError
    if fate < _KILLED:
        raise _KilledError
    return "again" if "already" in answer else "first"


def main(data_dir: str, url: str, meeting_id: str, poll_id: str, seed: str) -> None:
    """Give all ballots of the input, in threads."""
    settings = config.load(data_dir=Path(data_dir), database_url=url, public_url="http://localhost")
    db.open_database(settings)
    asked = [line.split() for line in sys.stdin]
    luck = random.Random(int(seed))
    luck.shuffle(asked)
    speaking = threading.Lock()

    def work(part: list[list[str]], own: random.Random) -> None:
        for voter, choice in part:
            answer = "killed"
            while answer == "killed":
                try:
                    answer = cast(int(meeting_id), int(poll_id), int(voter), choice, own.random())
                except _KilledError:
                    answer = "killed"
                with speaking:
                    sys.stdout.write(f"{voter} {answer}\n")
                    sys.stdout.flush()

    threads = [
        threading.Thread(target=work, args=(asked[n::_THREADS], random.Random(luck.random())))
        for n in range(_THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.close_database()


if __name__ == "__main__":
    main(*sys.argv[1:])
