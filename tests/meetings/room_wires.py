"""A room's server as it is, with bad lines to its tablets: by socket, over HTTP, or cut.

What the server tells is caught where it would go to the sockets, so rooms, audiences and who is put out of
them are the server's own. Between it and a tablet frames are lost, doubled and mixed up; what moves a tablet
into another room is not, for a socket that lives loses nothing.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.core import db
from intranet.core.errors import DomainError
from intranet.core.live import sockets
from intranet.people.models import User
from meetings import live, live_http
from meetings.rules.shares import OFFICERS, Audience
from tests.meetings.client_model import Tablet
from tests.meetings.room_acts import FOR_OFFICERS, Cast
from tests.meetings.room_shares import FORBIDDEN, keys_of

SignIn = Callable[[User], FlaskClient]


class House:
    """The server's side: what it tells goes to the wires that are in its rooms."""

    def __init__(self, cast: Cast, patch: pytest.MonkeyPatch) -> None:
        self.cast, self.mid = cast, cast.sitting.id
        self.wires: list[Wire] = []
        #: Whose socket speaks.
        self.sid = ""
        #: What was told to somebody who may not know it.
        self.leaks: list[str] = []
        #: Who held which role before what is being done now.
        self._before = cast.roles()
        for known in (live.rooms.tablets, live.rooms.told, live_http.over_http):
            known.clear()
        patch.setattr(sockets, "io", None)
        patch.setattr(sockets, "emit", self.tell)
        patch.setattr(live, "socket_id", lambda: self.sid)
        patch.setattr(db.database(), "is_web", True)

    def tell(self, name: str, data: Any, *, to: str, **_more: Any) -> None:
        """Tell a room, or one socket."""
        text = json.dumps(data)
        for wire in self.wires:
            seat = live.rooms.tablets.get(wire.sid)
            if to != wire.sid and (seat is None or to != live.room_name(self.mid, seat.audience)):
                continue
            if seat is not None:
                self._look(wire, seat.audience, name, data, text)
            wire.told(name, json.loads(text), None if seat is None else seat.audience)

    def settle(self) -> None:
        """What was done is done: from now on everybody is told by the role held now."""
        self._before = self.cast.roles()

    def _look(self, wire: "Wire", audience: Audience, name: str, data: Any, text: str) -> None:
        """Note what this person, by the role held, may not be told."""
        held = {roles.get(wire.actor.id) for roles in (self._before, self.cast.roles())}
        rights = {live.room.audience_of(role.value) for role in held if role is not None}
        if not (rights & OFFICERS if audience is Audience.PROJ else audience in rights):
            self.leaks.append(f"{wire.sid} is told as {audience}: {text}")
        self.check(audience, data if name == "evt" else [])

    def check(self, audience: Audience, told: Any) -> None:
        """Note what no one of an audience may be told."""
        text = json.dumps(told, ensure_ascii=False)
        if audience not in OFFICERS and any(word in text for word in FOR_OFFICERS):
            self.leaks.append(f"{audience}: {text}")
        for frame in told if isinstance(told, list) else ():
            public = {"reason"} if frame["t"].startswith(("meeting.", "vote.")) else set()
            hidden = keys_of(frame["d"]) & (FORBIDDEN.get(audience, set()) - public)
            if hidden:
                self.leaks.append(f"{audience} {hidden}: {text}")


