"""Numbers held for later, and what is asked of registers: whoever asks, and whoever decides."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import NoteForm, ReasonForm
from documents.forms_registers import HeldNumberForm, HoldForm, SubNumberForm
from documents.models.register import RegisterKind
from documents.permissions import CANCEL, NUMBER, NUMBERS, RESERVE
from documents.services import asking, catalogue, holding, issuing, numbering, titles
from documents.views.base import bp, do_and_tell, show
from documents.views.drafts import step
from intranet.core import clock
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.notices.workdays import add_working_days
from intranet.people import directory


@bp.route("/numbers", methods=["GET", "POST"])
@needs(NUMBERS)
def numbers() -> ResponseReturnValue:
    """What is held, what waits for me, what I asked; and the form to hold or ask for more."""
    form = HoldForm()
    registers = catalogue.registers(me().org_id, RegisterKind.OUT, RegisterKind.INTERNAL)
    form.register_id.choices = [(one.id, one.name) for one in registers]
    if not form.is_submitted():
        form.expires_on.data = add_working_days(clock.today(), holding.MOST_DAYS)
    if form.accepts():
        with form.refusals():
            words = done_once(me(), form.once.data, form.as_body(), lambda: _hold(form))
            flash(words, "ok")
            return redirect(url_for("documents.numbers"))
    lines = holding.held_lines(me())
    waiting, own = asking.waiting_for(me()), asking.own(me())
    page = show(
        "numbers.html",
        form=form,
        lines=lines,
        waiting=waiting,
        own=own,
        words_of=titles.words_of_request,
        deciding=NoteForm(formdata=None),
        cancelling=ReasonForm(formdata=None),
        last_day=add_working_days(clock.today(), holding.MOST_DAYS),
        expected={one.id: numbering.expected(one, clock.today().year)[0] for one in registers},
        people=directory.people({held.holder_id for _, held in lines} | {one.asked_by_id for one in waiting}),
    )
    return page, form.status


@bp.post("/numbers/requests/<int:request_id>")
@needs(NUMBERS)
def decide_request(request_id: int) -> ResponseReturnValue:
    """Grant what was asked of a register, or refuse it."""
    agree = request.form.get("agree") == "yes"
    do_and_tell(
        lambda: asking.decide(me(), request_id, agree=agree, note=request.form.get("note", "")),
        "register.flash.granted" if agree else "register.flash.refused",
    )
    return redirect(url_for("documents.numbers"))


@bp.post("/numbers/lines/<int:entry_id>/cancel")
@needs(CANCEL)
def cancel_held(entry_id: int) -> ResponseReturnValue:
    """Ask a leader to let a held number be struck out."""
    asking.line_of(entry_id)
    form = ReasonForm()
    if not form.accepts():
        flash(" ".join(text for texts in form.errors.values() for text in texts), "bad")
        return redirect(url_for("documents.numbers"))
    do_and_tell(
        lambda: done_once(
            me(),
            form.once.data,
            [request.path, form.as_body()],
            lambda: asking.ask_cancel_held(me(), entry_id, form.reason.data or ""),
        ),
        "register.flash.asked",
    )
    return redirect(url_for("documents.numbers"))


@bp.post("/drafts/<int:document_id>/held-number")
@needs(NUMBER)
def held_number(document_id: int) -> ResponseReturnValue:
    """Give a signed document a number that was held."""
    form = HeldNumberForm()
    form.entry_id.choices = [(form.entry_id.data, "")]

    def fill() -> str:
        return str(issuing.give_held_number(me(), document_id, form.entry_id.data or 0))

    return step(document_id, form, fill, "draft.flash.numbered", name="held")


@bp.post("/drafts/<int:document_id>/sub-number")
@needs(NUMBER)
def sub_number(document_id: int) -> ResponseReturnValue:
    """Ask a leader for a number with a letter behind it."""
    form = SubNumberForm()
    return step(
        document_id,
        form,
        lambda: asking.ask_sub_number(me(), document_id, form.number.data or 0, form.reason.data or ""),
        "register.flash.asked",
        name="sub",
    )


def _hold(form: HoldForm) -> str:
    count, reason, day = form.count.data or 1, form.reason.data or "", form.expires_on.data or clock.today()
    register_id = form.register_id.data or 0
    if me().holds(RESERVE):
        given = holding.reserve(me(), register_id, count=count, reason=reason, expires_on=day)
        return label("register.flash.held", numbers=", ".join(str(number) for number in given))
    asking.ask_hold(me(), register_id, count=count, reason=reason, expires_on=day)
    return label("register.flash.hold_asked")
