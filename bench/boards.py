"""How long the boards and the views of tasks take over half a million tasks, on both engines.

Five years of tasks, of which about three in a hundred are open, each led by a unit and most of them handed to
one of its officials; what is timed is the whole page, asked as a browser asks.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, insert, select, text

from bench import engines
from bench.figures import Figure
from documents.models.register import RegisterKind
from intranet.app import create_app
from intranet.core import clock, config, db
from intranet.core.dialect import table_of
from intranet.people.models import Organisation, Role, User
from intranet.tasks.models import Outcome, PartyRole, Task, TaskParty, TaskState
from tests.clients import OfficeClient, client_for
from tests.factories import make_unit, make_user

TASKS = 500_000
#: Tasks written out; other ended ones are copies of them with days of their own.
_WRITTEN = 5_000
_OPEN = 15_000
_UNITS, _OFFICERS = 24, 8
_ROUNDS = 40
#: Milliseconds of a page, p95.
_BOARD, _LIST = 300, 300
_PAGES = (
    ("leader's board", "leader", "/boards/leader", _BOARD),
    ("office head's board", "head", "/boards/leader", _BOARD),
    ("list of late tasks", "leader", "/boards/lists/task_late", _LIST),
    ("list of a month's tasks", "leader", "/boards/lists/task_on_time?month={month}", _LIST),
    ("map of waiting", "leader", "/boards/flow", _LIST),
    ("report of a year by unit", "leader", "/boards/reports/tasks?period={year}", None),
    ("my work", "officer", "/tasks", _LIST),
    ("my work done", "officer", "/tasks?show=ended", _LIST),
    ("board of my work", "officer", "/tasks/board", _LIST),
    ("work of a unit", "unit head", "/tasks?tab=unit", _LIST),
    ("board of a unit", "unit head", "/tasks/board?tab=unit", _LIST),
    ("month of a unit", "unit head", "/tasks/calendar?tab=unit", _LIST),
    ("people of a unit", "unit head", "/tasks/people", _LIST),
    ("board of a unit's head", "unit head", "/boards/unit", _LIST),
    ("work of the agency", "leader", "/tasks?tab=unit", _LIST),
    ("late work of the agency", "leader", "/tasks?tab=unit&show=late", _LIST),
    ("done work of the agency", "leader", "/tasks?tab=unit&show=ended", _LIST),
    ("board of the agency", "leader", "/tasks/board?tab=unit", _LIST),
    ("month of the agency", "leader", "/tasks/calendar?tab=unit", _LIST),
    ("people of the agency", "leader", "/tasks/people", _LIST),
    ("work that I gave", "leader", "/tasks?tab=given", _LIST),
    ("board of what I gave", "leader", "/tasks/board?tab=given", _LIST),
    ("month of what I gave", "leader", "/tasks/calendar?tab=given", _LIST),
)


def measure(tasks: int = TASKS) -> Iterator[Figure]:
    """Milliseconds of each page by engine, and the seconds that filling took."""
    for place in engines.each(RegisterKind.IN):
        settings = config.load(data_dir=place.folder, database_url=place.url, public_url="http://localhost")
        app = create_app(replace(settings, is_testing=True, extra_origins=()))
        began = time.perf_counter()
        with db.scope():
            _fill(place.org_id, place.leader_id, tasks)
        _analyse(place.engine)
        name = f"{place.engine} {tasks // 1000}k tasks"
        yield Figure(f"{name}: seeding", time.perf_counter() - began, "s")
        clients = _clients(app, place.leader_id)
        today = clock.today()
        given = {"month": f"{today:%Y-%m}", "year": f"{today:%Y}"}
        for what, who, path, most in _PAGES:
            times = sorted(_page(clients[who], path.format(**given)) for _ in range(_ROUNDS))
            yield Figure(f"{name}: {what}, p50", times[_ROUNDS // 2], "ms")
            yield Figure(f"{name}: {what}, p95", times[int(_ROUNDS * 0.95) - 1], "ms", most)


def _page(client: OfficeClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return taken


def _clients(app: Flask, leader_id: int) -> dict[str, OfficeClient]:
    with db.scope():
        session = db.session()
        leader = session.get_one(User, leader_id)
        head = session.scalars(select(User).where(User.name == "chanhvanphong")).one()
        found = {"leader": client_for(app, leader), "head": client_for(app, head)}
        for name, who in {"unit head": "truongphong.0", "officer": "chuyenvien.0.0"}.items():
            found[name] = client_for(app, session.scalars(select(User).where(User.name == who)).one())
    for client in found.values():
        _page(client, "/tasks")
    return found


def _fill(org_id: int, leader_id: int, tasks: int) -> None:
    """Ended tasks of five years, each led by a unit, and the open ones of these weeks."""
    chance = random.Random(6)
    org = db.session().get_one(Organisation, org_id)
    staff = dict(_unit(org, n) for n in range(_UNITS))
    units = list(staff)
    shared = {"org_id": org_id, "assigner_id": leader_id, "directive": "Giao", "title": "Rà soát vốn đầu tư"}
    shared["title_key"] = "ra soat von dau tu"
    copies = max(1, (tasks - _OPEN) // _WRITTEN)
    with db.unit_of_work() as session:
        rows, parties = [], []
        for key in range(1, _WRITTEN + 1):
            is_late = chance.random() < 0.12
            ended = {"state": TaskState.DONE, "outcome": Outcome.LATE if is_late else Outcome.ON_TIME}
            ended |= {"is_restricted": chance.random() < 0.01, "progress": 100}
            rows.append(shared | ended | {"id": key, "code": f"A{key}"} | _days(date(2021, 12, 1)))
            unit_id = chance.choice(units)
            parties += _led(key, unit_id, chance.choice(staff[unit_id]), is_open=False)
        _add(Task, rows)
        _add(TaskParty, parties)
    step = (clock.today() - date(2021, 12, 1)).days / copies
    for copy in range(1, copies):
        with db.unit_of_work() as session:
            for statement, values in _copied(copy, date(2021, 12, 1) + timedelta(days=step * copy)):
                session.connection().execute(statement, values)
    base = copies * _WRITTEN
    with db.unit_of_work():
        rows, parties = [], []
        for key in range(base + 1, base + _OPEN + 1):
            due = clock.today() + timedelta(days=chance.randrange(-12, 45))
            day = due - timedelta(days=chance.randrange(13, 40))
            state = chance.choice((TaskState.ASSIGNED, TaskState.DOING, TaskState.DOING, TaskState.BLOCKED))
            given = {"id": key, "code": f"B{key}", "state": state, "due_date": due, "near_date": due}
            given |= {"is_urgent": chance.random() < 0.02, "is_restricted": chance.random() < 0.01}
            at = clock.at_office(day, 8)
            rows.append(shared | given | {"created_at": at, "release_at": at})
            unit_id = chance.choice(units)
            parties += _led(key, unit_id, chance.choice([*staff[unit_id], None, None]))
        _add(Task, rows)
        _add(TaskParty, parties)


def _unit(org: Organisation, n: int) -> tuple[int, list[int]]:
    """A unit with its head and its officials."""
    unit = make_unit(org, f"Sở số {n}", f"Sở {n}", f"S{n}")
    make_user(f"truongphong.{n}", f"Trưởng phòng số {n}", unit, "Trưởng phòng", Role.UNIT_HEAD)
    people = [
        make_user(f"chuyenvien.{n}.{m}", f"Chuyên viên {n} {m}", unit, "Chuyên viên", Role.OFFICER).id
        for m in range(_OFFICERS)
    ]
    return unit.id, people


def _led(task_id: int, unit_id: int, officer_id: int | None, *, is_open: bool = True) -> list[dict[str, Any]]:
    """Who leads a task and, if it was handed over, who does it."""
    of = {"task_id": task_id, "unit_id": None, "user_id": None, "is_open": is_open}
    parties = [of | {"unit_id": unit_id, "role": PartyRole.LEAD}]
    if officer_id is not None:
        parties.append(of | {"user_id": officer_id, "role": PartyRole.OFFICER})
    return parties


def _days(day: date) -> dict[str, Any]:
    """The instants and days of a task that was given on a day and ended two weeks later."""
    given, ended = clock.at_office(day, 8), clock.at_office(day + timedelta(days=14), 9)
    due = day + timedelta(days=14)
    return {
        "created_at": given,
        "release_at": given,
        "finished_at": ended,
        "accepted_at": ended,
        "due_date": due,
        "first_due_date": due,
    }


def _add(table: type[Any], rows: list[dict[str, Any]]) -> None:
    db.session().connection().execute(insert(table_of(table)), rows)


def _copied(copy: int, day: date) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Statements that make one more copy of all ended tasks, with days of their own."""
    base, days = copy * _WRITTEN, _days(day)
    columns = table_of(Task).columns
    taken = {"id": "id + :base", "code": "'A' || CAST(id + :base AS text)"} | {
        name: f":{name}" for name in days
    }
    names = [column.name for column in columns]
    query = text(
        f"INSERT INTO task ({', '.join(names)}) SELECT {', '.join(taken.get(n, n) for n in names)}"
        f" FROM task WHERE id <= {_WRITTEN}"
    ).bindparams(*(bindparam(name, type_=columns[name].type) for name in days))
    yield query, {"base": base} | days
    names = [column.name for column in table_of(TaskParty).columns if column.name != "id"]
    taken = {"task_id": "task_id + :base"}
    yield (
        text(
            f"INSERT INTO task_party ({', '.join(names)}) SELECT {', '.join(taken.get(n, n) for n in names)}"
            f" FROM task_party WHERE task_id <= {_WRITTEN}"
        ),
        {"base": base},
    )


def _analyse(engine: str) -> None:
    with db.database().writer.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.exec_driver_sql("ANALYZE" if engine == "SQLite" else "VACUUM ANALYZE")
