"""What one installation has of its own: its keys, its clock, and a configuration refused when weak."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intranet.core import clock, config
from intranet.core.labels import label
from intranet.core.text import nfc


def test_processes_that_start_at_once_share_one_set_of_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: config.load(data_dir=tmp_path / "new").keys, range(8)))
    assert len({json.dumps(keys, sort_keys=True) for keys in loaded}) == 1
    assert all(len(key) == 64 for key in loaded[0].values())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secrets.json"]
    assert (tmp_path / "new" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_what_is_weak_is_refused_with_every_reason(tmp_path: Path) -> None:
    settings = config.load(data_dir=tmp_path / "office", public_url="http://127.0.0.1:8000")
    assert config.weaknesses(settings) == []
    (tmp_path / "office" / "secrets.json").chmod(0o644)
    settings.data_dir.chmod(0o755)
    open_wide = replace(settings, host="0.0.0.0", is_sample=True, keys={"signing": "short"})
    with pytest.raises(config.WeakConfiguration) as refused:
        config.require_strong(open_wide)
    reasons = " ".join(refused.value.args)
    for word in ("https", "sample", "32 bytes", "chmod 700", "chmod 600"):
        assert word in reasons


def test_the_clock_of_several_processes_is_moved_by_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "clock"
    monkeypatch.setattr(clock, "_shift_file", str(moved))
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    moved.write_text("86400", encoding="ascii")
    assert clock.now() - datetime.now(UTC) > timedelta(hours=23)
    # Being written, it is empty for a moment: the clock must not jump to and fro.
    moved.write_text("", encoding="ascii")
    assert clock.now() - datetime.now(UTC) > timedelta(hours=23)
    moved.unlink()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.is_moved()


def test_a_label_asked_for_without_its_data_shows_no_braces() -> None:
    assert label("error.field.required") == "Hãy nhập “…”."
    assert label("error.field.required", name="{name}") == "Hãy nhập “{name}”."


def test_half_characters_and_controls_are_not_stored() -> None:
    assert nfc("Qu\ud800yết\x00 \u202eđịnh") == "Quyết định"
