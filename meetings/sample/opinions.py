"""Opinion ballots of the sample office: one that waits for answers, one whose result is published."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from intranet.core import clock, db
from intranet.people.models import User
from intranet.people.sample import PEOPLE, SampleOffice
from intranet.records import files
from intranet.records.media import PDF
from intranet.records.typeset import Face, Run, Sheet
from meetings.models.opinion import OpinionBallot, OpinionChoice
from meetings.services import opinions
from meetings.services.opinions import PAPER, Question

_WAITING = Question(
    question="Sửa đổi Quy chế chi tiêu nội bộ của Văn phòng UBND tỉnh năm 2027",
    text=(
        "Dự thảo điều chỉnh định mức công tác phí theo quy định mới và bổ sung khoản chi cho họp không giấy tờ.\n"
        "Đề nghị các thành viên cho ý kiến trước khi Chủ tịch ký ban hành; không tổ chức họp riêng về nội dung này."
    ),
    days=5,
)
_DECIDED = Question(
    question="Danh mục dự án kêu gọi đầu tư của tỉnh quý I/2027",
    text="Danh mục đã được Sở Tài chính thẩm định; xin ý kiến bằng văn bản để kịp công bố.",
    days=3,
)
_WORDS = {
    _WAITING: "Đề nghị giữ định mức thuê phòng nghỉ như hiện hành cho đến hết quý I.",
    _DECIDED: "Đề nghị bổ sung dự án cấp nước sạch khu công nghiệp phía Nam.",
}


def build(office: SampleOffice, echo: Callable[[str], None]) -> None:
    """Put two questions in writing to the members of the committee."""
    echo("2 opinion ballots ...")
    now = clock.now()
    chair = office.person("chutich")
    members = [office.person(one.name) for one in PEOPLE if one.name.startswith("daibieu")]
    clock.freeze(now - timedelta(days=9))
    decided = _put(office, _DECIDED, chair, members)
    for n, member in enumerate([chair, *members]):
        _say(member, decided, _DECIDED, "other" if n == 3 else "no" if n == 5 else "yes")
    opinions.close_opinion(office.person("thuky"), decided)
    opinions.publish_opinion(chair, decided)
    clock.freeze(now - timedelta(days=1))
    waiting = _put(office, _WAITING, chair, members)
    for n, member in enumerate(members[1:8]):
        _say(member, waiting, _WAITING, "other" if n == 2 else "yes")
    clock.freeze(now)


def _put(office: SampleOffice, question: Question, chair: User, members: list[User]) -> int:
    """Put a question, with a paper of its own."""
    secretary = office.person("thuky")
    asked = replace(question, chair_id=chair.id, member_ids=[one.id for one in members])
    made = opinions.put_opinion(secretary, asked)
    kept = files.keep(_paper(question), "Tờ trình.pdf", PDF, pages=1)
    ballot = db.session().get_one(OpinionBallot, made)
    files.attach_kept(secretary, kept, ballot.ref, org_id=ballot.org_id, role=PAPER)
    return made


def _say(member: User, ballot_id: int, question: Question, choice: str) -> None:
    words = _WORDS[question] if choice == "other" else ""
    opinions.answer(member, ballot_id, OpinionChoice(choice), words, expect=0)


def _paper(question: Question) -> bytes:
    sheet = Sheet(title=question.question, author="UBND tỉnh An Bình")
    sheet.paragraph([Run("TỜ TRÌNH", Face.BOLD)], 14, align="center", after=6)
    sheet.paragraph([Run(question.question, Face.BOLD)], 14, align="center", after=14)
    for words in question.text.split("\n"):
        sheet.paragraph([Run(words, Face.REGULAR)], 14, first_indent=28, spacing=1.3, after=8)
    return sheet.finish()
