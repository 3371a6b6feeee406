"""Measure and compare: ``python -m bench [--keep] [name ...]``; ends with 1 when a promise is broken."""

import argparse
import sys
from functools import partial

from bench import (
    annotator,
    boards,
    books,
    figures,
    handing_over,
    heads,
    ledger,
    lists,
    numbers,
    offline,
    packs,
    pages,
    reader,
    reminders,
    replacing,
    room,
    rooms,
    search,
    sitting,
    start,
    tablets,
)

MEASURES = {
    "start": start.measure,
    "heads": heads.measure,
    "sitting": sitting.measure,
    "pages": pages.measure,
    "room": room.measure,
    "rooms": rooms.measure,
    "tablets": tablets.measure,
    "reader": reader.measure,
    "replacing": replacing.measure,
    "offline": offline.measure,
    "packs": packs.measure,
    "annotator": annotator.measure,
    "handover": handing_over.measure,
    "numbers": numbers.measure,
    "ledger": ledger.measure,
    "books": books.measure,
    "search": search.measure,
    "lists": lists.measure,
    "boards": boards.measure,
    "reminders": reminders.measure,
}


def main() -> int:
    """Run the named measures, or all; print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASURES))
    parser.add_argument("--keep", action="store_true", help="compare later runs with this one")
    parser.add_argument("--documents", type=int, help="how many are searched, listed; a million by default")
    asked = parser.parse_args()
    if asked.documents:
        for name, measure in (("search", search.measure), ("lists", lists.measure)):
            MEASURES[name] = partial(measure, asked.documents)
    if unknown := set(asked.names) - MEASURES.keys():
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    before = figures.kept()
    measured = []
    print(f"{'':44}{'now':>10}{'kept':>10}{'at most':>10}")
    for name in asked.names or MEASURES:
        for figure in MEASURES[name]():
            measured.append(figure)
            columns = [figure.value, before.get(figure.name), figure.most]
            shown = "".join(f"{'-':>10}" if value is None else f"{value:>10.2f}" for value in columns)
            print(f"{figure.name:44}{shown} {figure.unit:3}{'' if figure.is_kept else ' BROKEN'}", flush=True)
    if asked.keep:
        figures.keep(measured)
    return 0 if all(figure.is_kept for figure in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
