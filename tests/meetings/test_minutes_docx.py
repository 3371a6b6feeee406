"""The minutes as a Word file: every fact of the journal once, in the layout of the decree."""

import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from intranet.core import clock
from intranet.records.docx import DocxText, text_of
from meetings.models.conclusion import ConclusionKind
from meetings.models.floor import PresenceState
from meetings.models.meeting import ItemState, MeetingState
from meetings.models.position import Stand
from meetings.services import (
    attending,
    ballots,
    chairing,
    conclusions,
    life,
    minutes,
    minutes_docx,
    minutes_facts,
    minutes_review,
    minutes_sheet,
    positions,
    speaking,
    voting,
)
from meetings.services.conclusions import Words
from meetings.services.journal import lines_after
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper
from tests.meetings.voting import three


def written(sitting: Sitting, tmp_path: Path) -> tuple[Path, DocxText]:
    """The Word file of the sitting, and what it says."""
    path = tmp_path / "bien-ban.docx"
    path.write_bytes(minutes_docx.build_docx(minutes_sheet.sheet_of(sitting.secretary, sitting.meeting)))
    return path, text_of(path)


def rows_of(text: DocxText) -> list[tuple[str, ...]]:
    """The rows of its tables, each a tuple of the words in its cells."""
    cells: dict[tuple[int, int], dict[int, list[str]]] = {}
    for one in text.paragraphs:
        if one.cell is not None:
            table, row, column = one.cell
            cells.setdefault((table, row), {}).setdefault(column, []).append(one.text)
    return [tuple("\n".join(words) for _, words in sorted(row.items())) for row in cells.values()]


def held(draft: Sitting) -> Sitting:
    """A whole sitting: presence, speeches, a vote, a pause, an item put off, and its end."""
    chair, secretary, member, mid = draft.chair, draft.secretary, draft.delegate, draft.id
    first, second = (one.id for one in draft.agenda)
    add_paper(secretary, draft, draft.agenda[0])
    life.publish_meeting(secretary, mid)
    positions.take_position(member, mid, second, Stand.AGREE)
    for person in (chair, secretary, member):
        attending.set_presence(chair, mid, PresenceState.IN, person=person.id)
    life.start_meeting(chair, mid, confirm=True)
    chairing.start_item(chair, mid, first, expect=None)
    for length in (65, 130):
        asked = speaking.ask(member, mid)
        speaking.start_speech(chair, mid, asked, expect=None)
        clock.advance(timedelta(seconds=length))
        speaking.end_speech(chair, mid)
    poll = voting.prepare_vote(secretary, mid, first, three("open"))
    voting.open_vote(chair, mid, poll)
    ballots.cast_ballot(member, mid, poll, ["yes"])
    voting.close_vote(chair, mid, poll)
    voting.publish_vote(chair, mid, poll)
    attending.set_presence(chair, mid, PresenceState.OUT, person=member.id)
    life.pause_meeting(chair, mid)
    clock.advance(timedelta(minutes=10))
    life.resume_meeting(chair, mid)
    chairing.start_item(chair, mid, second, expect=first)
    chairing.finish_item(chair, mid, outcome=ItemState.DEFERRED, expect=second)
    life.end_meeting(chair, mid)
    return draft


def test_every_fact_of_the_journal_stands_in_the_file_once(draft: Sitting, tmp_path: Path) -> None:
    sitting = held(draft)
    facts = minutes_facts.facts_of(sitting.meeting, ()).lines
    said = {line.v for line in lines_after(sitting.id, 0) if line.kind in minutes_facts.TOLD}
    early = {line.v for line in lines_after(sitting.id, 0) if line.kind == "att.changed"}
    began = min(line.v for line in lines_after(sitting.id, 0) if line.data.get("to") == "live")
    before = {v for v in early if v < began} | {
        line.v
        for line in lines_after(sitting.id, 0)
        if line.kind == "meeting.state" and line.data["to"] not in {"live", "paused", "ended"}
    }
    assert {one.v for one in facts} == said - before
    _, text = written(sitting, tmp_path)
    rows = Counter(row for row in rows_of(text) if len(row) == 3 and row[2].isdigit())
    wanted = Counter(
        (
            f"{clock.local(one.at):%H:%M}",
            f"{one.text} ({one.note})" if one.note else one.text,
            str(one.v),
        )
        for one in facts
    )
    assert rows == wanted
    assert len(facts) == len({one.key for one in facts})
    told = " ".join(one.text for one in facts)
    for words in (
        "Khai mạc",
        "Tạm nghỉ",
        "Họp tiếp",
        "Bế mạc",
        "Biểu quyết “Thông qua kế hoạch vốn?”",
        "rời phòng",
    ):
        assert told.count(words) == 1, words
    assert told.count("phát biểu") == 2


def test_the_file_has_the_parts_of_the_decree_and_the_typed_words(
    office: Office, draft: Sitting, tmp_path: Path
) -> None:
    item = draft.agenda[0]
    sitting = held(draft)
    minutes.save_block(sitting.secretary, sitting.id, f"summary:{item.id}", "Sở Tài chính trình bày.", rev=0)
    fact = minutes_facts.facts_of(sitting.meeting, ()).lines[0]
    minutes_review.correct_fact(sitting.secretary, sitting.id, fact.key, "Khai mạc 8 giờ", "Bấm muộn")
    work = Words("Sở Xây dựng rà soát.", ConclusionKind.TASK, item.id, lead=f"unit:{office.sxd.id}")
    conclusions.give(sitting.chair, sitting.id, work)
    conclusions.record_conclusion(
        sitting.secretary, sitting.id, Words("Chưa ai duyệt.", ConclusionKind.CONCLUSION)
    )
    path, text = written(sitting, tmp_path)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
        "BIÊN BẢN",
        "Sở Tài chính trình bày.",
        "Đính chính: Khai mạc 8 giờ (Phan Thu Trang; lý do: Bấm muộn)",
        "Vắng mặt (1 người):",
        "Tài liệu: To trinh 318.",
        "THƯ KÝ",
        "Nơi nhận:",
    ):
        assert part in text.text, part
    assert "Chưa ai duyệt." not in text.text
    heads = {one.text: (one.bold, one.size) for one in text.paragraphs if one.cell is not None}
    assert heads["ỦY BAN NHÂN DÂN TỈNH AN BÌNH"] == heads["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"] == (True, 12)
    assert heads["Độc lập - Tự do - Hạnh phúc"] == (True, 13)
    with zipfile.ZipFile(path) as archive:
        body = archive.read("word/document.xml").decode()
    assert body.count('w:val="Heading1"') == 3
    assert body.count('w:val="Heading2"') == 3
    assert body.count("<w:tblHeader/>") == 4
    assert sitting.meeting.state is MeetingState.ENDED
