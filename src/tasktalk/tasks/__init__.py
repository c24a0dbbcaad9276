"""Tasks and projects: making, finding, changing, taking back. Nothing here knows how a person is reached."""

from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.changes import change_task, change_tasks
from tasktalk.tasks.journal.undo import Change, undo
from tasktalk.tasks.listing import Page, find_task, get_task, list_tasks
from tasktalk.tasks.model import Act, Attachment, Due, NewTask, Recurrence, Ref, Source, Status, Task, TaskChanges
from tasktalk.tasks.names import Match, list_titles, match_by_name
from tasktalk.tasks.projects.projects import (
    Member,
    Project,
    ProjectChanges,
    change_project,
    create_project,
    find_project_by_name,
    get_project,
    list_people,
    list_project_names,
    list_projects,
)
from tasktalk.tasks.projects.sharing.members import add_member
from tasktalk.tasks.tasks import create_tasks

__all__ = [
    "Act",
    "Attachment",
    "Change",
    "Due",
    "Match",
    "Member",
    "NewTask",
    "Page",
    "Project",
    "ProjectChanges",
    "Recurrence",
    "Ref",
    "Source",
    "Status",
    "Task",
    "TaskChanges",
    "add_member",
    "change_project",
    "change_task",
    "change_tasks",
    "create_project",
    "create_tasks",
    "find_project_by_name",
    "find_task",
    "get_project",
    "get_task",
    "list_people",
    "list_project_names",
    "list_projects",
    "list_tasks",
    "list_tasks_by_ids",
    "list_titles",
    "match_by_name",
    "undo",
]
