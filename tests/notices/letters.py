"""A channel for tests: what it carries is noted, and it fails as it is told to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from intranet.core import clock, db, slots
from intranet.core.refs import Ref
from intranet.notices import outbox
from intranet.notices.outbox import Claimed
from intranet.notices.outbox_models import Channel, Outbox
from intranet.notices.outbox_sending import Words, receiver_of, words_of
from intranet.people.models import User


class Post:
    """Carries letters to nowhere; ``fails`` is called before each and may raise."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, str, Words]] = []
        self.fails: Callable[[Claimed], None] = lambda _letter: None
        self.rounds = 0

    @contextmanager
    def __call__(self) -> Iterator[Callable[[Claimed], None]]:
        """One round."""
        self.rounds += 1
        yield self._carry

    def _carry(self, letter: Claimed) -> None:
        self.fails(letter)
        person = receiver_of(letter)
        self.carried.append((letter.message_id, person.name, words_of(letter, person)))


def plug(monkeypatch: pytest.MonkeyPatch, channel: Channel = Channel.EMAIL) -> Post:
    """Let a channel be carried by a :class:`Post` for the length of the test."""
    post = Post()
    monkeypatch.setitem(slots._fillings, f"outbox.{channel}", [lambda _settings: post])
    return post


def write(to: User, key: str = "letter", subject: str = "Việc gấp") -> None:
    """A letter in a unit of work of its own."""
    outbox.write(Channel.EMAIL, key, to.id, subject, "Nội dung", Ref("task", 1))


def row(key: str = "letter") -> Outbox:
    """The letter as it stands now."""
    db.read_anew()
    return db.session().query(Outbox).filter(Outbox.key == key).one()


def seconds_to_next(key: str = "letter") -> float:
    """How long until the next try."""
    return (row(key).next_try_at - clock.now()).total_seconds()
