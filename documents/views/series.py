"""How registers give numbers: series by kind and year, patterns of symbols; the administrator decides."""

from typing import TypeVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_registers import NewRegisterForm, PatternForm, SeriesForm
from documents.models.register import Register, RegisterKind, SeriesRule
from documents.permissions import KEEP_REGISTERS
from documents.services import catalogue, years
from documents.views.base import bp, show
from intranet.core import clock
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs

F = TypeVar("F", bound=SeriesForm)


@bp.route("/registers/settings", methods=["GET", "POST"])
@needs(KEEP_REGISTERS)
def register_settings() -> ResponseReturnValue:
    """Registers with their rules; a new one is added here."""
    form = _with_choices(NewRegisterForm())
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                form.as_body(),
                lambda: years.add_register(
                    me(),
                    name=form.name.data or "",
                    code=form.code.data or "",
                    rule=SeriesRule(form.rule.data),
                    kind_ids=form.kind_ids.data or (),
                    first_year=form.year.data,
                    direction=RegisterKind(form.direction.data),
                    issuer_name=form.issuer_name.data or "",
                    issuer_letters=form.issuer_letters.data or "",
                ),
            )
            flash(label("register.flash.added"), "ok")
            return redirect(url_for("documents.register_settings"))
    return _page(new=form), form.status


@bp.post("/registers/<int:register_id>/series")
@needs(KEEP_REGISTERS)
def register_series(register_id: int) -> ResponseReturnValue:
    """Decide which kinds take their numbers from a register in a year."""
    form = _with_choices(SeriesForm())
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: years.decide_series(
                    me(), register_id, form.year.data, SeriesRule(form.rule.data), form.kind_ids.data or ()
                ),
            )
            flash(label("register.flash.series", year=form.year.data), "ok")
            return redirect(url_for("documents.register_settings"))
    return _page(series=(register_id, form)), form.status


@bp.post("/registers/<int:register_id>/pattern")
@needs(KEEP_REGISTERS)
def register_pattern(register_id: int) -> ResponseReturnValue:
    """Set how a register composes symbols."""
    form = PatternForm()
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: years.change_settings(
                    me(),
                    register_id,
                    symbol_pattern=form.symbol_pattern.data or "",
                    letter_pattern=form.letter_pattern.data or "",
                    allows_suffix=bool(form.allows_suffix.data),
                    issuer_name=form.issuer_name.data or "",
                    issuer_letters=form.issuer_letters.data or "",
                ),
            )
            flash(label("register.flash.changed"), "ok")
            return redirect(url_for("documents.register_settings"))
    return _page(pattern=(register_id, form)), form.status


def _page(
    new: NewRegisterForm | None = None,
    series: tuple[int, SeriesForm] | None = None,
    pattern: tuple[int, PatternForm] | None = None,
) -> str:
    this_year = clock.today().year
    rows = []
    found = catalogue.registers(me().org_id, *RegisterKind)
    rules = years.rules_of(found, this_year)
    for register in found:
        rule, kind_ids = rules[register.id]
        rows.append(
            {
                "register": register,
                "rule": rule,
                "kinds": kind_ids,
                "is_locked": years.is_locked(register.org_id, register.kind_group, this_year),
                "series": series[1] if series and series[0] == register.id else _series_of(register),
                "pattern": pattern[1] if pattern and pattern[0] == register.id else _pattern_of(register),
            }
        )
    kinds = {kind.id: kind.name for kind in catalogue.kinds(me().org_id)}
    form = new or _with_choices(NewRegisterForm(formdata=None))
    return show("register_settings.html", rows=rows, kinds=kinds, form=form, year=this_year)


def _series_of(register: Register) -> SeriesForm:
    next_year = clock.today().year + 1
    rule, kind_ids = years.rule_of(register, next_year)
    return _with_choices(SeriesForm(formdata=None, year=next_year, rule=rule.value, kind_ids=list(kind_ids)))


def _pattern_of(register: Register) -> PatternForm:
    return PatternForm(
        formdata=None,
        symbol_pattern=register.symbol_pattern,
        letter_pattern=register.letter_pattern,
        allows_suffix=register.allows_suffix,
        issuer_name=register.issuer_name,
        issuer_letters=register.issuer_letters,
    )


def _with_choices(form: F) -> F:
    this_year = clock.today().year
    form.year.choices = [(year, str(year)) for year in (this_year, this_year + 1)]
    form.kind_ids.choices = [(kind.id, kind.name) for kind in catalogue.kinds(me().org_id)]
    return form
