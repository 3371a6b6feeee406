"""The command ``intranet``: what an operator may do on the machine itself.

Whoever may run it can read the data folder, so each command declares that and nothing finer; a command
that declares nothing cannot be added.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext

from intranet import sample as office
from intranet.app import create_app
from intranet.core import clock, config, db, dialect, first_start, health, schema, worker
from intranet.core.config import Settings, WeakConfiguration
from intranet.core.errors import DomainError
from intranet.core.live import sockets
from intranet.core.operating import OfficeGroup, access_of, operator
from intranet.core.server import serve as serve_forever
from intranet.core.text import one_line
from intranet.core.web import sentence
from intranet.exports import packing
from intranet.notices import operating, vapid
from intranet.people import directory, passwords
from intranet.people.models import Organisation, Role
from intranet.people.services import accounts, starting
from intranet.records import audit, bundle, ledgers, package, programs, wordindexes


def declared(group: click.Group | None = None, prefix: str = "") -> dict[str, str]:
    """Every command with its access, for the structure tests."""
    found = {}
    for name, command in (group or main).commands.items():
        found[prefix + name] = str(access_of(command))
        if isinstance(command, click.Group):
            found |= declared(command, f"{prefix}{name} ")
    return found


@click.group(cls=OfficeGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Run a paperless office: its pages, its worker, its accounts and its records."""
    context.obj = ScriptInfo(
        create_app=lambda: _make_app(config.load()), set_debug_flag=False, load_dotenv_defaults=False
    )


@main.command(with_appcontext=False)
@click.option("--sample", is_flag=True, help="Serve the sample office; makes it first if there is none.")
@click.option("--no-worker", is_flag=True, help="Start no worker; a supervisor runs `intranet worker`.")
@click.option("--host", help="Address to listen on (OFFICE_HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (PORT, 8000).")
@operator
def serve(sample: bool, no_worker: bool, host: str | None, port: int | None) -> None:
    """Serve the pages and rooms, and keep a worker beside them."""
    settings = config.load(host=host, port=port, is_web=True)
    environment = os.environ | {
        "OFFICE_DATA": str(settings.data_dir),
        "OFFICE_HOST": settings.host,
        "PORT": str(settings.port),
    }
    if sample:
        first_start.wait()
        settings = replace(settings, is_sample=True)
    click.echo("Starting ...")
    app = _make_app(settings, with_sockets=True)
    schema.prepare(settings)
    keeper = None if no_worker else worker.Keeper(environment)
    sockets.start_background(app)
    if keeper is not None:
        keeper.start()
    try:
        serve_forever(
            app,
            host=settings.host,
            port=settings.port,
            max_body=settings.max_request_bytes + 1024 * 1024,
            on_ready=lambda _port: _say_where(settings),
            on_stop=_say_goodbye,
        )
    finally:
        if keeper is not None:
            keeper.stop()
        db.close_database()


@main.command("worker", with_appcontext=False)
@click.option("--tied", is_flag=True, help="End at the end of standard input too.")
@operator
def work(tied: bool) -> None:
    """Do the work in the background: reminders, letters, reading of files."""
    app = _make_app(config.load())
    with app.app_context():
        if not schema.is_current(db.database().reader):
            raise click.ClickException("the database is not of this code: run intranet db upgrade")
        worker.run(tied=tied)


@main.command()
@operator
def init() -> None:
    """Make the database of a real office, and print the link for its first administrator."""
    settings = _settings()
    if settings.is_sample:
        raise click.ClickException("this data folder holds the sample office; choose another OFFICE_DATA")
    schema.prepare(settings)
    with _plain_refusals():
        token = starting.make_first_link()
    vapid.key_file(settings)
    click.echo(f"The database is ready in {settings.data_dir}.")
    click.echo(
        "Open this link within 24 hours to make the agency and its first administrator; it works once:"
    )
    click.echo(f"{settings.public_url}/start/{token}")


@main.command()
@operator
def sample() -> None:
    """Make the sample office: people, documents, tasks and meetings to try things with."""
    settings = _settings()
    mark = settings.data_dir / first_start.MARK
    if first_start.is_made():
        raise click.ClickException(f"{settings.data_dir} has the sample office already")
    if mark.exists():
        click.echo("Removing what an interrupted run left ...")
        schema.drop(settings)
    elif schema.is_current(db.database().reader) and _has_people():
        raise click.ClickException(f"{settings.data_dir} holds a real office; choose another OFFICE_DATA")
    mark.write_text("making", encoding="ascii")
    gc.disable()  # This process ends before what it leaves lying about could matter.
    schema.prepare(settings)
    dialect.leave_disk_to_system(db.database().writer)
    office.build(click.echo)
    os.sync()
    mark.write_text(first_start.READY, encoding="ascii")


