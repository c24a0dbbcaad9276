"""Dictionaries are read before they are needed: half a second each, that somebody's first line would wait."""

import asyncio
from datetime import UTC, datetime

from tasktalk.accounts.users import list_languages
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context
from tasktalk.db import Pool


async def read_dictionaries(pool: Pool) -> None:
    """Of the languages that people here speak, one after the other, beside what else goes on."""
    async with pool.acquire() as conn:
        languages = await list_languages(conn)
    for language in languages:
        context = Context(now=datetime.now(UTC), language=language)
        await asyncio.to_thread(understand, "warm up", context)
