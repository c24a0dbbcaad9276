"""A calendar says of what is late that it is."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk import Browser, Desk

from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.tasks import create_tasks

_ENTRY = re.compile(
    r'<li class="entry-task([^"]*)".*?class="task-title" href="[^"]+">(.*?)</a>(?:<span class="hidden">(.*?)</span>)?',
    re.DOTALL,
)


async def test_a_calendar_says_what_is_late(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    project = (await create_project(desk.pool, viewer=ana.viewer, name="Trip", by=act)).id
    on = datetime.now(ZoneInfo(ana.viewer.timezone)).date()
    new = [
        NewTask(title="late", project_id=project, due_on=on - timedelta(days=1)),
        NewTask(title="early", project_id=project, due_on=on, due_time=time(0, 0)),
        NewTask(title="whole day", project_id=project, due_on=on + timedelta(days=2)),
        NewTask(title="next", project_id=project, due_on=on + timedelta(days=3), due_time=time(0, 0)),
    ]
    await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    for path in (f"/projects/{project}?view=calendar", "/tasks?view=upcoming&as=calendar"):
        found = {}
        for number in range(-1, 4):
            found |= entries(await ana.read(f"{path}&day={on + timedelta(days=number)}"))
        assert found == {
            "late": (" late", "Overdue"),
            "<time>00:00</time> early": (" late", "Overdue"),
            "whole day": ("", ""),
            "<time>00:00</time> next": ("", ""),
        }


def entries(page: str) -> dict[str, tuple[str, str]]:
    """By what an entry says: the kind it is, and what is said behind it."""
    return {title: (kind, behind) for kind, title, behind in _ENTRY.findall(page)}