@main.command(with_appcontext=False)
@operator
def doctor() -> None:
    """Look whether the office can work and is safe; the exit code is 1 when something is wrong."""
    settings = config.load()
    faults = config.weaknesses(settings)
    for fault in faults:
        click.echo(f"WRONG  configuration: {fault}")
    if not faults:
        click.echo("ok     configuration: nothing is weak")
        with _make_app(settings).app_context():
            for check in (*health.checks(settings), *programs.look()):
                click.echo(f"{'ok    ' if check.is_well else 'WRONG '} {check.name}: {check.found}")
                faults += [] if check.is_well else [check.name]
    sys.exit(1 if faults else 0)


@main.group("archive", cls=OfficeGroup)
@operator
def archives() -> None:
    """Look into files that were handed to the archive."""


@archives.command("verify")
@operator
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_archive(file: Path) -> None:
    """Say what in a file of this office was changed since; the exit code is 1 when anything was."""
    found = bundle.verify(file)
    for one in found:
        click.echo(f"WRONG  {one.problem}{': ' if one.name else ''}{one.name}")
    if not found:
        click.echo("ok     nothing was changed, and the list carries the seal of this office")
    sys.exit(1 if found else 0)


@main.group("user", cls=OfficeGroup)
@operator
def users() -> None:
    """Accounts of people."""


@users.command("add")
@click.argument("name")
@click.option("--full-name", required=True, help="Family name first: 'Lê Thị Hồng Nhung'.")
@click.option("--unit", required=True, help="Name or short name of the unit.")
@click.option("--agency", help="Name, short name or code of the agency, where more than one has the unit.")
@click.option("--title", default="Chuyên viên", show_default=True, help="The post.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be repeated.",
)
@operator
def add_user(
    name: str, full_name: str, unit: str, agency: str | None, title: str, roles: tuple[str, ...]
) -> None:
    """Make an account and print its temporary password."""
    _require_schema()
    temporary = passwords.make_temporary()
    with _plain_refusals():
        accounts.create(
            None,
            name=name,
            full_name=one_line(full_name),
            email=None,
            unit_id=_unit_named(unit, agency),
            title=one_line(title),
            roles=tuple(Role(role) for role in roles),
            temporary=temporary,
        )
    click.echo(f"Temporary password of {name}, to be replaced within 72 hours: {temporary.password}")


@users.command("reset")
@click.argument("name")
@operator
def reset_user(name: str) -> None:
    """Print a link by which a person sets a new password; it works once, for 24 hours."""
    _require_schema()
    with _plain_refusals():
        token = accounts.reset_by_link(None, accounts.named(name).id)
    click.echo(f"{_settings().public_url}/password/{token}")


@main.group("audit", cls=OfficeGroup)
@operator
def log_of_acts() -> None:
    """The log of what people did."""


@log_of_acts.command()
@operator
def verify() -> None:
    """Walk the chains of the log; the exit code is 1 when a line is not what it was."""
    _require_schema()
    report = audit.verify()
    click.echo(f"{report.entries} lines in {report.chains} chains, {report.seconds:.1f} s")
    for fault in report.faults:
        click.echo(f"WRONG  agency {fault.org_id}, line {fault.seq}: {fault.problem}")
    if report.is_whole:
        click.echo("Every chain is whole.")
    sys.exit(0 if report.is_whole else 1)


@main.group("registers", cls=OfficeGroup)
@operator
def registers() -> None:
    """The registers of documents and their numbers."""


@registers.command("verify")
@operator
def verify_registers() -> None:
    """Prove every register: no gap, no double, dates in order, a whole ledger; the exit code is 1 if not."""
    _require_schema()
    wrong = 0
    for proof in ledgers.prove_all():
        click.echo(f"{proof.title}: {proof.numbers} numbers, {proof.events} events, {proof.seconds:.1f} s")
        for fault in proof.faults:
            click.echo(f"WRONG  {fault}")
        wrong += len(proof.faults)
    click.echo(f"{wrong} faults." if wrong else "Every register is whole.")
    sys.exit(1 if wrong else 0)


