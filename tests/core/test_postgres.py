"""The temporary PostgreSQL that the suite itself runs on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from intranet.core import config, engines
from tests import postgres

ROOT = Path(__file__).parents[2]
#: A run that starts a cluster, says where, and is killed before it can stop it.
KILLED = """
import os, signal
from tests import postgres
print(postgres.start().folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_copy_of_a_template_has_its_rows_and_leaves_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    with postgres.cluster() as cluster:
        first = sa.create_engine(cluster.create("first"), poolclass=sa.NullPool)
        with first.begin() as connection:
            connection.execute(sa.text("CREATE TABLE note (words text)"))
            connection.execute(sa.text("INSERT INTO note VALUES ('Nguyễn')"))
        with postgres.cluster() as same:
            second = sa.create_engine(same.create("second", template="first"), poolclass=sa.NullPool)
        with second.begin() as connection:
            assert connection.execute(sa.text("SELECT words FROM note")).scalars().all() == ["Nguyễn"]
            connection.execute(sa.text("DELETE FROM note"))
        with first.begin() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM note")).scalar_one() == 1
        cluster.drop("second")
        with pytest.raises(sa.exc.OperationalError, match="does not exist"):
            second.connect()
        folder = cluster.folder
    assert not folder.exists()


def test_a_connection_that_rested_is_tried_before_use_and_one_in_use_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, other = sa.text("SELECT pg_backend_pid()"), sa.text("SELECT pg_terminate_backend(:pid)")
    with postgres.cluster() as cluster:
        settings = config.load(
            data_dir=tmp_path, database_url=cluster.create("rested"), public_url="http://localhost"
        )
        writer, reader = engines.make(settings)
        asked: list[object] = []
        monkeypatch.setattr(
            writer.dialect, "do_ping", lambda one: asked.append(one) or one.execute("SELECT 1")
        )
        with writer.connect() as connection:
            first = connection.execute(backend).scalar_one()
        with writer.connect() as connection:
            assert connection.execute(backend).scalar_one() == first
        assert asked == []
        with reader.connect() as connection:
            connection.execute(other, {"pid": first})
        monkeypatch.setattr(engines, "_FRESH", 0.0)
        with writer.connect() as connection:
            assert connection.execute(backend).scalar_one() != first
        assert len(asked) == 1
        writer.dispose()
        reader.dispose()


def test_a_killed_run_leaves_neither_server_nor_folder_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    left = Path(killed.stdout.strip())
    until = time.monotonic() + 10
    while (left / "data" / "postmaster.pid").exists() and time.monotonic() < until:
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"host={left} user=postgres dbname=postgres").close()
    postgres.sweep()
    assert not left.exists()
