"""What every template may use: words, times, built assets, the rail, and who is there."""

import hashlib
import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, url_for

from intranet.core import clock, menu, refs
from intranet.core.labels import DEFAULT_LANGUAGE, has_label, label
from intranet.core.web import present_actor, request_id


def install_page_helpers(app: Flask) -> None:
    """Add the globals and filters of the templates."""
    app.add_template_global(asset)
    app.add_template_global(_label, "label")
    app.add_template_global(has_label)
    app.add_template_global(_menu, "menu")
    app.add_template_global(request_id)
    app.add_template_global(refs.url, "ref_url")
    app.add_template_global(refs.title, "ref_title")
    app.add_template_global(clock.today, "today")
    app.add_template_global(clock.now, "now")
    app.add_template_filter(office_time)
    app.add_template_filter(office_date)
    app.add_template_filter(thousands)
    app.context_processor(_present)


def asset(name: str) -> str:
    """The address of a built asset, such as ``app.js`` or ``documents/intake.js``.

    :raises KeyError: the build made no such asset.
    """
    return url_for("static", filename=f"dist/{built(name)}")


def built(name: str) -> str:
    """The file of a built asset in ``static/dist``.

    :raises KeyError: the build made no such asset.
    """
    return _manifest()[name]


def assets_for(name: str) -> list[str]:
    """Addresses of everything that a page with this script may ever load of what was built, in one order.

    :raises KeyError: the build followed no such script.
    """
    found: dict[str, list[str]] = _read_json(*_dist("parts.json"))
    return [url_for("static", filename=f"dist/{one}") for one in found[name]]


def build_id() -> str:
    """Eight letters that change when anything was built anew: the version of what browsers run."""
    return _digest(*_dist("manifest.json"))


def office_time(instant: datetime | None, form: str = "full") -> str:
    """An instant on the office's clock: ``full`` 13/11/2026 08:52, ``short`` 13/11 08:52, ``time`` 08:52."""
    if instant is None:
        return ""
    pattern = {"full": "%d/%m/%Y %H:%M", "short": "%d/%m %H:%M", "time": "%H:%M"}[form]
    return clock.local(instant).strftime(pattern)


def office_date(day: date | datetime | None, form: str = "full") -> str:
    """A day; an instant gives its office day.

    :param form: ``full`` 13/11/2026, ``short`` 13/11, ``list`` as short within this year, else full.
    """
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = clock.local(day).date()
    is_full = form == "full" or (form == "list" and day.year != clock.today().year)
    return day.strftime("%d/%m/%Y" if is_full else "%d/%m")


def thousands(number: int | None) -> str:
    """A whole number as it is written here: 2.847."""
    return "" if number is None else f"{number:,}".replace(",", ".")


def _label(code: object, **data: Any) -> str:
    return label(code, _language(), **data)


def _language() -> str:
    return getattr(present_actor(), "language", DEFAULT_LANGUAGE)


def _present() -> dict[str, Any]:
    return {"me": present_actor(), "settings": current_app.config["SETTINGS"]}


def _menu() -> list[dict[str, Any]]:
    actor = present_actor()
    if actor is None:
        return []
    if "menu" not in g:
        groups: dict[str, dict[str, Any]] = {}
        shown = menu.shown_to(actor)
        here = menu.current(shown)
        for entry in shown:
            group = groups.setdefault(
                entry.group, {"label": _label(f"menu.group.{entry.group}"), "entries": []}
            )
            group["entries"].append(
                {
                    "label": _label(f"menu.{entry.code}"),
                    "url": url_for(entry.endpoint),
                    "icon": entry.icon,
                    "count": entry.count(actor) if entry.count else None,
                    "current": entry is here,
                    "endpoint": entry.endpoint,
                    "code": entry.code,
                }
            )
        g.menu = list(groups.values())
    return list(g.menu)


def _manifest() -> dict[str, str]:
    manifest: dict[str, str] = _read_json(*_dist("manifest.json"))
    return manifest


def _dist(name: str) -> tuple[Path, int]:
    """A file that the build wrote, and when."""
    path = Path(current_app.static_folder or "") / "dist" / name
    return path, path.stat().st_mtime_ns


@cache
def _read_json(path: Path, _changed: int) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
