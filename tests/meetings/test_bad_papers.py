"""Bad files among good ones: each says what is wrong with it, the others go on, and nothing is lost."""

import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
from flask.testing import FlaskClient

from intranet.core import db
from intranet.people.models import User
from intranet.records import files
from intranet.records.models import File
from intranet.records.parsing import Limits, parse
from meetings.services import papers, placing
from tests.meetings.conftest import Sitting
from tests.uploads import pdf_with, staged_file


def changed(name: str) -> bytes:
    """A small PDF with something in it that others have not."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_with("Báo cáo", name))) as document:
        if name == "odd":
            document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            document.attachments["a.exe"] = b"MZ"
            form = document.make_stream(b"<xdp/>")
            document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=form)
            for wide, high in ((100, 3000), (1500, 200), (20, 20)):
                document.pages.append(document.pages[0])
                document.pages[-1].MediaBox = [0, 0, wide, high]
        if name == "turned":
            for turn in (90, 180, 270):
                document.pages.append(document.pages[0])
                document.pages[-1].Rotate = turn
                document.pages[-1].CropBox = [50, 100, 545, 800]
        if name == "pages":
            for _ in range(1999):
                document.pages.append(document.pages[0])
        if name == "font":
            press = zlib.compressobj(1)
            bomb = b"".join(press.compress(b"\0" * (1 << 24)) for _ in range(24)) + press.flush()
            font = document.make_stream(b"")
            font.write(bomb, filter=pikepdf.Name.FlateDecode)
            for found in document.objects:
                if isinstance(found, pikepdf.Dictionary) and "/FontFile2" in found:
                    found.FontFile2 = font
        lock = pikepdf.Encryption(user="khóa", owner="chủ") if name == "locked" else False
        document.save(out, encryption=lock)
    return out.getvalue()


def test_bad_papers_say_what_is_wrong_and_the_good_ones_go_on(
    sitting: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    secretary, mid = sitting.secretary, sitting.id
    noise = b"%PDF-1.7\n" + os.urandom(4000) + b"\n%%EOF\n"
    given = {name: changed(name) for name in ("odd", "turned", "pages", "locked")} | {"noise": noise}
    told = {
        name: placing.drop(secretary, mid, staged_file(secretary, data, f"Mục 1 {name}.pdf"))
        for name, data in given.items()
    }
    assert {one.state for one in told.values()} == {"placed"}
    said = {name: one.problem for name, one in told.items()}
    wrong = {"locked": "unread.encrypted", "noise": "unread.damaged"}
    assert said == {"odd": None, "turned": None, "pages": None, **wrong}
    with db.scope():
        table = papers.of_meeting(sitting.meeting)[sitting.agenda[0].ref]
        by_name = {one["n"].removeprefix("Mục 1 "): one for one in table}
        assert {name for name, one in by_name.items() if one["url"]} == {"odd", "turned", "pages"}
        assert [by_name[name]["pages"] for name in ("odd", "turned", "pages")] == [4, 4, 2000]
        kept = db.session().query(File).filter_by(public_id=by_name["noise"]["id"]).one()
        assert files.read(kept) == noise
    assert set(by_name) == set(given)
    page = client_of(secretary).get(f"/meetings/{mid}/papers").text
    assert "Bên trong có tệp đính kèm, mã JavaScript, biểu mẫu động" in page
    assert "Tệp có mật khẩu nên người dự không xem được trang" in page


def test_a_font_that_unpacks_to_more_than_there_is_room_ends_its_reader_alone(tmp_path: Path) -> None:
    path = tmp_path / "font.pdf"
    limits = Limits(memory=640 * 1024**2, cpu_seconds=20)
    path.write_bytes(changed("sound"))
    assert parse(path, path.name, limits=limits).verdict is None
    path.write_bytes(changed("font"))
    found = parse(path, path.name, limits=limits)
    assert found.verdict is not None
    assert found.verdict.code == "file.too_hard"
    assert not found.verdict.is_refused
