"""Replacing a paper, and one's own marks that wait for a place: what room and planning page ask."""

from typing import Any, cast

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.web import me, needs, within
from intranet.people.models import User
from meetings.permissions import ATTEND, To, access_meeting
from meetings.services import reanchoring, replacing
from meetings.services.replacing import Offer

bp = Blueprint("meetings_revisions", __name__, url_prefix="/api/v1/meetings/<int:mid>")


def _user() -> User:
    return cast(User, me())


@bp.get("/papers/<string(length=32):public_id>/replacement")
@within("meeting:<mid>")
@needs(ATTEND)
def offer(mid: int, public_id: str) -> ResponseReturnValue:
    """What the upload ``?staged=`` would replace, in the words in which it is to be confirmed."""
    found = replacing.offer(_user(), mid, public_id, request.args.get("staged", ""))
    return jsonify(ok=True, rev=found.rev, text=_question(found), yes=_("Thay tài liệu"))


@bp.post("/papers/<string(length=32):public_id>/replacement")
@within("meeting:<mid>")
@needs(ATTEND)
def replace(mid: int, public_id: str) -> ResponseReturnValue:
    """Replace the paper by an upload."""
    access_meeting(_user(), mid, To.ATTEND)
    staged, rev = _asked("staged", str), _asked("rev", str)
    v = replacing.replace_paper(_user(), mid, public_id, staged, expect=rev)
    return jsonify(ok=True, v=v, text=_("Đã nhận bản mới, đang đối chiếu với bản cũ."))


@bp.get("/annotations/tray")
@within("meeting:<mid>")
@needs(ATTEND)
def tray(mid: int) -> ResponseReturnValue:
    """One's own marks that wait for a place."""
    found = reanchoring.tray(_user(), mid)
    return jsonify(ok=True, marks=[one | {"why": label(f"annotation.doubt.{one['why']}")} for one in found])


@bp.post("/annotations/<string(length=26):mark_id>/place")
@within("meeting:<mid>")
@needs(ATTEND)
def place(mid: int, mark_id: str) -> ResponseReturnValue:
    """Lay one's own mark on a page of the newest version."""
    access_meeting(_user(), mid, To.ATTEND)
    reanchoring.place(_user(), mid, mark_id, _asked("page", int))
    return jsonify(ok=True)


@bp.post("/annotations/<string(length=26):mark_id>/dismiss")
@within("meeting:<mid>")
@needs(ATTEND)
def dismiss(mid: int, mark_id: str) -> ResponseReturnValue:
    """Leave one's own mark on the old version for good."""
    reanchoring.dismiss(_user(), mid, mark_id)
    return jsonify(ok=True)


def _asked(name: str, kind: type) -> Any:
    body = request.get_json(silent=True)
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Invalid("command.payload", name=name)
    return value


def _question(found: Offer) -> str:
    old, new = (
        _("“%(name)s” (%(n)s trang)", name=name, n=pages) if pages else f"“{name}”"
        for name, pages in ((found.name, found.pages), (found.new_name, found.new_pages))
    )
    said = [_("Thay %(old)s bằng %(new)s?", old=old, new=new)]
    if found.pages and found.new_pages and found.pages != found.new_pages:
        said.append(_("Số trang hai bản khác nhau; các trang được đối chiếu từng trang."))
    if found.people:
        said.append(
            _("%(n)s người đã ghi chú trên bản cũ: ghi chú được chuyển sang bản mới.", n=found.people)
        )
    said.append(_("Bản cũ vẫn xem lại được."))
    return " ".join(said)
