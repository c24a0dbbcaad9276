"""Asking within a person's budget: counted before the call in a transaction of its own, so that none is open in it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from tasktalk.assistant.llm.mind import Mind
from tasktalk.assistant.llm.question import Question, Thought
from tasktalk.db import Conn, Pool
from tasktalk.db.sql import queries

Q = queries(__file__)

KEPT_DAYS = 90


async def prepare_thought(pool: Pool, mind: Mind, carried: Mapping[str, Any]) -> Mapping[str, Any]:
    """`{"thought": …}` for what `Needs.carried` holds: what is merged into an item that was set aside."""
    question = msgspec.convert(carried["question"], Question)
    return {"thought": msgspec.to_builtins(await ask(pool, mind, question))}


def read_thought(prepared: Mapping[str, Any]) -> Thought | None:
    """The thought that was prepared; None: there is none yet. What cannot be read failed."""
    made = prepared.get("thought")
    if made is None:
        return None
    try:
        return msgspec.convert(made, Thought)
    except msgspec.ValidationError:
        return Thought(failed="error")


async def ask(pool: Pool, mind: Mind, question: Question) -> Thought:
    """What the model makes of it, if the person's day has room for it. No connection is held while it thinks."""
    from tasktalk.assistant.llm.think import think  # noqa: PLC0415  (its tools take a moment to load)

    by = {"user_id": question.user_id, "on_day": question.on_day}
    async with pool.acquire() as conn:
        has_room = await Q.spend_request(conn, **by, requests=mind.requests_per_day, tokens=mind.tokens_per_day)
    if not has_room:
        return Thought(failed="budget")
    thought = await think(mind, question)
    async with pool.acquire() as conn:
        await Q.add_usage(
            conn,
            **by,
            requests=thought.requests - 1,
            input_tokens=thought.input_tokens,
            output_tokens=thought.output_tokens,
        )
    return thought


async def forget_usage(conn: Conn, *, before: date) -> int:
    """Drops the counts of days gone by; answers how many."""
    gone: int = await Q.forget_usage(conn, before=before)
    return gone
