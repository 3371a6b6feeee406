"""Pages on which a list is given and looked at; each kind has its own addresses, which say who may come."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, cast

from flask import Response, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, FileField

from intranet.core.errors import Invalid
from intranet.core.forms import OfficeForm
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me
from intranet.records import list_taking, lists, media
from intranet.records.lists import Fate, Kind
from intranet.records.models import ListImport


class GivenForm(OfficeForm):
    """A list."""

    file = FileField("Tệp danh sách")


class ColumnsForm(OfficeForm):
    """What the columns of a list hold; they are named ``column-0`` and so on."""


class TakeForm(OfficeForm):
    """That the warnings were looked at."""

    seen = BooleanField("Tôi đã xem các lưu ý và đồng ý nhập")


@dataclass(frozen=True)
class Place:
    """Where the pages of a kind lie for one agency.

    :param start: where a file is given; ``back`` is the list itself.
    :param page: the address of one file; ``problems`` of the rows to be looked at.
    :param template: of one file; ``more`` what else it shows of one.
    """

    kind: Kind
    org_id: int
    start: str
    back: str
    page: Callable[[int], str]
    problems: Callable[[int], str]
    template: str = "records/list.html"
    more: Callable[[ListImport], Mapping[str, Any]] = lambda _row: {}


def given(place: Place) -> ResponseReturnValue:
    """Files that were given, and where another one is."""
    form = GivenForm()
    if form.accepts():
        with form.refusals():
            sent = request.files.get("file")
            if sent is None or not sent.filename:
                raise Invalid("file.none_given", field="file")
            stream = cast(BinaryIO, sent.stream)
            made = lists.receive(me(), place.kind, place.org_id, stream, sent.filename)
            return redirect(place.page(made))
    rows = lists.recent(me(), place.kind, place.org_id)
    return render_template("records/lists.html", place=place, form=form, rows=rows, lists=lists), form.status


def one(place: Place, import_id: int) -> ResponseReturnValue:
    """What a file comes to; its columns are corrected, it is taken over or put aside."""
    columns, taking = ColumnsForm(), TakeForm()
    act = request.form.get("act")
    form = taking if act == "take" else columns
    if form.accepts():
        with form.refusals():
            return _done(place, import_id, act, form)
    found = lists.look(me(), place.kind, place.org_id, import_id)
    problems = found.problems
    page = render_template(
        place.template,
        place=place,
        found=found,
        columns=columns,
        taking=taking,
        fates=list(Fate),
        lacking=[label(f"sheet.{place.kind.code}.{name}") for name in found.lacking],
        problems=[(one, lists.sentence(place.kind, one)) for one in problems[: lists.MOST_SHOWN]],
        n_problems=len(problems),
        shown=found.rows[: lists.PREVIEW],
        samples=_samples(found.row.rows, len(found.row.heads)),
        **place.more(found.row),
    )
    return page, form.status


def problems_xlsx(place: Place, import_id: int) -> Response:
    """The rows of a file with something to look at, to be taken along."""
    found = lists.look(me(), place.kind, place.org_id, import_id)
    data = io.BytesIO(lists.problems_file(place.kind, found))
    return send_file(data, media.XLSX, as_attachment=True, download_name=label("import.list_name"))


def _done(place: Place, import_id: int, act: str | None, form: OfficeForm) -> ResponseReturnValue:
    where = (me(), place.kind, place.org_id, import_id)
    if act == "drop":
        lists.drop(*where)
        flash(label("import.flash.dropped"), "ok")
        return redirect(place.start)
    if act == "take" and isinstance(form, TakeForm):
        seen = form.seen.data
        body = [request.path, form.as_body()]
        taking = partial(list_taking.take_over, *where, warnings_seen=seen)
        counts = done_once(me(), form.once.data, body, taking)
        flash(_taken(counts) if counts else label("sheet.flash.accepted"), "ok")
        return redirect(place.page(import_id))
    mapping = {
        int(name.removeprefix("column-")): value
        for name, value in request.form.items()
        if name.startswith("column-") and name[7:].isdecimal() and len(name) < 12 and value
    }
    lists.correct(*where, mapping)
    flash(label("sheet.flash.corrected"), "ok")
    return redirect(place.page(import_id))


def _taken(counts: Mapping[str, int]) -> str:
    said = label("sheet.flash.taken", fresh=counts["fresh"], filled=counts["filled"])
    changed = counts["changed"]
    return f"{said} {label('sheet.flash.changed', n=changed)}" if changed else said


def _samples(rows: list[list[Any]], width: int) -> list[str]:
    """The first words under each head."""
    found = []
    for column in range(1, width + 1):
        words = [str(row[column])[:60] for row in rows[:50] if column < len(row) and row[column]]
        found.append(" · ".join(words[:3]))
    return found
