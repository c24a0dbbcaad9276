"""Pasted lists: a line a task, bullets dropped, deeper lines subtasks that inherit the project above them."""

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.commands import read_command
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.titles import bullet_length
from tasktalk.assistant.understanding import Context, Draft, Intent

MAX_TASKS = 100
_TAB = 4
_PROSE = 120  # characters: longer lines are a text, no list


class _Line:
    """A task and the lines under it."""

    def __init__(self, depth: int, draft: Draft) -> None:
        self.depth = depth
        self.draft = draft
        self.below: list[_Line] = []

    def as_draft(self) -> Draft:
        """The task with its subtasks, which take over its project."""
        children = []
        for line in self.below:
            if line.draft.project is None and self.draft.project is not None:
                line.draft = structs.replace(line.draft, project=self.draft.project)
            children.append(line.as_draft())
        return structs.replace(self.draft, subtasks=tuple(children)) if children else self.draft


def read_outline(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """Several lines as tasks; None when they are prose, one task, or begin with a command."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or any(len(line) > _PROSE and not bullet_length(line) for line in lines):  # noqa: PLR2004
        return None
    if read_command(lines[0].strip(), context, engine, book) is not None:
        return None
    roots: list[_Line] = []
    open_lines: list[_Line] = []
    heading = _is_heading(lines)
    for at, raw in enumerate(lines[:MAX_TASKS]):
        depth = _indent(raw) + (1 if heading and at else 0) + (_TAB if raw.lstrip().startswith(">") else 0)
        captured = capture(raw, context, engine, book, begin=bullet_length(raw))
        title = (captured.draft.title or "").rstrip(":").strip()
        if not title:
            continue
        line = _Line(depth, structs.replace(captured.draft, title=title, spans=(), confidence=0.9))
        while open_lines and open_lines[-1].depth >= depth:
            open_lines.pop()
        (open_lines[-1].below if open_lines else roots).append(line)
        open_lines.append(line)
    drafts = [line.as_draft() for line in roots]
    if not drafts:
        return None
    if len(drafts) == 1:
        return Intent(**{**structs.asdict(drafts[0]), "intent": "create_task", "confidence": 0.9})
    return Intent(intent="create_tasks", confidence=0.95, tasks=tuple(drafts))


def _indent(line: str) -> int:
    return len(line.expandtabs(_TAB)) - len(line.expandtabs(_TAB).lstrip())


def _is_heading(lines: list[str]) -> bool:
    """Whether the first line is a title over bullets ("Groceries:")."""
    first = lines[0].strip()
    return first.endswith(":") and not bullet_length(lines[0]) and _indent(lines[0]) == 0
