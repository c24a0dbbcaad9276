"""The assistant for other programs and the console: understanding without effects, and turns of the same dialogue."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_reader, api_viewer
from tasktalk.assistant.dialogue import load_dialogues, save_dialogues
from tasktalk.assistant.llm.budget import prepare_thought, read_thought
from tasktalk.assistant.llm.mind import Mind
from tasktalk.assistant.parse_lines import read_request
from tasktalk.assistant.reply import Needs, Reply, Utterance
from tasktalk.assistant.respond import respond
from tasktalk.assistant.understand import understand
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.errors import BadRequest
from tasktalk.web.http import keeps_content
from tasktalk.web.transaction import in_transaction

router = APIRouter(prefix="/api/assistant")

_LONGEST_TEXT = 65_536


class ParseRequest(BaseModel):
    """`now`: ISO 8601, on the wall clock of `tz` unless it has an offset."""

    text: str = Field(max_length=_LONGEST_TEXT)
    now: str | None = None
    tz: str | None = None
    lang: str | None = None
    people: list[str] | None = None
    projects: list[str] | None = None
    labels: list[str] | None = None


class MessageRequest(BaseModel):
    """Something said, or the `id` of a button or row of an earlier reply."""

    text: str = Field("", max_length=_LONGEST_TEXT)
    tap: str | None = None


@router.post("/parse")
async def parse(body: ParseRequest, viewer: Annotated[Viewer, Depends(api_reader)]) -> dict[str, Any]:
    """What the assistant understands; nothing is changed."""
    text, context = read_request(body.model_dump(), tz=viewer.timezone, lang=viewer.language)
    understood: dict[str, Any] = msgspec.to_builtins(understand(text, context))
    return understood


@router.post("/messages")
async def send_message(
    request: Request, response: Response, body: MessageRequest, viewer: Annotated[Viewer, Depends(api_viewer)]
) -> dict[str, Any]:
    """One turn, committed; the reply as it would be sent, with the ids of its buttons and rows."""
    if not body.text.strip() and body.tap is None:
        raise BadRequest("Say something: `text`, or `tap` with a button's id.", field="text")
    said = Utterance("api", text=body.text, tap=body.tap)
    state = request.app.state
    reply = await take_turn(state.pool, keyring=state.keyring, viewer=viewer, said=said, mind=state.mind)
    if not keeps_content(request):
        response.headers["Cache-Control"] = "no-store"  # nor is it kept for who sends the same Idempotency-Key again
    return {"reply": msgspec.to_builtins(reply) if reply is not None else None}


async def take_turn(
    pool: Pool, *, keyring: Keyring, viewer: Viewer, said: Utterance, mind: Mind | None = None
) -> Reply | None:
    """One turn of `viewer`'s dialogue in a transaction of its own.

    A model is asked between two of them, so never within one that lasts as long as the request.
    """
    thinks = mind is not None and not in_transaction()
    reply = await _try_turn(pool, keyring=keyring, viewer=viewer, said=said, thinks=thinks)
    if mind is not None and isinstance(reply, Needs):
        thought = read_thought(await prepare_thought(pool, mind, reply.carried))
        said = replace(said, thought=thought)
        reply = await _try_turn(pool, keyring=keyring, viewer=viewer, said=said, thinks=thinks)
    return None if isinstance(reply, Needs) else reply


async def _try_turn(
    pool: Pool, *, keyring: Keyring, viewer: Viewer, said: Utterance, thinks: bool
) -> Reply | Needs | None:
    now = dt.datetime.now(dt.UTC)
    async with pool.acquire() as conn, conn.transaction():
        dialogue = (await load_dialogues(conn, [viewer]))[viewer.user_id]
        reply = await respond(conn, dialogue=dialogue, said=said, now=now, keyring=keyring, thinks=thinks)
        await save_dialogues(conn, [dialogue])
    return reply
