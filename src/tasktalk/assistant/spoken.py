"""Several tasks of one voice note are made as one, so that the reply lists them and their order can be named."""

from itertools import groupby

from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Draft, Intent

_TASK = frozenset({"create_task", "create_tasks"})


def join_tasks(read: list[tuple[Turn, Intent]]) -> list[tuple[Turn, Intent]]:
    """The same intents; new tasks that follow each other are a single one."""
    joined: list[tuple[Turn, Intent]] = []
    for makes, group in groupby(read, key=lambda each: each[1].intent in _TASK):
        found = list(group)
        if makes and len(found) > 1:
            drafts = [draft for _, intent in found for draft in _drafts(intent)]
            sure = min(intent.confidence for _, intent in found)
            found = [(found[0][0], Intent(intent="create_tasks", confidence=sure, tasks=tuple(drafts)))]
        joined += found
    return joined


def _drafts(intent: Intent) -> list[Draft]:
    if intent.intent == "create_tasks":
        return list(intent.tasks)
    return [Draft(**{name: getattr(intent, name) for name in Draft.__struct_fields__})]
