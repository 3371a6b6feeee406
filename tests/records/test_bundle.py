"""Bundles: whatever is changed in one is named, and a list that is not ours is told from ours."""

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intranet.records.bundle import MANIFEST, SEAL, Bundle, Difference, verify


def made(tmp_path: Path) -> Path:
    """A bundle of two files, one put in from disk."""
    source = tmp_path / "nguon.bin"
    source.write_bytes(bytes(range(256)) * 40)
    path = tmp_path / "ho-so.zip"
    with path.open("wb") as stream:
        bundle = Bundle(stream)
        bundle.add("bien-ban.txt", "Biên bản".encode())
        bundle.add_file("tai-lieu/01.bin", source)
        digest = bundle.finish({"title": "Phiên họp"})
    with zipfile.ZipFile(path) as archive:
        assert sha256(archive.read(MANIFEST)).hexdigest() == digest
    return path


def rewritten(path: Path, **changes: bytes | None) -> Path:
    """The same with other contents of some entries, ``None`` to leave one out; unknown names are added."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    out = path.with_name("khac.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (held | {key.replace("__", "."): one for key, one in changes.items()}).items():
            if data is not None:
                archive.writestr(name, data)
    return out


@pytest.mark.usefixtures("app")
def test_a_bundle_as_it_was_written_has_no_differences(tmp_path: Path) -> None:
    assert verify(made(tmp_path)) == []


@pytest.mark.usefixtures("app")
def test_every_change_is_named(tmp_path: Path) -> None:
    path = made(tmp_path)
    assert verify(rewritten(path, **{"bien-ban__txt": b"Khac"})) == [Difference("changed", "bien-ban.txt")]
    assert verify(rewritten(path, **{"bien-ban__txt": None})) == [Difference("missing", "bien-ban.txt")]
    assert verify(rewritten(path, them__txt=b"x")) == [Difference("added", "them.txt")]
    assert verify(rewritten(path, manifest__sig=None)) == [Difference("seal")]
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read(MANIFEST))
        assert archive.namelist()[-2:] == [MANIFEST, SEAL]
    told["title"] = "Phiên họp khác"
    assert verify(rewritten(path, manifest__json=json.dumps(told).encode())) == [Difference("seal")]
    broken = tmp_path / "hong.zip"
    broken.write_bytes(path.read_bytes()[:-30])
    assert verify(broken) == [Difference("unreadable")]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_single_byte_changes_without_being_seen(app: Flask, tmp_path: Path, at: int, by: int) -> None:
    path = made(tmp_path)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        entry = archive.getinfo("tai-lieu/01.bin")
        place = entry.header_offset + 30 + len(entry.filename.encode()) + at % entry.compress_size
    data[place] ^= by
    path.write_bytes(bytes(data))
    assert verify(path) in ([Difference("changed", "tai-lieu/01.bin")], [Difference("unreadable")])
