"""A QR code of a short text (ISO/IEC 18004): bytes, error correction M, versions 1 to 9, up to 180 bytes."""

from collections.abc import Callable, Iterator
from itertools import product

#: By version: words of correction in each block, and the data words of each block.
_BLOCKS: dict[int, tuple[int, tuple[int, ...]]] = {
    1: (10, (16,)),
    2: (16, (28,)),
    3: (26, (44,)),
    4: (18, (32, 32)),
    5: (24, (43, 43)),
    6: (16, (27,) * 4),
    7: (18, (31,) * 4),
    8: (22, (38, 38, 39, 39)),
    9: (22, (36, 36, 36, 37, 37)),
}
_ALIGNED: dict[int, tuple[int, ...]] = {
    1: (),
    2: (6, 18),
    3: (6, 22),
    4: (6, 26),
    5: (6, 30),
    6: (6, 34),
    7: (6, 22, 38),
    8: (6, 24, 42),
    9: (6, 26, 46),
}
_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda y, x: (y + x) % 2,
    lambda y, _: y % 2,
    lambda _, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
_LIKE_A_FINDER = ([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1])

#: The longest text, in UTF-8, and the light modules that a code needs around it.
MOST_BYTES = 180
MARGIN = 4

Rows = list[list[int]]


def matrix(text: str) -> Rows:
    """The code's rows, 1 for a dark module, without the light margin around it.

    :raises ValueError: the text is longer than ``MOST_BYTES``.
    """
    data = text.encode()
    version = next((v for v, (_, blocks) in _BLOCKS.items() if len(data) + 2 <= sum(blocks)), None)
    if version is None:
        raise ValueError("too long for a code on the wall")
    words = interleaved(version, data_words(data, sum(_BLOCKS[version][1])))
    rows, free = _frame(version)
    bits = (word >> place & 1 for word in words for place in range(7, -1, -1))
    for (y, x), bit in zip(_path(len(rows), free), bits, strict=False):
        rows[y][x] = bit
    return min((_masked(rows, free, number) for number in range(8)), key=_penalty)


def svg_path(rows: Rows) -> str:
    """The dark modules as an SVG path of unit squares, runs of a row joined, the margin of 4 included."""
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                parts.append(f"M{x + MARGIN} {y + MARGIN}h{run}v1h-{run}z")
            x += run + 1
    return "".join(parts)


