"""What is wrong with a sheet that was given: its rows as they are in the file, with what it is."""

from collections.abc import Iterable, Sequence

from intranet.core.labels import label
from intranet.records.tables import Column, Line, Table

_WORDS = {True: "import.error", False: "import.warning"}


def problem_table(
    title: str,
    heads: Sequence[str],
    problems: Iterable[tuple[int, bool, str, Sequence[str]]],
    *,
    errors: int,
    warnings: int,
) -> Table:
    """The rows with something to look at.

    :param heads: of the file; one without words is named by its place.
    :param problems: row, whether it is an error, what it is in words, and the cells of the row.
    :param errors: how many there are in all, of which the table may show some; so ``warnings``.
    """
    width = max(len(heads), 1)
    named = [head or label("import.column", n=n) for n, head in enumerate(heads, 1)]
    count = label("import.count", errors=errors, warnings=warnings)
    return Table(
        title=title,
        period=count,
        columns=(
            Column(label("import.row"), 12, True),
            Column(label("import.kind"), 16),
            Column(label("import.wrong"), 60),
            *(Column(head[:200], 30) for head in named),
        ),
        lines=[
            Line((str(row), label(_WORDS[is_error]), words, *_fit(cells, width)))
            for row, is_error, words, cells in problems
        ],
        foot=(title, "", count),
        is_numbered=False,
    )


def _fit(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *([""] * width)][:width]
