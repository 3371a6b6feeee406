"""``intranet outbox``: what leaves the house, for the operator of the machine."""

import sys

import click

from intranet.core import clock, db
from intranet.core.operating import OfficeGroup, operator
from intranet.notices import outbox_switch, outbox_watch


@click.group("outbox", cls=OfficeGroup)
@operator
def outbox_group() -> None:
    """Letters and pushes that leave the house."""


@outbox_group.command("list")
@operator
def show() -> None:
    """Say what waits and what was given up; the exit code is 1 when something is stuck."""
    with db.scope():
        if outbox_switch.is_copy():
            click.echo("WRONG  this is a copy and sends nothing: intranet outbox on")
        elif (jumped := outbox_switch.jump()) is not None:
            at = f"{clock.local(jumped[0]):%d/%m/%Y %H:%M}"
            click.echo(f"WRONG  the clock jumped ahead by {jumped[1]}, to {at}, and nothing is sent")
            click.echo("       set it right, then: intranet outbox on")
        elif not outbox_switch.is_on():
            click.echo("note   sending is off: intranet outbox on")
        for line in outbox_watch.lines():
            since = f", oldest since {clock.local(line.oldest):%d/%m/%Y %H:%M}" if line.oldest else ""
            state = "on" if line.is_on else "not configured"
            click.echo(
                f"{line.channel}: {state}; {line.waiting} waiting{since}; "
                f"{line.dead} given up; {line.sent_today} sent today"
            )
        for dead in outbox_watch.dead_letters()[0]:
            click.echo(f"{dead.id}  {dead.channel}  {dead.ref}  {dead.tries} tries  {dead.reason}")
        stands = outbox_switch.is_copy() or outbox_switch.jump() is not None
        sys.exit(1 if any(outbox_watch.trouble()) or stands else 0)


@outbox_group.command("retry")
@click.argument("letter", type=int, required=False)
@operator
def retry(letter: int | None) -> None:
    """Send one letter that was given up again, by its number, or all of them."""
    with db.scope():
        count = outbox_watch.send_again(None, letter)
    click.echo(f"{count} queued anew.")


@outbox_group.command("on")
@operator
def turn_on() -> None:
    """Let letters leave from here: this is the office, not a copy of it."""
    with db.scope():
        outbox_switch.turn(None, True)
    click.echo("Letters leave from here.")


@outbox_group.command("off")
@operator
def turn_off() -> None:
    """Keep letters back; they wait."""
    with db.scope():
        outbox_switch.turn(None, False)
    click.echo("Letters wait.")