def data_words(data: bytes, count: int) -> list[int]:
    """Mode, length, the bytes and what fills the rest."""
    bits = f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data)
    bits += "0" * min(4, count * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return words + [(0xEC, 0x11)[n % 2] for n in range(count - len(words))]


def corrections(words: list[int], count: int) -> list[int]:
    """The Reed-Solomon words of a block."""
    divisor = [1]
    root = 1
    for _ in range(count):
        raised = [*divisor, 0]
        for at, factor in enumerate(divisor):
            raised[at + 1] ^= _times(factor, root)
        divisor, root = raised, _times(root, 2)
    rest = [0] * count
    for word in words:
        factor = word ^ rest[0]
        rest = [old ^ _times(term, factor) for old, term in zip([*rest[1:], 0], divisor[1:], strict=True)]
    return rest


def interleaved(version: int, words: list[int]) -> list[int]:
    """All blocks' data words in turn, then all blocks' words of correction."""
    count, sizes = _BLOCKS[version]
    blocks, at = [], 0
    for size in sizes:
        blocks.append(words[at : at + size])
        at += size
    checks = [corrections(block, count) for block in blocks]
    mixed = [block[n] for n in range(max(sizes)) for block in blocks if n < len(block)]
    return mixed + [check[n] for n in range(count) for check in checks]


def format_bits(mask: int) -> int:
    """The 15 bits that name correction M and the mask."""
    rest = mask << 10
    for place in range(14, 9, -1):
        rest ^= 0x537 << (place - 10) if rest >> place & 1 else 0
    return (mask << 10 | rest) ^ 0x5412


def version_bits(version: int) -> int:
    """The 18 bits that name the version, from version 7 on."""
    rest = version << 12
    for place in range(17, 11, -1):
        rest ^= 0x1F25 << (place - 12) if rest >> place & 1 else 0
    return version << 12 | rest


def _times(a: int, b: int) -> int:
    """Product in GF(2^8) modulo 0x11D."""
    product_ = 0
    while b:
        product_ ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product_


def _frame(version: int) -> tuple[Rows, list[list[bool]]]:
    """What every code of a version has, and where data may go."""
    size = 17 + 4 * version
    rows, free = [[0] * size for _ in range(size)], [[True] * size for _ in range(size)]

    def put(y: int, x: int, bit: int) -> None:
        if 0 <= y < size and 0 <= x < size:
            rows[y][x], free[y][x] = bit, False

    for n in range(size):
        put(6, n, 1 - n % 2)
        put(n, 6, 1 - n % 2)
    for top, left in ((3, 3), (3, size - 4), (size - 4, 3)):
        for dy, dx in product(range(-4, 5), repeat=2):
            put(top + dy, left + dx, int(max(abs(dy), abs(dx)) not in {2, 4}))
    centres = _ALIGNED[version]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for y, x in product(centres, repeat=2):
        if (y, x) not in corners:
            for dy, dx in product(range(-2, 3), repeat=2):
                put(y + dy, x + dx, int(max(abs(dy), abs(dx)) != 1))
    for y, x in _format_places(size):
        put(y, x, 0)
    put(size - 8, 8, 1)
    if version >= 7:
        for n in range(18):
            bit = version_bits(version) >> n & 1
            put(n // 3, size - 11 + n % 3, bit)
            put(size - 11 + n % 3, n // 3, bit)
    return rows, free


def _format_places(size: int) -> list[tuple[int, int]]:
    """Where the format's bits stand, twice, the lowest bit first."""
    beside = [(y, 8) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, x) for x in (7, 5, 4, 3, 2, 1, 0)]
    along = [(8, size - 1 - n) for n in range(8)] + [(size - 15 + n, 8) for n in range(8, 15)]
    return beside + along


def _path(size: int, free: list[list[bool]]) -> Iterator[tuple[int, int]]:
    """Places of the data, in columns of two from the right, up and down in turn."""
    columns = [x for x in range(size - 1, 0, -2) if x > 6] + [5, 3, 1]
    for n, right in enumerate(columns):
        for step in range(size):
            y = size - 1 - step if n % 2 == 0 else step
            for x in (right, right - 1):
                if free[y][x]:
                    yield y, x


def _masked(rows: Rows, free: list[list[bool]], mask: int) -> Rows:
    wanted = _MASKS[mask]
    size = len(rows)
    done = [[rows[y][x] ^ int(free[y][x] and wanted(y, x) == 0) for x in range(size)] for y in range(size)]
    bits = format_bits(mask)
    for n, (y, x) in enumerate(_format_places(size)):
        done[y][x] = bits >> n % 15 & 1
    return done


def _penalty(rows: Rows) -> int:
    """How hard the code is to read: long runs, blocks, what looks like a corner, too much of one colour."""
    size = len(rows)
    total = 0
    for line in (*rows, *(list(column) for column in zip(*rows, strict=True))):
        run = 0
        for at, bit in enumerate(line):
            run = run + 1 if at and bit == line[at - 1] else 1
            total += 3 if run == 5 else int(run > 5)
        total += 40 * sum(line[at : at + 11] in _LIKE_A_FINDER for at in range(size - 10))
    for y, x in product(range(size - 1), repeat=2):
        total += 3 * (rows[y][x] == rows[y][x + 1] == rows[y + 1][x] == rows[y + 1][x + 1])
    dark = sum(map(sum, rows))
    return total + 10 * (abs(dark * 20 - size * size * 10) // (size * size))
