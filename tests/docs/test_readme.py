"""What the README says one can say is understood as it says."""

from datetime import UTC, datetime

from documents import code, read

from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context

# What each sentence of the table asks for, in its order.
ASKED = {
    "buy milk tomorrow 5pm #Home p1": "create_task",
    "pay rent every month on the 1st at 9am @money": "create_task",
    "today": "list_tasks",
    "overdue": "list_tasks",
    "this week": "list_tasks",
    "all": "list_tasks",
    "#Home": "list_tasks",
    "done 1 3": "complete_task",
    "done milk": "complete_task",
    "reopen milk": "reopen_task",
    "move milk to friday 6pm": "reschedule_task",
    "make it p2": "update_task",
    "snooze milk": "snooze",
    "remind me to call Ana at 6": "create_task",
    "remind me 30 min before the gym": "remind",
    "assign milk to Ben": "assign_task",
    "comment on milk: oat": "comment_task",
    "delete milk": "delete_task",
    "find rent": "search",
    "projects": "list_projects",
    "new project Garden": "create_project",
    "share Garden with Ben": "update_project",
    "daily digest at 8am": "settings",
    "quiet hours 22 to 7": "settings",
    "stop": "settings",
    "daily summary": "summary",
    "weekly report": "summary",
    "plan my day": "plan_day",
    "what did I finish last month": "summary",
    "undo": "undo",
}


def test_what_the_readme_says_is_understood() -> None:
    table = read("README.md").partition("| say |")[2].partition("\n\n")[0]
    said = [span for row in table.splitlines() for span in code(row.split("|")[1] if row.count("|") > 1 else "")]
    assert said == list(ASKED)
    context = Context(
        now=datetime(2026, 11, 23, 10, tzinfo=UTC),
        tz="UTC",
        language="en",
        people=("Ana", "Ben"),
        projects=("Home", "Garden"),
        open_titles=("buy milk", "pay rent", "gym"),
    )
    heard = {text: [intent.intent for intent in understand(text, context).intents] for text in said}
    assert heard == {text: [intent] for text, intent in ASKED.items()}
