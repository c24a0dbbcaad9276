"""Commands about projects: make, rename, archive, share and delete one, and how it stands."""

from collections.abc import Callable

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.orders import LIKELY, PERHAPS, READERS, Order, Reader, reads
from tasktalk.assistant.grammar.targets import spell_list
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Query

_LONGEST = 3  # words of a name that "list" follows


@reads("create_project")
def _create_project(order: Order) -> Intent | None:
    name = (order["text"] or "").strip(" \"'“”.:")
    if name and fold(name) in order.book.plain_lists:
        return None
    if len(name.split()) > _LONGEST and any(each.search(fold(order.text)) for each in order.book.into_list):
        return None  # "make sure bread is on my list"
    return Intent(intent="create_project", confidence=LIKELY if name else PERHAPS, project=name or None)


def _change_project(action: str, fits: Callable[[str | None, Order], bool]) -> Reader:
    def read(order: Order) -> Intent | None:
        people, name = order.people(), _name_project(order)
        if people is None or not fits(name, order):
            return None
        return Intent(
            intent="update_project",
            confidence=LIKELY,
            project=name,
            action=action,
            title=order["text"],
            assignees=people,
        )

    return read


def _is_known(name: str | None, order: Order) -> bool:
    """Whether there is such a project and no task of that name."""
    return name in order.context.projects and fold(name or "") not in map(fold, order.context.open_titles)


def _is_named(name: str | None, order: Order) -> bool:
    """Whether it is one ("#Garden", "the list"), or written like a name: one shares photos, too."""
    called = "#" in order.text or any(word in order.book.project_words for word in fold(order.text).split())
    return called or (name or "")[:1].isupper() or _is_known(name, order)


for _name in ("rename", "archive", "delete"):
    READERS[f"{_name}_project"] = _change_project(_name, lambda _name, _order: True)
    READERS[f"{_name}_known"] = _change_project(_name, _is_known)
READERS["share_project"] = _change_project("share", _is_named)


def _name_project(order: Order) -> str | None:
    """The project it speaks of, in its own spelling where it is known."""
    said = (order["project"] or "").strip(" #\"'“”?.!")
    return next((name for name in order.context.projects if fold(name) == fold(said)), said or None)


@reads("project_task")
def _move_to_project(order: Order) -> Intent | None:
    """Read "move 3 to Garden", where there is such a project and such a task."""
    said, target = (order["project"] or "").strip(" #\"'“”?.!"), order.known_target()
    for name, section in ((said, ""), *_cut(said)):  # "Home/Garden" may be a project's name
        project = _find_known(name, order) or _find_known(_without_kind(name, order), order)
        if project and target:
            return Intent(
                intent="update_task", confidence=LIKELY, target=target, project=project, section=section or None
            )
    return None


def _cut(said: str) -> tuple[tuple[str, str], ...]:
    """The project and the section of "Home/Garden"."""
    project, _, section = said.partition("/")
    return ((project.strip(), section.strip()),) if section.strip() else ()


def _without_kind(name: str, order: Order) -> str:
    """Without what says what it is: "das Projekt Home", "Home project"."""
    small = {*order.book.project_words, *order.book.slots["articles"]}
    return " ".join(word for word in name.split() if fold(word) not in small)


def _find_known(name: str, order: Order) -> str | None:
    return next((known for known in order.context.projects if fold(known) == fold(name)), None)


@reads("section_task")
def _move_to_section(order: Order) -> Intent | None:
    target, name = order.known_target(), (order["section"] or "").strip(" /\"'“”.!")
    project = _find_known(_name_project(order) or "", order)  # "the section Garden of Home"
    if not name or target is None or (order["project"] and not project):
        return None
    return Intent(intent="update_task", confidence=LIKELY, target=target, section=name, project=project)


@reads("project_status")
def _project_status(order: Order) -> Intent:
    name = _name_project(order)
    return Intent(
        intent="project_status", confidence=LIKELY, project=name, query=Query(filter=f"#{name}" if name else None)
    )


@reads("status_known")
def _known_status(order: Order) -> Intent | None:
    """Read "how is House Move going", where there is such a project."""
    return _project_status(order) if _name_project(order) in order.context.projects else None


@reads("list_with")
def _add_to_list(order: Order) -> Intent | None:
    """Read "update my shopping list with milk and eggs"."""
    name = (order["list"] or "").strip()
    draft = capture(order["text"] or "", order.context, order.engine, order.book).draft
    if not draft.title:
        return None
    listed = None if fold(name) in order.book.plain_lists else spell_list(name, order.context.projects)
    project = draft.project or listed
    new = {"intent": "create_task", "confidence": LIKELY, "project": project, "spans": ()}
    return Intent(**{**structs.asdict(draft), **new})
