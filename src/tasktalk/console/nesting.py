"""Subtasks on a list: under what they are part of where that is shown, else with its name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.console.items import Group, Item
from tasktalk.console.log import Q
from tasktalk.db import Conn
from tasktalk.tasks.model import Task

_DEEPEST = 3


async def load_parents(conn: Conn, viewer: Viewer, tasks: Sequence[Task]) -> dict[UUID, str]:
    """The titles of what these tasks are part of, as far as the viewer sees it."""
    titles = {task.id: task.title for task in tasks}
    wanted = {task.parent_id for task in tasks if task.parent_id}
    if missing := wanted - titles.keys():
        titles |= {
            row["id"]: row["title"] async for row in Q.list_titles(conn, viewer=viewer.user_id, ids=list(missing))
        }
    return {id_: title for id_, title in titles.items() if id_ in wanted}


def nest(groups: Sequence[Group], *, by_day: bool) -> list[Group]:
    """Each subtask right under what it is part of, a step in.

    Where headings are days, one with a day of its own is looked for there, if need be under another than its parent.
    """
    group_of = {item.task.id: number for number, group in enumerate(groups) for item in group.items}
    under: dict[UUID, list[Item]] = {}
    tops: list[list[Item]] = [[] for _ in groups]
    for number, group in enumerate(groups):
        for item in group.items:
            parent = item.task.parent_id
            if parent in group_of and (not by_day or item.task.due is None or group_of[parent] == number):
                under.setdefault(parent, []).append(item)
            else:
                tops[number].append(item)

    def unfold(items: Sequence[Item], depth: int) -> list[Item]:
        found = []
        for item in items:
            found.append(replace(item, depth=min(depth, _DEEPEST)))
            found += unfold(under.get(item.task.id, ()), depth + 1)
        return found

    nested = [replace(group, items=unfold(items, 0)) for group, items in zip(groups, tops, strict=True)]
    return [group for group in nested if group.items]


def name_parents(groups: Sequence[Group], parents: Mapping[UUID, str]) -> list[Group]:
    """Each subtask with the title of what it is part of."""
    return [replace(group, items=[name_parent(item, parents) for item in group.items]) for group in groups]


def name_parent(item: Item, parents: Mapping[UUID, str]) -> Item:
    """One of them."""
    parent = item.task.parent_id
    return replace(item, parent=parents.get(parent, "")) if parent else item
