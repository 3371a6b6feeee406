"""How long searching takes over very many documents, on both engines, and a plain LIKE beside it.

What is timed is finding the fifty documents of a page, by words and by rights, as the page does; the whole
page with its texts, and the total with the facets, apart. Half of the words are common, half are rare.
"""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select

from bench.archive import COMMON, SYMBOLS, Filled, on_both, rare_words, share_of
from bench.figures import Figure
from documents.models.document import Document
from documents.models.search import DocumentText
from documents.permissions import visible_to
from documents.services.searching import FITTING, NEWEST, Search
from intranet.core import db
from intranet.core.dialect import table_of
from intranet.core.text import fold
from intranet.people.models import User

ROUNDS = 24
#: Milliseconds: a clerk's p95, of who sees one per cent, of who sees nothing, by relevance, a clerk's p50.
BUDGETS: dict[str, tuple[float, float, float, float, float | None]] = {
    "SQLite": (50, 100, 400, 300, None),
    "PostgreSQL": (1200, 150, 400, 600, 20),
}


def measure(documents: int = 1_000_000) -> Iterator[Figure]:
    """Milliseconds by engine, kind of words and person; and the share of the time that LIKE takes."""
    yield from on_both(_searching, documents)


def _searching(lies: Filled) -> Iterator[Figure]:
    name, engine, org_id = lies.name, lies.engine, lies.org_id
    clerk, officer, nobody = lies.clerk, lies.officer, lies.nobody
    asked = asked_words()
    budgets = BUDGETS[engine]
    for kind, words in asked.items():
        times = _times(org_id, clerk, words, lambda found: found.keys())
        yield Figure(
            f"{name}: {kind}, clerk, p50", share_of(times, 0.5), "ms", 20 if engine != "SQLite" else None
        )
        yield Figure(f"{name}: {kind}, clerk, p95", share_of(times, 0.95), "ms", budgets[0])
    every = [one for words in asked.values() for one in words]
    for who, key, most in (("1 % of it", officer, budgets[1]), ("none of it", nobody, budgets[2])):
        times = _times(org_id, key, every, lambda found: found.keys())
        yield Figure(f"{name}: all kinds, {who}, p50", share_of(times, 0.5), "ms")
        yield Figure(f"{name}: all kinds, {who}, p95", share_of(times, 0.95), "ms", most)
    times = _times(org_id, clerk, every, lambda found: found.keys(), FITTING)
    yield Figure(f"{name}: by relevance, clerk, p95", share_of(times, 0.95), "ms", budgets[3])
    for who, key in (("clerk", clerk), ("1 % of it", officer)):
        times = _times(org_id, key, every, lambda found: found.counted())
        yield Figure(f"{name}: total and facets, {who}, p95", share_of(times, 0.95), "ms", 500)
    times = _times(org_id, clerk, every, lambda found: found.page())
    yield Figure(f"{name}: all kinds, rows and snippets too, clerk, p95", share_of(times, 0.95), "ms", 500)
    begun = [f"{word[:-1]}*" for word in asked["words"]]
    times = _times(org_id, clerk, begun, lambda found: found.suggested(8))
    yield Figure(f"{name}: suggestions, clerk, p95", share_of(times, 0.95), "ms", 150)
    dated = [f"{word} 03/2022" for word in asked["words"]]
    times = _times(org_id, clerk, dated, lambda found: found.keys())
    yield Figure(f"{name}: words of a month, clerk, p95", share_of(times, 0.95), "ms")
    plain = asked["words"][: ROUNDS // 2]
    times = _times(org_id, clerk, plain, lambda found: found.keys())
    naive = sorted(_like(org_id, clerk, words) for words in plain)
    yield Figure(f"{name}: LIKE for the same words, p50", share_of(naive, 0.5), "ms")
    yield Figure(f"{name}: LIKE for the same words, p95", share_of(naive, 0.95), "ms")
    yield Figure(f"{name}: index against LIKE, all the time", sum(times) / sum(naive), "", 0.2)


def asked_words() -> dict[str, list[str]]:
    """What is searched for, by kind: common words of many, and words of few documents."""
    rare = rare_words()
    chance = random.Random(11)
    half = ROUNDS // 2
    common = [" ".join(chance.sample(COMMON, 2)) for _ in range(half)]
    mixed = [f"{chance.choice(COMMON)} {word}" for word in chance.sample(rare, half)]
    return {
        "words": [fold(one) for one in (*mixed, *common)],
        "words with marks": [*mixed, *common],
        "phrases": [f'"{fold(chance.choice(COMMON))}"' for _ in range(half)]
        + [f'"{fold(one)}"' for one in mixed],
        "numbers": [f"{chance.randrange(1, 9000)}/{chance.choice(SYMBOLS)}" for _ in range(ROUNDS)],
    }


def _times(
    org_id: int, user_id: int, asked: list[str], do: Callable[[Search], Any], order: str = NEWEST
) -> list[float]:
    """Milliseconds of each, warm, sorted; each in a scope of its own, as a request is."""
    taken = []
    for typed in asked:
        for is_timed in (False, True):
            with db.scope({org_id}):
                actor = db.session().get_one(User, user_id)
                began = time.perf_counter()
                do(Search(actor, typed, {}, order))
                if is_timed:
                    taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def _like(org_id: int, user_id: int, typed: str) -> float:
    """Milliseconds of the same words by LIKE over folded subjects and texts."""
    text_ = table_of(DocumentText)
    with db.scope({org_id}):
        actor = db.session().get_one(User, user_id)
        query = select(Document.id).join(text_, text_.c.document_id == Document.id)
        for word in typed.split():
            query = query.where((Document.subject_key + text_.c.body).like(f"%{word}%"))
        query = query.where(visible_to(actor)).order_by(Document.id.desc()).limit(50)
        began = time.perf_counter()
        db.session().execute(query).all()
        return (time.perf_counter() - began) * 1000