class Wire:
    """One tablet of somebody, and its line."""

    def __init__(
        self, house: House, actor: User, sign_in: SignIn, luck: random.Random, *, on_wall: bool = False
    ) -> None:
        self.house, self.actor, self.luck, self.on_wall = house, actor, luck, on_wall
        self.sign_in, self.browser = sign_in, sign_in(actor)
        self.sid = f"socket-{len(house.wires)}"
        self.tablet = Tablet()
        #: ``socket``, ``http`` or nothing: out of reach.
        self.by = ""
        #: An answer to hello that has not come yet, and frames, with the audience they are of.
        self._answer: dict[str, Any] | None = None
        self._frames: list[tuple[Audience | None, dict[str, Any]]] = []
        #: The server asked for a hello, or the tablet has noticed by itself that it lacks something.
        self._must_ask = False
        self._knows_state = False
        house.wires.append(self)

    def told(self, name: str, data: Any, audience: Audience | None) -> None:
        """The server sent something over the socket."""
        if name == "evt":
            for frame in data:
                if self.luck.random() > 0.1:
                    self._frames += [(audience, frame)] * self.luck.choice((1, 1, 1, 2))
        elif name == "resync":
            self._must_ask = True
            self.tablet.hold()
        elif name == "bye":
            self._close()
        elif name == "heads" and self.tablet.v is not None:
            self._must_ask |= data["cls"] > self.tablet.v

    def step(self) -> None:
        """Something happens to the line: it breaks, is there again, carries a part of what is on the way."""
        fate = self.luck.random()
        if fate < 0.08:
            self.cut()
        elif fate < 0.25 and not self.by:
            self.come(self.luck.choice(("socket", "http")))
        elif self.by == "http" and fate < 0.6:
            self._poll(is_lost=self.luck.random() < 0.1)
        elif self.by == "socket":
            self._deliver(self.luck.randint(0, len(self._frames)))
            if self._must_ask and self.luck.random() < 0.5:
                self._hello()

    def come(self, by: str) -> None:
        """Be in reach."""
        self.by = by
        if by == "socket":
            self.tablet.hold()
            self._hello()
        else:
            self._knows_state = False
            self._poll()

    def cut(self) -> None:
        """Go out of reach; what was on the way is lost."""
        if self.by == "socket":
            self.house.sid = self.sid
            live.gone()
        self.by, self._answer, self._frames, self._must_ask = "", None, [], False

    def settle(self) -> None:
        """Nothing is lost any more: what is on the way comes, what is lacking is asked for."""
        if not self.by:
            self.come(self.luck.choice(("socket", "http")))
        for _ in range(3):
            if self.by == "http":
                self._poll()
            elif self.by == "socket":
                self._deliver(len(self._frames))
                if self._must_ask or self.tablet.early:
                    self._hello()
                    self._deliver(0)

    def ask(self, name: str, **d: Any) -> None:
        """Ask the room over HTTP, more than once where answers get lost; it answers the same each time."""
        frame = {"k": "cmd", "cid": f"http-{self.luck.getrandbits(60):020d}", "t": name}
        frame |= {"d": {"mid": self.house.mid, **d}}
        url = f"/api/v1/meetings/{self.house.mid}/commands"
        live_http.over_http.clear()
        answers = [self.browser.post(url, json=frame).get_json() for _ in range(self.luck.randint(1, 3))]
        for answer in answers:
            answer.pop("request", None)
        if any(answer != answers[0] for answer in answers):
            raise AssertionError(f"{name} was answered in two ways: {answers}")

    def _hello(self) -> None:
        """Come in, or ask anew; what is told in between may overtake the answer."""
        if self._answer is not None:
            return
        said, self.house.sid = self.tablet.hello(), self.sid
        frame = {"k": "hello", "proto": 1, "mid": self.house.mid, **said}
        try:
            with db.scope(self.actor.org_ids):
                answer = live.hello(self.actor, frame | ({"as": live.ON_WALL} if self.on_wall else {}))
        except DomainError:
            self._close()
            return
        self._must_ask, self._answer = False, json.loads(json.dumps(answer))

    def _deliver(self, count: int) -> None:
        """So many frames come, in any order; the answer to hello too, now or later."""
        self.luck.shuffle(self._frames)
        arrived, self._frames = self._frames[:count], self._frames[count:]
        if self._answer is not None and (count == 0 or self.luck.random() < 0.5):
            # A socket keeps the order of what it carries: what was told as of another audience came before.
            cls = self._answer["cls"]
            arrived, self._frames = (
                [one for one in some if one[0] is None or one[0].value == cls]
                for some in (arrived, self._frames)
            )
            self._take_welcome(self._answer)
            self._answer = None
        if self.tablet.take([frame for _, frame in arrived]) and self._answer is None:
            self._must_ask = True

    def _poll(self, *, is_lost: bool = False) -> None:
        """Ask over HTTP what is new."""
        what = "events" if self._knows_state else "snapshot"
        query: dict[str, Any] = {"since": self.tablet.v, "cls": self.tablet.cls, "as": ""}
        query |= {"as": live.ON_WALL} if self.on_wall else {}
        if self.tablet.v is None:
            del query["since"], query["cls"]
        answer = self.browser.get(f"/api/v1/meetings/{self.house.mid}/{what}", query_string=query)
        if answer.status_code == 401:
            # Silent for too long.
            self.browser = self.sign_in(self.actor)
        elif answer.status_code in {403, 404}:
            self._close()
        elif not is_lost:
            told: dict[str, Any] = answer.get_json()
            self._knows_state = told["mode"] != "snapshot" or "state" in told
            if self._knows_state:
                self._take_welcome(told)

    def _take_welcome(self, answer: dict[str, Any]) -> None:
        audience = Audience(answer["cls"])
        self.house.check(audience, answer.get("events", []))
        self.house.check(audience, answer.get("state", {}))
        self.tablet.welcome(answer)

    def _close(self) -> None:
        """The person may not be here: the page is closed, and holds nothing."""
        self.cut()
        self.tablet = Tablet()


def make_wires(house: House, luck: random.Random, sign_in: SignIn) -> None:
    """A tablet for everybody, a second one for the first delegate, and the screen on the wall."""
    sitting = house.cast.sitting
    for person in (*house.cast.people, sitting.delegate):
        Wire(house, person, sign_in, luck)
    Wire(house, sitting.secretary, sign_in, luck, on_wall=True)
