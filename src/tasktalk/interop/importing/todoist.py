"""Todoist: a project as CSV (its template and backup format), and a backup, which is such files in a ZIP.

Rows are tasks, sections for the tasks below, and notes (comments of the task above). Todoist names neither ids nor its
projects there: the project is the file's name, and a task is the same by what it says and where it stands.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context
from tasktalk.interop.importing.model import Draft, Read, Unreadable
from tasktalk.interop.importing.ours import Wrong, day, digest, number, read_table
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.model import Recurrence

_LABEL = re.compile(r"(?<!\S)@([^\s@]+)")
_FILE = re.compile(r"\s*\[\[file .*?\]\]", re.DOTALL)
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?)?")
_NAME = re.compile(r"(?: ?\[\d+\])?\.(?:csv|CSV)$")
_PERSON = re.compile(r"\s*\(\d+\)$")  # the number of an account
_LOWEST = 4
_A_DAY = 24 * 60

When = tuple[dt.date | None, dt.time | None, Recurrence | None]
ReadDate = Callable[[str, str], When | None]


def dates_of(now: dt.datetime, zone: str) -> ReadDate:
    """Reads what Todoist calls a date, such as `every 2nd friday at 9am`; None: it says no date."""

    @lru_cache(maxsize=4096)
    def read(text: str, language: str) -> When | None:
        if plain := _DATED.fullmatch(text.strip()):
            try:
                return dt.date.fromisoformat(plain[1]), dt.time.fromisoformat(plain[2]) if plain[2] else None, None
            except ValueError:  # such as the 31st of February
                return None
        context = Context(now=now, tz=zone, language=language if language in LANGUAGES else "en", people=())
        said = understand(f"x {text}", context).intents[0]
        if said.due is None or said.due.on is None:
            return None
        rule = said.recurrence
        again: Recurrence | None = {"rrule": rule.rrule, "from": rule.from_, "text": text} if rule else None
        return said.due.on, said.due.clock, again

    return read


def project_of(name: str) -> str | None:
    """The project that a file's name says; None: the Inbox."""
    plain = _NAME.sub("", name.rpartition("/")[2]).strip()
    return None if plain.lower() in {"", "inbox"} else plain


@dataclass(slots=True)
class _Reader:
    project: str | None
    date: ReadDate
    section: str | None = None
    above: list[Draft] = field(default_factory=list)  # the task above and its parents
    read: list[Draft | Unreadable] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, row: int, line: dict[str, str]) -> None:
        kind, content = line.get("type", "").strip().lower(), line.get("content", "").strip()
        if kind == "section":
            self.section, self.above = content or None, []
        elif kind == "note":
            self._note(content)
        elif kind == "task":
            try:
                self._task(row, line, content)
            except Wrong as error:
                self.read.append(Unreadable(row, content, error.why, error.field))
        elif kind not in {"", "meta"}:
            self.read.append(Unreadable(row, content, Told("There is no type {type}.", type=repr(kind[:40])), "type"))

    def _note(self, content: str) -> None:
        """Of the last task that was read."""
        said = _FILE.sub("", content).strip()
        for place in range(len(self.read) - 1, -1, -1):
            task = self.read[place]
            if isinstance(task, Draft):
                comments = (*task.comments, said) if said else task.comments
                left = (phrase("Its files are not brought along."),) if _FILE.search(content) else ()
                remarks = tuple(dict.fromkeys((*task.remarks, *left)))
                self.read[place] = replace(task, comments=comments, remarks=remarks)
                return

    def _task(self, row: int, line: dict[str, str], content: str) -> None:
        depth = max(number(line.get("indent", "").strip(), "indent") or 1, 1) - 1
        self.above = self.above[:depth]
        parent = self.above[-1] if self.above else None
        priority = number(line.get("priority", "").strip(), "priority")
        title = _LABEL.sub("", content).strip() or content
        remarks: list[str] = []
        who = _PERSON.sub("", line.get("responsible", "").strip())
        on, at, rule = self._when(line, remarks)
        said = digest(self.project, self.section, parent.external_id if parent else "", content, line.get("date", ""))
        self.seen[said] = self.seen.get(said, 0) + 1
        draft = Draft(
            row=row,
            external_id=said if self.seen[said] == 1 else f"{said}.{self.seen[said]}",
            title=title,
            notes=line.get("description", "").strip(),
            priority=None if priority == _LOWEST else priority,
            due_on=on,
            due_time=at,
            deadline_on=day(line.get("deadline"), "deadline"),
            duration_minutes=_minutes(line),
            recurrence=rule,
            project=self.project,
            section=self.section,
            labels=tuple(dict.fromkeys(_LABEL.findall(content))) if title != content else (),
            assignees=(who,) if who else (),
            parent=parent.external_id if parent else None,
            remarks=tuple(remarks),
        )
        self.above.append(draft)
        self.read.append(draft)

    def _when(self, line: dict[str, str], remarks: list[str]) -> When:
        text = line.get("date", "").strip()
        if not text:
            return None, None, None
        found = self.date(text[:200], line.get("date_lang", "").strip()[:2].lower())
        if found is None:
            remarks.append(Told("The date “{text}” was not understood.", text=text[:100]))
            return None, None, None
        return found


def read_csv(text: str, *, project: str | None, date: ReadDate) -> Read:
    """The tasks of one project."""
    reader = _Reader(project, date)
    for row, line in enumerate(read_table(text), 2):
        reader.take(row, line)
    return reader.read


def _minutes(line: dict[str, str]) -> int | None:
    count = number(line.get("duration", "").strip().removesuffix(".0"), "duration")
    if not count:
        return None
    return count * _A_DAY if line.get("duration_unit", "").strip().lower() == "day" else count
