"""The page on which an administrator says when people are reminded."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.notices import reminder_rules, reminders
from intranet.notices.forms import RuleForm
from intranet.notices.permissions import RULES
from intranet.notices.views import bp


@bp.route("/admin/reminders", methods=["GET", "POST"])
@needs(RULES)
def rules() -> ResponseReturnValue:
    """The rules of one kind of deadline; one is added here, or the one that the address names is changed."""
    topics = reminder_rules.with_rules()
    topic = next((one for one in topics if one.name == request.args.get("topic")), topics[0])
    held = reminder_rules.rules_of(topic.name)
    code = request.args.get("rule")
    changed = next((rule for rule in held if rule.code == code), None)
    form = RuleForm()
    form.offer(topic)
    if changed is not None and request.method == "GET":
        form.show(changed)
    if form.accepts():
        with form.refusals():
            reminders.set_rule(me(), topic.name, form.rule(), instead_of=code)
            flash(label("reminder.saved.set"))
            return redirect(url_for("notices.rules", topic=topic.name))
    shown = render_template(
        "notices/rules.html",
        form=form,
        topic=topic,
        changed=changed,
        topic_tabs=[
            {
                "label": label(f"reminder.topic.{one.name}"),
                "url": url_for("notices.rules", topic=one.name),
                "current": one is topic,
            }
            for one in topics
        ],
        rules=[
            {
                "code": rule.code,
                "words": reminder_rules.words_of(rule.code),
                "at": f"{rule.hour:02d}:{rule.minute:02d}",
                "to": ", ".join(label(f"reminder.to.{topic.name}.{word}") for word in rule.to),
            }
            for rule in held
        ],
    )
    return shown, form.status


@bp.post("/admin/reminders/remove")
@needs(RULES)
def remove_rule() -> ResponseReturnValue:
    """A rule no longer holds."""
    name = request.form.get("topic", "")
    reminders.remove_rule(me(), name, request.form.get("rule", ""))
    flash(label("reminder.saved.removed"))
    return redirect(url_for("notices.rules", topic=name))
