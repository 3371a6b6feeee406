"""The six meetings of the sample office: past, one live now, coming. All invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One line of an agenda.

    :param minutes: time budget.
    :param owner: account name of who presents it.
    :param papers: titles of its papers.
    :param said: who spoke on it, and for how many seconds; of meetings that were or are held.
    :param question: what is put to the vote; on an item still ahead it is prepared.
    :param mode: how it is voted on.
    """

    title: str
    kind: str
    minutes: int
    owner: str
    papers: tuple[str, ...] = ()
    said: tuple[tuple[str, int], ...] = ()
    question: str = ""
    mode: str = "roll"


@dataclass(frozen=True)
class Sitting:
    """One meeting.

    :param day: working days from today, negative for the past, 0 for today.
    :param hour: office hour at which it begins; ignored for the one that is live now.
    :param state: ``closed``, ``ended``, ``live`` or ``published``, ``draft``.
    """

    title: str
    place: str
    day: int
    hour: int
    state: str
    items: tuple[Item, ...]


SITTINGS: tuple[Sitting, ...] = (
    Sitting(
        "Phiên họp UBND tỉnh thường kỳ tháng trước",
        "Phòng họp số 1",
        -22,
        8,
        "ended",
        (
            Item("Thông qua chương trình phiên họp", "info", 5, "chutich"),
            Item(
                "Báo cáo kinh tế - xã hội tháng trước",
                "discussion",
                40,
                "chanhvanphong",
                ("Báo cáo kinh tế - xã hội",),
                said=(("daibieu02", 254), ("daibieu07", 305)),
            ),
            Item(
                "Phương án sắp xếp trụ sở làm việc dôi dư",
                "decision",
                30,
                "daibieu02",
                ("Tờ trình phương án trụ sở", "Phụ lục danh mục trụ sở"),
                said=(("daibieu03", 288), ("daibieu01", 196)),
                question="Thông qua phương án sắp xếp 12 trụ sở làm việc dôi dư",
            ),
            Item("Kết luận của chủ tọa", "info", 10, "chutich"),
        ),
    ),
    Sitting(
        "Họp Ban Chỉ đạo cải cách hành chính quý này",
        "Phòng họp số 2",
        -8,
        14,
        "ended",
        (
            Item(
                "Kết quả thực hiện kế hoạch cải cách hành chính",
                "discussion",
                30,
                "daibieu01",
                ("Báo cáo cải cách hành chính",),
                said=(("daibieu08", 219),),
            ),
            Item(
                "Nhiệm vụ trọng tâm quý tới",
                "decision",
                25,
                "chanhvanphong",
                ("Dự thảo kế hoạch quý tới",),
                question="Thông qua nhiệm vụ cải cách hành chính quý tới",
                mode="hand",
            ),
        ),
    ),
    Sitting(
        "Phiên họp UBND tỉnh thường kỳ tháng này",
        "Phòng họp số 1",
        0,
        8,
        "live",
        (
            Item("Thông qua chương trình phiên họp", "info", 5, "chutich"),
            Item(
                "Báo cáo kinh tế - xã hội tháng này",
                "discussion",
                35,
                "chanhvanphong",
                ("Báo cáo kinh tế - xã hội",),
                said=(("daibieu05", 233),),
            ),
            Item(
                "Điều chỉnh kế hoạch vốn đầu tư công",
                "decision",
                40,
                "daibieu02",
                ("Tờ trình điều chỉnh kế hoạch vốn", "Phụ lục danh mục dự án", "Báo cáo thẩm tra"),
            ),
            Item(
                "Phương án ứng phó mưa lớn",
                "decision",
                25,
                "daibieu04",
                ("Phương án ứng phó mưa lớn",),
                question="Thông qua phương án ứng phó mưa lớn",
            ),
            Item(
                "Phân cấp quản lý tài sản công",
                "decision",
                30,
                "daibieu02",
                ("Tờ trình phân cấp quản lý tài sản công",),
            ),
            Item(
                "Công nhận xã nông thôn mới nâng cao", "decision", 20, "daibieu04", ("Tờ trình công nhận xã",)
            ),
            Item("Kết luận của chủ tọa", "info", 10, "chutich"),
        ),
    ),
    Sitting(
        "Họp Ban Chỉ huy Phòng thủ dân sự",
        "Phòng họp trực tuyến",
        1,
        14,
        "published",
        (
            Item("Dự báo tình hình mưa lũ", "info", 15, "daibieu04", ("Bản tin dự báo",)),
            Item(
                "Phân công trực và phương án sơ tán",
                "decision",
                35,
                "daibieu12",
                ("Phương án sơ tán dân cư",),
            ),
        ),
    ),
    Sitting(
        "Họp giao ban tiến độ đầu tư công",
        "Phòng họp số 2",
        3,
        8,
        "published",
        (
            Item("Tiến độ giải ngân đến nay", "discussion", 30, "daibieu02", ("Báo cáo tiến độ giải ngân",)),
            Item(
                "Vướng mắc giải phóng mặt bằng",
                "discussion",
                30,
                "daibieu03",
                ("Danh mục dự án vướng mặt bằng",),
            ),
            Item("Cam kết tiến độ của chủ đầu tư", "decision", 20, "daibieu03"),
        ),
    ),
    Sitting(
        "Phiên họp UBND tỉnh thường kỳ tháng tới",
        "Phòng họp số 1",
        18,
        8,
        "draft",
        (
            Item("Thông qua chương trình phiên họp", "info", 5, "chutich"),
            Item("Báo cáo kinh tế - xã hội năm", "discussion", 45, "chanhvanphong"),
            Item("Dự toán ngân sách năm sau", "decision", 40, "daibieu02"),
        ),
    ),
)

PAPER_PARAGRAPHS: tuple[str, ...] = (
    "Căn cứ chương trình công tác của Ủy ban nhân dân tỉnh và ý kiến của các cơ quan liên quan, cơ quan chủ trì báo cáo "
    "Ủy ban nhân dân tỉnh nội dung “{title}” như sau.",
    "1. Tình hình thực hiện. Tổng kế hoạch được giao là 8.412 tỷ đồng; đã thực hiện 5.173 tỷ đồng, đạt 61,5%. Có 11 dự án "
    "thực hiện dưới 30% kế hoạch, chủ yếu do vướng giải phóng mặt bằng và thiếu nguồn cát san lấp.",
    "2. Phương án đề xuất. Điều chuyển 286,4 tỷ đồng từ các dự án không có khả năng thực hiện hết trong năm sang các dự án "
    "có khối lượng hoàn thành, theo danh mục kèm theo.",
    "3. Đánh giá tác động. Việc điều chỉnh không làm tăng tổng mức vốn, không phát sinh thủ tục mới, bảo đảm các dự án trọng "
    "điểm có đủ vốn để hoàn thành trong quý IV.",
    "4. Ý kiến của các cơ quan. Có 9 trên 9 cơ quan nhất trí; cơ quan thẩm tra đề nghị bổ sung tiến độ chi tiết theo tuần.",
    "5. Kiến nghị. Trình Ủy ban nhân dân tỉnh xem xét, thông qua và giao cơ quan chủ trì tổ chức thực hiện",
)
