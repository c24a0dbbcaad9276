"""Undo: what the person did last, whatever it was; said twice, it goes further back. And its twin, redo."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import msgspec

from tasktalk.assistant import change
from tasktalk.assistant.asked import take
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.outcomes import Outcome, Said, Undone
from tasktalk.assistant.personal import as_changes
from tasktalk.assistant.questions import Kind, Question
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.errors import Conflict, Forbidden, NotFound
from tasktalk.tasks.preferences.preferences import change_preferences, get_preferences
from tasktalk.tasks.projects.sharing.members import remove_member


async def take_back(turn: Turn, intent: Intent | None = None) -> Outcome:
    """What the person did last within ten minutes and did not take back: a change, settings, letting others in."""
    if intent is not None and intent.action == "redo":
        return await bring_back(turn)
    since = turn.now - change.UNDO_LIFE
    last = await Q.find_last_act(turn.conn, user_id=turn.dialogue.viewer.user_id, since=since)
    settings = turn.dialogue.asked.get("settings")
    if settings is not None and settings.is_open(turn.now) and (last is None or settings.at >= last["at"]):
        return await _swap_settings(turn, settings, other="again")
    return await take_back_act(turn, last["change_set"]) if last is not None else Said("nothing_to_undo")


async def bring_back(turn: Turn) -> Outcome:
    """What the person took back last within ten minutes and is not so again: a change, settings."""
    since = turn.now - change.UNDO_LIFE
    last = await Q.find_last_undo(turn.conn, user_id=turn.dialogue.viewer.user_id, since=since)
    settings = turn.dialogue.asked.get("again")
    if settings is not None and settings.is_open(turn.now) and (last is None or settings.at >= last["at"]):
        return await _swap_settings(turn, settings, other="settings")
    return await change.bring_back(turn, last["change_set"]) if last is not None else Said("nothing_to_redo")


async def take_back_act(turn: Turn, change_set: UUID) -> Outcome:
    """What one act did: what an Undo button carries."""
    user_id = turn.dialogue.viewer.user_id
    since = turn.now - change.UNDO_LIFE
    joined = [row async for row in Q.list_let_in(turn.conn, user_id=user_id, change_set=change_set, since=since)]
    if not joined:
        return await change.take_back(turn, change_set=change_set)
    left = []
    for row in joined:
        try:
            async with turn.conn.transaction():
                await remove_member(
                    turn.conn,
                    viewer=turn.dialogue.viewer,
                    project_id=row["project_id"],
                    user_id=row["user_id"],
                    by=turn.by,
                )
            left.append(row["name"])
        except NotFound:
            continue  # gone by themselves since
        except (Conflict, Forbidden) as error:
            return Said("cannot_undo", error.message)
    await Q.mark_let_in_undone(turn.conn, user_id=user_id, change_set=change_set, at=turn.now)
    return Undone(left=(joined[0]["project"], tuple(left))) if left else Said("nothing_to_undo")


async def _swap_settings(turn: Turn, settings: Question, *, other: Kind) -> Outcome:
    """Settings as they were kept; as they are now is kept under `other`."""
    again = other == "settings"
    question = await take(turn, settings.kind, settings.id)
    if question is None or question.before is None:
        return Said("nothing_to_redo" if again else "nothing_to_undo")
    viewer = turn.dialogue.viewer
    were = await get_preferences(turn.conn, viewer=viewer)
    turn.ask(other, before=msgspec.to_builtins({key: getattr(were, key) for key in question.before}))
    now = await change_preferences(
        turn.conn, viewer=viewer, changes=as_changes(question.before), now=turn.now.astimezone(dt.UTC)
    )
    turn.dialogue.viewer = replace(viewer, timezone=now.timezone, language=now.language)
    return Undone(settings=True, again=again)
