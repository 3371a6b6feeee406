"""What this wing plugs into the application."""

from flask import Flask

from documents import jobs, subscribers
from documents.models import access as access_models
from documents.models import asking as asked_models
from documents.models import catalogue, copies, dispatch, document, draft, intake, listing, register, stay
from documents.models import importing as importing_models
from documents.models import printing as printing_models
from documents.models import search as search_models
from documents.models import transferring as transfer_models
from documents.permissions import (
    DIRECT,
    KEEP_REGISTERS,
    NUMBER,
    NUMBERS,
    READ,
    READ_CATALOGUE,
    READ_LINES,
    REGISTER,
    SIGN,
    may_read,
)
from documents.sample import year
from documents.services import (
    asked_drafts,
    asking,
    boards,
    books,
    bundling,
    desk,
    duties,
    exchange_report,
    importing,
    indexing,
    lending,
    list_export,
    noticing,
    one_package,
    packaging,
    printing,
    replying,
    reports,
    restricting,
    search_export,
    search_reminding,
    steps,
    task_fields,
    titles,
    verifying,
)
from documents.views import (
    access,
    access_many,
    adding,
    bulk,
    bundles,
    drafts,
    fields,
    imports,
    inbox,
    incoming,
    kinds,
    numbers,
    outgoing,
    parties,
    party_lists,
    phrases,
    registers,
    search,
    series,
    slips,
    spelling,
    ties,
    transfers,
    unread,
    waiting,
    watching,
)
from documents.views import attaching as file_views
from documents.views import copies as copy_views
from documents.views import intake as intake_views
from documents.views import prints as print_views
from documents.views.base import bp
from intranet.boards import figures, flow
from intranet.boards.reports import REPORTS
from intranet.core import menu, refs, slots
from intranet.exports import services as exports
from intranet.notices import digest
from intranet.notices import services as notices
from intranet.records import drafting as asked
from intranet.records import ledgers, package, wordindexes
from intranet.tasks.report import GROUPINGS

#: Importing the modules makes their tables, jobs, subscriptions and pages known.
PARTS = (
    access_models,
    asked_models,
    catalogue,
    copies,
    dispatch,
    document,
    draft,
    indexing,
    importing_models,
    intake,
    listing,
    printing_models,
    register,
    search_models,
    stay,
    transfer_models,
    jobs,
    subscribers,
)
PAGES = (
    bulk,
    access,
    access_many,
    adding,
    bundles,
    copy_views,
    file_views,
    drafts,
    fields,
    imports,
    inbox,
    incoming,
    intake_views,
    kinds,
    numbers,
    outgoing,
    parties,
    party_lists,
    phrases,
    print_views,
    registers,
    search,
    series,
    slips,
    spelling,
    ties,
    transfers,
    unread,
    waiting,
    watching,
)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    app.register_blueprint(bp)
    refs.register_kind("document", title=titles.title_of, url=titles.url_of, may_read=may_read)
    refs.register_kind(
        "register", title=titles.register_title, url=titles.register_url, may_read=titles.may_read_register
    )
    refs.register_kind(
        "number_request", title=titles.request_title, url=titles.numbers_url, may_read=titles.may_read_request
    )
    refs.register_kind(
        "register_import",
        title=importing.title_of,
        url=lambda key: f"/documents/registers/imports/{key}",
        may_read=importing.may_read,
    )
    refs.register_kind(
        "file_bundle",
        title=bundling.title_of,
        url=lambda key: f"/documents/registers/files/{key}",
        may_read=bundling.may_read,
    )
    refs.register_kind(
        "register_print", title=printing.title_of, url=printing.url_of, may_read=printing.may_read
    )
    refs.register_kind(
        "number_hold", title=titles.hold_title, url=titles.numbers_url, may_read=titles.may_read_hold
    )
    refs.register_kind(
        "access_change",
        title=restricting.title_of,
        url=restricting.changes_url,
        may_read=restricting.may_read_change,
    )
    refs.register_kind(
        "copy_use", title=lending.title_of, url=lending.uses_url, may_read=lending.may_read_use
    )
    refs.register_kind(
        "saved_search",
        title=search_reminding.title_of,
        url=search_reminding.url_of,
        may_read=search_reminding.may_read,
    )
    notices.register_titles("document", titles.titles_of)
    noticing.classify()
    duties.register()
    replying.register()
    slots.fill(digest.SLOT, desk.this_morning)
    for entry in (
        menu.Entry("inbox", "documents.inbox", "inbox", "mine", 10, DIRECT, desk.inbox_count),
        menu.Entry("signing", "documents.signing", "signature", "mine", 20, SIGN, desk.signing_count),
        menu.Entry("intake", "documents.intake", "upload", "documents", 50, REGISTER, desk.intake_count),
        menu.Entry("incoming", "documents.incoming", "inbox", "documents", 52, READ, desk.to_present_count),
        menu.Entry("drafts", "documents.drafts", "pencil", "documents", 54, READ, desk.drafts_count),
        menu.Entry(
            "outgoing_desk",
            "documents.outgoing_desk",
            "rubber-stamp",
            "documents",
            56,
            NUMBER,
            desk.outgoing_count,
        ),
        menu.Entry("outgoing", "documents.outgoing", "send", "documents", 58, READ),
        menu.Entry("search", "documents.search", "search", "documents", 59, READ),
        menu.Entry("registers", "documents.registers", "book", "documents", 60, READ_LINES),
        menu.Entry("numbers", "documents.numbers", "hash", "documents", 62, NUMBERS, asking.waiting_count),
        menu.Entry("register_settings", "documents.register_settings", "book", "admin", 840, KEEP_REGISTERS),
        menu.Entry("catalogue", "documents.catalogue_start", "list-details", "admin", 841, READ_CATALOGUE),
    ):
        menu.add(entry)
    for panel in (desk.incoming_panel, desk.to_present_panel, desk.drafts_panel, desk.asked_panel):
        slots.fill("home.panel", panel)
    slots.fill("home.figures", desk.figures)
    slots.fill("home.acts", desk.acts)
    slots.fill("search", desk.found_for)
    slots.fill(figures.BOARD, boards.of_board)
    slots.fill(figures.LISTING, boards.listing)
    slots.fill(flow.WAITING, steps.waiting)
    slots.fill(flow.PASSED, steps.passed)
    slots.fill(flow.KINDS, steps.kinds)
    slots.fill(flow.ACTS, steps.acts)
    slots.fill(REPORTS, reports.incoming)
    slots.fill(REPORTS, reports.outgoing)
    slots.fill(REPORTS, exchange_report.offer)
    slots.fill(GROUPINGS, task_fields.by_field)
    slots.fill("sample", year.build)
    exports.register_maker(books.KIND, books.table_of)
    exports.register_keeper(books.KIND, printing.keep)
    exports.register_maker(list_export.KIND, list_export.table_of)
    exports.register_maker(search_export.KIND, search_export.table_of)
    exports.register_packer(packaging.KIND, packaging.pack)
    exports.register_packer(one_package.KIND, one_package.pack)
    slots.fill(package.PARTS, packaging.write)
    slots.fill(asked.MAY, asked_drafts.may_draft)
    slots.fill(asked.MAKE, asked_drafts.make)
    slots.fill(asked.ISSUED, asked_drafts.is_issued)
    slots.fill(ledgers.PROOFS, verifying.prove_all)
    slots.fill(ledgers.HEADS, verifying.open_heads)
    slots.fill(wordindexes.REBUILD, indexing.rebuild)
