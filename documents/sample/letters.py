"""What the sample office writes and receives: subjects, issuers and paragraphs, all invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """One document of the sample year.

    :param sender: key of :data:`SENDERS` for an incoming one; the drafting unit's short name for ours.
    :param kind: code of the kind, empty for an official letter.
    :param lead: short name of the unit that it is given to.
    :param co: short names of units that take part.
    :param days: working days until it is due, 0 for none.
    :param action: the verb of the leader's sentence.
    """

    sender: str
    kind: str
    subject: str
    lead: str
    co: tuple[str, ...] = ()
    days: int = 7
    urgency: int = 0
    action: str = "tham mưu, trả lời"


#: Fields of work of the sample office: name, short name of the unit that usually leads, usual term in days.
FIELDS: tuple[tuple[str, str, int | None], ...] = (
    ("Tài chính, ngân sách", "Sở Tài chính", 7),
    ("Xây dựng, quy hoạch", "Sở Xây dựng", None),
    ("Đất đai, môi trường", "", 10),
    ("Y tế", "", None),
    ("Giáo dục và đào tạo", "", None),
    ("Cải cách hành chính", "Văn phòng", 5),
)
#: Which of them senders, and units that lead or draft, write about; of others nobody said what they are about.
ABOUT = {
    "BTC": 0,
    "BXD": 1,
    "BNNMT": 2,
    "BYT": 3,
    "BGDĐT": 4,
    "BNV": 5,
    "BKHCN": 5,
    "Sở Tài chính": 0,
    "Sở Xây dựng": 1,
    "Văn phòng": 5,
}


#: Short name: (full name, symbol letters, place, the signer's lines, signer).
SENDERS: dict[str, tuple[str, str, str, tuple[str, ...], str]] = {
    "BTC": ("Bộ Tài chính", "BTC-ĐT", "Hà Nội", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), "Trần Quốc Hưng"),
    "BNV": ("Bộ Nội vụ", "BNV-CCHC", "Hà Nội", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), "Phạm Thị Hạnh"),
    "BXD": ("Bộ Xây dựng", "BXD-QHKT", "Hà Nội", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), "Đào Minh Sơn"),
    "BYT": ("Bộ Y tế", "BYT-KCB", "Hà Nội", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), "Lý Thu Phương"),
    "BGDĐT": (
        "Bộ Giáo dục và Đào tạo",
        "BGDĐT-GDTrH",
        "Hà Nội",
        ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"),
        "Ngô Hải Yến",
    ),
    "BNNMT": (
        "Bộ Nông nghiệp và Môi trường",
        "BNNMT-ĐĐ",
        "Hà Nội",
        ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"),
        "Vũ Mạnh Tiến",
    ),
    "BCT": ("Bộ Công Thương", "BCT-TTTN", "Hà Nội", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), "Hồ Anh Tuấn"),
    "BKHCN": (
        "Bộ Khoa học và Công nghệ",
        "BKHCN-CĐS",
        "Hà Nội",
        ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"),
        "Đinh Gia Bảo",
    ),
    "BTP": ("Bộ Tư pháp", "BTP-HCTP", "Hà Nội", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), "Mai Thị Lan"),
    "BVHTTDL": (
        "Bộ Văn hóa, Thể thao và Du lịch",
        "BVHTTDL-DSVH",
        "Hà Nội",
        ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"),
        "Trịnh Khánh Linh",
    ),
    "VPCP": (
        "Văn phòng Chính phủ",
        "VPCP-KTTH",
        "Hà Nội",
        ("KT. BỘ TRƯỞNG, CHỦ NHIỆM", "PHÓ CHỦ NHIỆM"),
        "Cao Xuân Thành",
    ),
    "BM": (
        "UBND phường Bình Minh",
        "UBND",
        "Bình Minh",
        ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        "Đặng Thị Thu Hiền",
    ),
    "PT": ("UBND xã Phú Thuận", "UBND", "Phú Thuận", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Huỳnh Văn Lợi"),
    "TH": ("UBND xã Tân Hòa", "UBND", "Tân Hòa", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Lâm Quốc Việt"),
    "CĐ": ("Công ty Điện lực An Bình", "PCAB-KT", "An Bình", ("GIÁM ĐỐC",), "Nguyễn Hữu Phước"),
}

INCOMING: tuple[Letter, ...] = (
    Letter("BTC", "", "đẩy nhanh tiến độ giải ngân vốn đầu tư công", "Sở Tài chính", ("Sở Xây dựng",), 9, 1),
    Letter(
        "BTC",
        "",
        "báo cáo tình hình thực hiện dự toán ngân sách",
        "Sở Tài chính",
        (),
        7,
        0,
        "tổng hợp, báo cáo",
    ),
    Letter(
        "BTC",
        "HD",
        "hướng dẫn quản lý tài sản công sau sắp xếp đơn vị hành chính",
        "Sở Tài chính",
        ("Sở Nội vụ",),
        10,
        0,
        "triển khai",
    ),
    Letter(
        "BTC",
        "",
        "rà soát các khoản tạm ứng quá hạn chưa thu hồi",
        "Sở Tài chính",
        ("Thanh tra tỉnh",),
        8,
        0,
        "rà soát, báo cáo",
    ),
    Letter("BTC", "TB", "thông báo kế hoạch vốn đầu tư trung hạn", "Sở Tài chính", (), 0),
    Letter(
        "BNV",
        "",
        "báo cáo kết quả cải cách hành chính",
        "Sở Nội vụ",
        ("Văn phòng",),
        7,
        0,
        "tổng hợp, báo cáo",
    ),
    Letter(
        "BNV",
        "HD",
        "hướng dẫn chế độ, chính sách đối với cán bộ không chuyên trách",
        "Sở Nội vụ",
        ("Sở Tài chính",),
        10,
        0,
        "triển khai",
    ),
    Letter(
        "BNV", "", "góp ý dự thảo nghị định về vị trí việc làm", "Sở Nội vụ", ("Sở Tư pháp",), 6, 0, "góp ý"
    ),
    Letter("BNV", "KH", "kế hoạch kiểm tra công vụ", "Sở Nội vụ", ("Thanh tra tỉnh",), 12, 0, "triển khai"),
    Letter(
        "BXD",
        "",
        "rà soát quy hoạch chung đô thị sau sắp xếp",
        "Sở Xây dựng",
        ("Sở Nông nghiệp và Môi trường",),
        15,
        0,
        "rà soát, báo cáo",
    ),
    Letter(
        "BXD",
        "",
        "công bố giá vật liệu xây dựng hằng tháng",
        "Sở Xây dựng",
        ("Sở Tài chính",),
        8,
        0,
        "triển khai",
    ),
    Letter("BXD", "", "phát triển nhà ở xã hội", "Sở Xây dựng", ("Sở Tài chính",), 10, 1, "báo cáo"),
    Letter(
        "BXD",
        "TB",
        "thông báo kết luận về bảo đảm trật tự an toàn giao thông",
        "Sở Xây dựng",
        ("Công an tỉnh",),
        9,
        0,
        "triển khai",
    ),
    Letter(
        "BYT",
        "",
        "tăng cường phòng, chống sốt xuất huyết",
        "Sở Y tế",
        ("Sở Giáo dục và Đào tạo",),
        5,
        2,
        "triển khai",
    ),
    Letter("BYT", "", "bảo đảm thuốc và vật tư cho tuyến cơ sở", "Sở Y tế", ("Sở Tài chính",), 8),
    Letter("BYT", "KH", "kế hoạch khám sức khỏe người cao tuổi", "Sở Y tế", (), 12, 0, "triển khai"),
    Letter(
        "BGDĐT",
        "",
        "chuẩn bị điều kiện cho năm học mới",
        "Sở Giáo dục và Đào tạo",
        ("Sở Xây dựng",),
        10,
        0,
        "triển khai",
    ),
    Letter(
        "BGDĐT",
        "",
        "kiểm tra việc thu, chi tại các cơ sở giáo dục",
        "Sở Giáo dục và Đào tạo",
        ("Thanh tra tỉnh",),
        9,
        0,
        "kiểm tra, báo cáo",
    ),
    Letter("BGDĐT", "TB", "thông báo lịch thi chọn học sinh giỏi quốc gia", "Sở Giáo dục và Đào tạo", (), 0),
    Letter(
        "BNNMT",
        "",
        "phòng, chống hạn hán và xâm nhập mặn",
        "Sở Nông nghiệp và Môi trường",
        ("UBND xã Phú Thuận",),
        4,
        2,
        "triển khai",
    ),
    Letter(
        "BNNMT",
        "",
        "hoàn thiện cơ sở dữ liệu đất đai",
        "Sở Nông nghiệp và Môi trường",
        ("Sở Khoa học và Công nghệ",),
        15,
        0,
        "triển khai",
    ),
    Letter(
        "BNNMT",
        "CĐ",
        "ứng phó đợt mưa lớn diện rộng",
        "Sở Nông nghiệp và Môi trường",
        ("Công an tỉnh", "UBND xã Tân Hòa"),
        2,
        3,
        "triển khai",
    ),
    Letter(
        "BNNMT", "", "công nhận xã đạt chuẩn nông thôn mới nâng cao", "Sở Nông nghiệp và Môi trường", (), 12
    ),
    Letter(
        "BCT", "", "bình ổn thị trường dịp cuối năm", "Sở Công Thương", ("Sở Tài chính",), 8, 0, "triển khai"
    ),
    Letter(
        "BCT",
        "",
        "kiểm tra an toàn hồ đập thủy điện",
        "Sở Công Thương",
        ("Sở Nông nghiệp và Môi trường",),
        6,
        1,
        "kiểm tra, báo cáo",
    ),
    Letter(
        "BKHCN",
        "",
        "đánh giá chỉ số chuyển đổi số cấp tỉnh",
        "Sở Khoa học và Công nghệ",
        ("Văn phòng",),
        9,
        0,
        "tổng hợp, báo cáo",
    ),
    Letter(
        "BKHCN",
        "HD",
        "hướng dẫn kết nối, chia sẻ dữ liệu dùng chung",
        "Sở Khoa học và Công nghệ",
        ("Sở Nội vụ",),
        12,
        0,
        "triển khai",
    ),
    Letter(
        "BKHCN",
        "",
        "bảo đảm an toàn thông tin trong dịp lễ",
        "Sở Khoa học và Công nghệ",
        ("Công an tỉnh",),
        3,
        1,
        "triển khai",
    ),
    Letter("BTP", "", "rà soát văn bản quy phạm pháp luật", "Sở Tư pháp", (), 15, 0, "rà soát, báo cáo"),
    Letter("BTP", "", "số hóa sổ hộ tịch", "Sở Tư pháp", ("UBND phường Bình Minh",), 10, 0, "triển khai"),
    Letter(
        "BVHTTDL",
        "",
        "bảo vệ di tích trong mùa mưa bão",
        "Sở Văn hóa, Thể thao và Du lịch",
        ("Sở Xây dựng",),
        8,
        0,
        "triển khai",
    ),
    Letter(
        "BVHTTDL",
        "KH",
        "kế hoạch tổ chức tuần văn hóa, du lịch",
        "Sở Văn hóa, Thể thao và Du lịch",
        ("Sở Công Thương",),
        12,
        0,
        "triển khai",
    ),
    Letter(
        "VPCP",
        "TB",
        "thông báo kết luận cuộc họp về đầu tư công",
        "Sở Tài chính",
        ("Sở Xây dựng", "Văn phòng"),
        6,
        1,
        "triển khai, báo cáo",
    ),
    Letter(
        "VPCP",
        "",
        "xử lý phản ánh, kiến nghị của doanh nghiệp",
        "Văn phòng",
        ("Sở Công Thương",),
        5,
        0,
        "kiểm tra, trả lời",
    ),
    Letter(
        "VPCP",
        "",
        "thực hiện chế độ báo cáo về thủ tục hành chính",
        "Văn phòng",
        (),
        7,
        0,
        "tổng hợp, báo cáo",
    ),
    Letter(
        "BM",
        "TTr",
        "tờ trình xin bổ sung kinh phí sửa chữa trường mầm non",
        "Sở Tài chính",
        ("Sở Giáo dục và Đào tạo",),
        8,
    ),
    Letter("BM", "BC", "báo cáo tình hình kinh tế - xã hội", "Văn phòng", (), 0),
    Letter(
        "BM",
        "",
        "đề nghị hỗ trợ giải phóng mặt bằng đường Nguyễn Trãi",
        "Sở Xây dựng",
        ("Sở Nông nghiệp và Môi trường",),
        9,
    ),
    Letter(
        "PT",
        "TTr",
        "tờ trình chủ trương xây dựng trạm y tế xã",
        "Sở Y tế",
        ("Sở Tài chính", "Sở Xây dựng"),
        10,
    ),
    Letter(
        "PT",
        "BC",
        "báo cáo thiệt hại do sạt lở bờ sông",
        "Sở Nông nghiệp và Môi trường",
        ("Sở Tài chính",),
        3,
        2,
        "kiểm tra, tham mưu",
    ),
    Letter(
        "TH", "", "đề nghị hướng dẫn giao đất xen kẹt", "Sở Nông nghiệp và Môi trường", ("Sở Tư pháp",), 8
    ),
    Letter("TH", "BC", "báo cáo kết quả tiếp công dân", "Thanh tra tỉnh", (), 0),
    Letter("CĐ", "", "thông báo kế hoạch tạm ngừng cung cấp điện để bảo dưỡng", "Sở Công Thương", (), 0),
)

OUTGOING: tuple[Letter, ...] = (
    Letter("Sở Tài chính", "QĐ", "điều chỉnh kế hoạch vốn đầu tư công", ""),
    Letter("Sở Tài chính", "", "báo cáo tình hình giải ngân vốn đầu tư công", ""),
    Letter("Sở Nội vụ", "QĐ", "kiện toàn Ban Chỉ đạo cải cách hành chính", ""),
    Letter("Sở Nội vụ", "KH", "kế hoạch cải cách hành chính", ""),
    Letter("Sở Xây dựng", "QĐ", "phê duyệt quy hoạch chi tiết khu dân cư Bình Minh", ""),
    Letter("Sở Xây dựng", "", "tăng cường quản lý trật tự xây dựng", ""),
    Letter("Sở Y tế", "KH", "kế hoạch phòng, chống dịch bệnh", ""),
    Letter("Sở Y tế", "", "tăng cường kiểm tra an toàn thực phẩm", ""),
    Letter("Sở Giáo dục và Đào tạo", "QĐ", "ban hành kế hoạch thời gian năm học", ""),
    Letter("Sở Nông nghiệp và Môi trường", "CT", "chỉ thị về phòng, chống thiên tai", ""),
    Letter("Sở Nông nghiệp và Môi trường", "", "chủ động ứng phó mưa lớn, lũ quét", ""),
    Letter("Sở Công Thương", "KH", "kế hoạch bình ổn thị trường", ""),
    Letter("Sở Khoa học và Công nghệ", "QĐ", "ban hành quy chế quản lý dữ liệu dùng chung", ""),
    Letter("Sở Tư pháp", "BC", "báo cáo công tác phổ biến, giáo dục pháp luật", ""),
    Letter("Sở Văn hóa, Thể thao và Du lịch", "KH", "kế hoạch tuần văn hóa, du lịch An Bình", ""),
    Letter("Văn phòng", "TB", "thông báo kết luận của Chủ tịch tại phiên họp thường kỳ", ""),
    Letter("Văn phòng", "GM", "giấy mời họp phiên thường kỳ", ""),
    Letter("Văn phòng", "", "chấn chỉnh kỷ luật, kỷ cương hành chính", ""),
)

PARAGRAPHS: tuple[str, ...] = (
    "Thực hiện chương trình công tác năm {year}, {sender} đã tổng hợp tình hình triển khai của các cơ quan, địa phương. "
    "Kết quả bước đầu đạt yêu cầu, song một số nội dung còn chậm so với kế hoạch đề ra.",
    "Để hoàn thành các chỉ tiêu được giao, {sender} đề nghị Ủy ban nhân dân tỉnh An Bình chỉ đạo các cơ quan, đơn vị "
    "thực hiện một số nội dung sau:",
    "1. Rà soát toàn bộ nội dung thuộc phạm vi quản lý liên quan đến việc {subject}; xác định rõ phần việc đã xong, phần "
    "việc còn vướng mắc, nguyên nhân và trách nhiệm của từng cơ quan.",
    "2. Lập tiến độ chi tiết theo tuần, phân công người chịu trách nhiệm; kịp thời báo cáo những khó khăn vượt thẩm quyền.",
    "3. Tăng cường kiểm tra, đôn đốc; công khai kết quả thực hiện trên trang thông tin điện tử của cơ quan.",
    "Đề nghị Quý cơ quan quan tâm, phối hợp thực hiện",
)

REPLY_PARAGRAPHS: tuple[str, ...] = (
    "Sau khi xem xét nội dung văn bản nêu trên và ý kiến của các cơ quan liên quan, Ủy ban nhân dân tỉnh có ý kiến như sau:",
    "1. Thống nhất với các nội dung, giải pháp đã nêu; giao cơ quan chuyên môn tổ chức thực hiện theo đúng quy định.",
    "2. Tiến độ thực hiện được báo cáo định kỳ trước ngày 25 hằng tháng.",
    "Ủy ban nhân dân tỉnh trân trọng trao đổi để phối hợp thực hiện",
)