@main.group("search", cls=OfficeGroup)
@operator
def searches() -> None:
    """The indexes of words that searching goes by."""


@searches.command("rebuild")
@operator
def rebuild_search() -> None:
    """Make the indexes of words anew, after a restore or where the release notes ask for it."""
    _require_schema()
    for title, count in wordindexes.rebuild_all():
        click.echo(f"{title}: {count}")
    click.echo("Every index is made.")


@main.group("export", cls=OfficeGroup, invoke_without_command=True)
@click.option("--agency", help="Name, short name or code of the agency, where there is more than one.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The ZIP to be written.")
@click.pass_context
@operator
@with_appcontext
def export(context: click.Context, agency: str | None, to: Path | None) -> None:
    """Write everything of an agency into one ZIP with checksums, readable without this system."""
    if context.invoked_subcommand is not None:
        return
    _require_schema()
    with db.scope(), db.across_orgs("the operator takes everything of one agency along"):
        org = _agency_named(agency)
        path = to or Path(f"{org.letters or org.id}-{clock.today():%Y%m%d}.zip")
        facts = packing.write_all(path, org.id)
    told = ", ".join(f"{name} {count}" for name, count in facts.items() if isinstance(count, int))
    click.echo(f"{path}: {told}")


@export.command("verify")
@operator
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def verify_export(path: Path) -> None:
    """Say what in a package, as ZIP or unpacked, was changed since; the exit code is 1 when anything was."""
    found, is_ours = package.verify(path)
    for one in found:
        click.echo(f"WRONG  {one.problem}{': ' if one.name else ''}{one.name}")
    if not found:
        click.echo("ok     every file is there and as it was")
        click.echo("ok     the list carries the seal of this office" if is_ours else "note   another seal")
    # The sums of the log are keyed: another office's say nothing here.
    fault = package.prove_log(path) if is_ours and not found else None
    if fault is not None:
        click.echo(f"WRONG  {fault.problem}: line {fault.seq} of the log")
    sys.exit(1 if found or fault else 0)


main.add_command(operating.outbox_group)


@main.group("db", cls=OfficeGroup)
@operator
def database() -> None:
    """The database."""


@database.command()
@operator
def upgrade() -> None:
    """Bring the database up to this code."""
    schema.prepare(_settings())
    click.echo("The database is up to this code.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _make_app(settings: Settings, *, with_sockets: bool = False) -> Flask:
    try:
        return create_app(settings, with_sockets=with_sockets)
    except WeakConfiguration as weak:
        reasons = "\n".join(f"  - {reason}" for reason in weak.args)
        raise click.ClickException(f"the start is refused:\n{reasons}") from None


def _has_people() -> bool:
    with db.reading():
        return starting.has_people()


def _require_schema() -> None:
    if not schema.is_current(db.database().reader):
        raise click.ClickException(
            "the database is not of this code: run intranet init or intranet db upgrade"
        )


def _agency_named(name: str | None) -> Organisation:
    """The one agency of that name, or the only one there is.

    :raises click.ClickException: there is none, or more than one.
    """
    found = [org for org in directory.orgs() if name in (None, org.name, org.short_name, org.code)]
    if len(found) != 1:
        names = "; ".join(f"{org.short_name} ({org.code})" for org in found) or "none"
        raise click.ClickException(f"--agency must name one agency; it names: {names}")
    return found[0]


def _unit_named(unit: str, agency: str | None) -> int:
    """The one working unit of that name.

    :raises click.ClickException: there is none, or more than one.
    """
    with db.reading():
        found = directory.units_named(unit, agency)
    if len(found) != 1:
        names = "; ".join(f"{one.name} ({one.org.short_name})" for one in found) or "none"
        raise click.ClickException(f"--unit and --agency must name one unit; they name: {names}")
    return found[0].id


@contextmanager
def _plain_refusals() -> Iterator[None]:
    """Say a refusal as the operator's error."""
    try:
        with db.scope():
            yield
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal)) from None


def _say_goodbye() -> None:
    """Whoever waits for something is answered now, and the sockets hear when to come back."""
    health.stop()
    sockets.send_away()


def _say_where(settings: Settings) -> None:
    click.echo(f"Ready: {settings.public_url}")
    if settings.is_sample:
        click.echo(
            f"Sample office: sign in as vanthu, chutich, chanhvanphong, truongphong or chuyenvien, "
            f"password {settings.sample_password}"
        )
    sys.stdout.flush()
