"""What this wing plugs into the application."""

from flask import Flask

from documents import jobs, subscribers
from documents.models import catalogue, dispatch, document, draft, intake, register
from documents.permissions import may_read
from documents.sample import year
from documents.services import titles
from intranet.core import refs, slots
from intranet.notices import services as notices

#: Importing the modules makes their tables, jobs and subscriptions known.
PARTS = (catalogue, dispatch, document, draft, intake, register, jobs, subscribers)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    refs.register_kind("document", title=titles.title_of, url=titles.url_of, may_read=may_read)
    refs.register_kind(
        "register", title=titles.register_title, url=titles.register_url, may_read=titles.may_read_register
    )
    notices.register_titles("document", titles.titles_of)
    slots.fill("sample", year.build)
