"""The code on the wall against the standard's own examples, and read back module by module."""

import pytest

from meetings.rules import qr

#: Masks as the standard names them, by the three bits of the format.
_MASKS = {
    0: lambda i, j: (i + j) % 2 == 0,
    1: lambda i, j: i % 2 == 0,
    2: lambda i, j: j % 3 == 0,
    3: lambda i, j: (i + j) % 3 == 0,
    4: lambda i, j: (i // 2 + j // 3) % 2 == 0,
    5: lambda i, j: (i * j) % 2 + (i * j) % 3 == 0,
    6: lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2 == 0,
    7: lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2 == 0,
}
#: Blocks of version: (how many, data words) as the standard's table 9 has them for level M.
_TABLE = {
    1: [(1, 16)],
    2: [(1, 28)],
    3: [(1, 44)],
    4: [(2, 32)],
    5: [(2, 43)],
    6: [(4, 27)],
    7: [(4, 31)],
    8: [(2, 38), (2, 39)],
    9: [(3, 36), (2, 37)],
}
_ALL_WORDS = {1: 26, 2: 44, 3: 70, 4: 100, 5: 134, 6: 172, 7: 196, 8: 242, 9: 292}


def test_the_words_of_correction_of_the_standards_example() -> None:
    data = [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11]
    assert qr.corrections(data, 10) == [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]


def test_the_format_and_the_version_of_the_standards_tables() -> None:
    assert [f"{qr.format_bits(mask):015b}" for mask in range(8)] == [
        "101010000010010",
        "101000100100101",
        "101111001111100",
        "101101101001011",
        "100010111111001",
        "100000011001110",
        "100111110010111",
        "100101010100000",
    ]
    assert f"{qr.version_bits(7):018b}" == "000111110010010100"


def read(rows: list[list[int]]) -> str:
    """Read a code as a reader does: format beside the first corner, unmask, walk, take the blocks apart."""
    size = len(rows)
    version = (size - 17) // 4
    beside = [rows[8][x] for x in (0, 1, 2, 3, 4, 5, 7)] + [rows[y][8] for y in (8, 7, 5, 4, 3, 2, 1, 0)]
    along = [rows[y][8] for y in range(size - 1, size - 8, -1)] + [rows[8][x] for x in range(size - 8, size)]
    assert beside == along
    assert rows[size - 8][8] == 1
    said = int("".join(map(str, beside)), 2) ^ 0b101010000010010
    level, mask = said >> 13, said >> 10 & 7
    assert level == 0, "not level M"

    centres = {2: 18, 3: 22, 4: 26, 5: 30, 6: 34}.get(version)
    aligned = [6, centres] if centres else {1: [], 7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46]}[version]

    def is_data(y: int, x: int) -> bool:
        if y == 6 or x == 6 or (y < 9 and (x < 9 or x > size - 9)) or (y > size - 9 and x < 9):
            return False
        if version >= 7 and ((y < 6 and x > size - 12) or (x < 6 and y > size - 12)):
            return False
        return not any(
            abs(y - a) < 3 and abs(x - b) < 3
            for a in aligned
            for b in aligned
            if (a, b) not in {(6, 6), (6, aligned[-1]), (aligned[-1], 6)}
        )

    bits, up, x = "", True, size - 1
    while x > 0:
        x -= x == 6
        for y in range(size - 1, -1, -1) if up else range(size):
            for column in (x, x - 1):
                if is_data(y, column):
                    bits += str(rows[y][column] ^ _MASKS[mask](y, column))
        up, x = not up, x - 2
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    assert len(words) == _ALL_WORDS[version]
    sizes = [size for count, size in _TABLE[version] for _ in range(count)]
    blocks: list[list[int]] = [[] for _ in sizes]
    walk = iter(words)
    for n in range(max(sizes)):
        for block, length in zip(blocks, sizes, strict=True):
            if n < length:
                block.append(next(walk))
    rest = list(walk)
    each = len(rest) // len(sizes)
    for at, block in enumerate(blocks):
        assert rest[at :: len(sizes)] == qr.corrections(block, each)
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    assert data[:4] == "0100"
    length = int(data[4:12], 2)
    return bytes(int(data[12 + 8 * n : 20 + 8 * n], 2) for n in range(length)).decode()


@pytest.mark.parametrize("length", [1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180])
def test_what_is_written_is_read_again(length: int) -> None:
    text = ("https://hop.anbinh.gov.vn/meetings/412/check-in?code=" * 4)[:length]
    rows = qr.matrix(text)
    assert read(rows) == text
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for top, left in ((0, 0), (0, len(rows) - 7), (len(rows) - 7, 0)):
        assert ["".join(map(str, row[left : left + 7])) for row in rows[top : top + 7]] == finder


def test_a_text_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr.matrix("x" * 181)


def test_the_drawing_has_every_dark_module_and_no_other() -> None:
    rows = qr.matrix("Điểm danh")
    drawn = set()
    for part in qr.svg_path(rows).split("M")[1:]:
        place, run = part.split("h")[:2]
        x, y = map(int, place.split())
        drawn |= {(y - 4, x - 4 + n) for n in range(int(run.split("v")[0]))}
    assert drawn == {(y, x) for y, row in enumerate(rows) for x, bit in enumerate(row) if bit}
