"""Commands about projects: make, rename, archive, share and delete one, and how it stands."""

from tasktalk.assistant.grammar.orders import LIKELY, PERHAPS, READERS, Order, Reader, reads
from tasktalk.assistant.grammar.targets import find_people
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Query


@reads("create_project")
def _create_project(order: Order) -> Intent | None:
    name = (order["text"] or "").strip(" \"'“”.:")
    if name and fold(name) in order.book.plain_lists:
        return None
    return Intent(intent="create_project", confidence=LIKELY if name else PERHAPS, project=name or None)


def _change_project(action: str) -> Reader:
    def read(order: Order) -> Intent | None:
        people = find_people(order["people"] or "", order.context.people, order.book)
        if order["people"] is not None and not people:
            return None
        name, title = _known_project(order), order["text"]
        return Intent(
            intent="update_project",
            confidence=LIKELY,
            project=name,
            action=action,
            title=title,
            assignees=tuple(people),
        )

    return read


for _name in ("rename", "archive", "share", "delete"):
    READERS[f"{_name}_project"] = _change_project(_name)


def _known_project(order: Order) -> str | None:
    said = (order["project"] or "").strip(" #\"'“”?.!")
    return next((name for name in order.context.projects if fold(name) == fold(said)), said or None)


@reads("project_status")
def _project_status(order: Order) -> Intent:
    name = _known_project(order)
    return Intent(
        intent="project_status", confidence=LIKELY, project=name, query=Query(filter=f"#{name}" if name else None)
    )
