from datetime import UTC, date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.tasks import NewTask, change_task, create_tasks, list_tasks
from tasktalk.tasks.filters import All, Any, Dated, Named, Not, Search, Word, parse
from tasktalk.tasks.filters.days import Days, find_days

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("today & p1", All((Word("today"), Word("priority", 1)))),
        ("Today P1 #Home", All((Word("today"), Word("priority", 1), Named("project", ("Home",))))),
        ("(overdue | today) & #Home", All((Any((Word("overdue"), Word("today"))), Named("project", ("Home",))))),
        ("a1, b1", None),
        ("#Home, #Work", Any((Named("project", ("Home",)), Named("project", ("Work",))))),
        (
            "#My big Project & !@waiting",
            All((Named("project", ("My big Project",)), Not(Named("label", ("waiting",))))),
        ),
        ('##"Salt & Pepper" /To do', All((Named("project", ("Salt & Pepper",)), Named("section", ("To do",))))),
        ("#Salt \\& Pepper", Named("project", ("Salt ", "&", " Pepper"))),
        ("@home*", Named("label", ("home", None))),
        ('@"home*"', Named("label", ("home*",))),
        ("assigned to: me", Named("assignee", ("me",))),
        ("+Ana", Named("assignee", ("Ana",))),
        ("7 days", Word("days", 7)),
        ("next 14 days", Word("days", 14)),
        ('"no date" | "7 days"', Any((Word("no date"), Word("days", 7)))),
        ("no due date", Word("no date")),
        ("due before: next friday", Dated("due", "before", "next friday")),
        ("date: 2026-11-20", Dated("due", "on", "2026-11-20")),
        ("due after: +8 days", Dated("due", "after", "+8 days")),
        ("deadline: 27 jan | 24 dec", Any((Dated("deadline", "on", "27 jan"), Dated("due", "on", "24 dec")))),
        ("search: buy milk & p1", All((Search(("buy", "milk")), Word("priority", 1)))),
        ('search: "a & b (c)"', Search(("a", "&", "b", "(c)"))),
        ('"something else"', Search(("something", "else"))),
        ("search: a & search: b", All((Search(("a",)), Search(("b",))))),
        ("todays", None),
        ("!!done", Not(Not(Word("done")))),
    ],
)
def test_reading(text: str, expr: object) -> None:
    if expr is None:
        with pytest.raises(BadRequest):
            parse(text)
    else:
        assert parse(text) == expr


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("today &", 7),
        ("today & & p1", 8),
        ("(today", 0),
        ("today)", 5),
        ("today & bananas", 8),
        ("p1 & #", 5),
        ('#"Home', 1),
        ("due before: whenever", 12),
        ("date: 2026-02-30", 6),
        ("search:", 0),
        ("", 0),
        ("|", 0),
        ("(" * 40 + "today", 30),
        ("x" * 1001, 1000),
    ],
)
def test_errors_point_at_the_place(text: str, position: int) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(text)
    assert refused.value.data["position"] == position
    assert refused.value.data["field"] == "filter"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", MONDAY, MONDAY),
        ("Tomorrow", date(2026, 11, 24), None),
        ("monday", MONDAY, None),
        ("fri", date(2026, 11, 27), None),
        ("next Friday", date(2026, 12, 4), None),
        ("last sunday", date(2026, 11, 22), None),
        ("last monday", date(2026, 11, 16), None),
        ("this week", MONDAY, date(2026, 11, 29)),
        ("next week", date(2026, 11, 30), date(2026, 12, 6)),
        ("weekend", date(2026, 11, 28), date(2026, 11, 29)),
        ("next month", date(2026, 12, 1), date(2026, 12, 31)),
        ("27 jan", date(2027, 1, 27), None),
        ("Dec 1st", date(2026, 12, 1), None),
        ("29 feb", date(2028, 2, 29), None),
        ("3 september 2030", date(2030, 9, 3), None),
        ("in 2 weeks", date(2026, 12, 7), None),
        ("-3 days", date(2026, 11, 20), None),
        ("3 days ago", date(2026, 11, 20), None),
        ("+3 months", date(2027, 2, 23), None),
    ],
)
def test_days(text: str, first: date, last: date | None) -> None:
    assert find_days(text, MONDAY) == Days(first, last or first)


@pytest.mark.parametrize(
    "text", ["", "0 jan", "32 jan", "30 feb", "99999 years", "2026-13-01", "marble 3", "in 3 days ago"]
)
def test_no_days(text: str) -> None:
    assert find_days(text, MONDAY) is None


@pytest.fixture
async def filled(conn: Conn, people: People, act: ActMaker) -> People:
    """Ana's tasks, seen on Monday the 23rd of November 2026, 11:00 in Madrid; and others she must never see."""
    me = people.ana.user_id
    new = [
        NewTask(title="late day", due_on=date(2026, 11, 22)),
        NewTask(title="late hour", due_on=MONDAY, due_time=time(10), priority=1),
        NewTask(title="today hour", due_on=MONDAY, due_time=time(17), labels=("Café",)),
        NewTask(title="today day", due_on=MONDAY, project_id=people.home, section="To do", assignees=(me,)),
        # 23:30 in New York is Tuesday in Madrid.
        NewTask(title="abroad", due_on=MONDAY, due_time=time(23, 30), due_zone="America/New_York"),
        NewTask(title="sunday", due_on=date(2026, 11, 29), project_id=people.home, assignees=(people.ben.user_id,)),
        NewTask(title="next monday", due_on=date(2026, 11, 30), deadline_on=date(2026, 12, 24)),
        NewTask(title="someday", notes="Ein schöner Ort", priority=4),
        NewTask(
            title="often", due_on=date(2026, 12, 25), recurrence={"rrule": "FREQ=DAILY", "from": "schedule", "text": ""}
        ),
        NewTask(title="finished"),
    ]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    await change_task(conn, viewer=people.ana, task_id=new[-1].id, changes={"status": "done"}, by=act())
    await create_tasks(conn, viewer=people.ben, new=[NewTask(title="bens own", due_on=MONDAY, priority=1)], by=act())
    zoes = [
        NewTask(title="zoes own", due_on=MONDAY),
        NewTask(title="zoes lair", project_id=people.lair, labels=("Café",)),
    ]
    await create_tasks(conn, viewer=people.zoe, new=zoes, by=act())
    return people


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("today", "late hour, today hour, today day"),
        ("overdue", "late day, late hour"),
        ("tomorrow", "abroad"),
        ("yesterday", "late day"),
        ("today & !overdue", "today hour, today day"),
        ("this week", "late hour, today hour, today day, abroad, sunday"),
        ("7 days", "late hour, today hour, today day, abroad, sunday"),
        ("8 days", "late hour, today hour, today day, abroad, sunday, next monday"),
        ("next week", "next monday"),
        ("no date", "someday"),
        ("recurring", "often"),
        ("p1", "late hour"),
        ("p4 | p1", "late hour, someday"),
        ("no priority & today", "today hour, today day"),
        ("@cafe", "today hour"),
        ("@caf*", "today hour"),
        ("#home", "today day, sunday"),
        ("#h*", "today day, sunday"),
        ("#Lair", ""),
        ("#Nowhere", ""),
        ("#Home & /to do", "today day"),
        ("#Inbox & today", "late hour, today hour"),
        ("inbox & tomorrow", "abroad"),
        ("shared", "today day, sunday"),
        ("assigned to: me", "today day"),
        ("assigned to: others", "sunday"),
        ("assigned to: BEN", "sunday"),
        ("assigned to: Zoe", ""),
        ("assigned", "today day, sunday"),
        ("date: 2026-11-30", "next monday"),
        ("due before: today", "late day"),
        ("due after: next sunday", "often"),
        ("due before: next monday & #Home", "today day, sunday"),
        ("deadline before: 2027-01-01", "next monday"),
        ("completed: today", "finished"),
        ("created before: today", ""),
        ("search: schoner ORT", "someday"),
        ("search: 100%", ""),
        ("done", "finished"),
        ("!done & no date", "someday"),
        ("open & no date", "someday"),
        ("done | no date", "someday, finished"),
    ],
)
async def test_finding(conn: Conn, filled: People, now: datetime, text: str, titles: str) -> None:
    page = await list_tasks(conn, viewer=filled.ana, filter=text, now=now)
    assert ", ".join(task.title for task in page.items) == titles


async def test_all_is_open_and_nothing_is_everything(conn: Conn, filled: People, now: datetime) -> None:
    open_ = await list_tasks(conn, viewer=filled.ana, filter="all", now=now)
    every = await list_tasks(conn, viewer=filled.ana, now=now)
    assert [task.title for task in every.items] == [*(task.title for task in open_.items), "finished"]


async def test_today_is_where_the_viewer_is(conn: Conn, filled: People) -> None:
    midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # Tuesday in Madrid, Monday in New York
    titles = {task.title for task in (await list_tasks(conn, viewer=filled.ana, filter="today", now=midnight)).items}
    assert titles == {"abroad"}
    page = await list_tasks(conn, viewer=filled.ana, filter="today", now=midnight, zone="America/New_York")
    assert {task.title for task in page.items} == {"late hour", "today hour", "today day", "abroad"}


@pytest.mark.parametrize("sort", ["id", "due", "priority", "title", "position", "created", "updated", "completed"])
@pytest.mark.parametrize("direction", ["", "-"])
async def test_pages_join_into_the_whole(conn: Conn, filled: People, now: datetime, sort: str, direction: str) -> None:
    whole = await list_tasks(conn, viewer=filled.ana, now=now, sort=direction + sort)
    assert whole.next is None
    pages, cursor = [], None
    while True:
        page = await list_tasks(conn, viewer=filled.ana, now=now, sort=direction + sort, limit=3, cursor=cursor)
        pages += page.items
        cursor = page.next
        if cursor is None:
            break
    assert pages == whole.items
    assert len(pages) == 10


async def test_a_day_is_listed_by_the_clock(conn: Conn, filled: People, now: datetime) -> None:
    page = await list_tasks(conn, viewer=filled.ana, now=now, filter="overdue | today", sort="due")
    assert [task.title for task in page.items] == ["late day", "late hour", "today hour", "today day"]


@pytest.mark.parametrize(
    "asked",
    [
        {"sort": "colour"},
        {"limit": 0},
        {"limit": 501},
        {"cursor": "!"},
        {"cursor": "é"},
        {"cursor": "WyJkdWUiLFtdLCIwIl0"},
        {"cursor": "WyJpZCIsW10sIngiXQ"},
        {"zone": "Mars"},
    ],
)
async def test_what_cannot_be_asked(conn: Conn, people: People, now: datetime, asked: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        await list_tasks(conn, viewer=people.ana, now=now, filter="today", **asked)  # type: ignore[arg-type]


WORDS = [
    *(
        "today",
        "overdue",
        "7 days",
        "0 days",
        "9999 days",
        "this week",
        "no date",
        "recurring",
        "p1",
        "p9",
        "done",
        "all",
    ),
    *(
        "#Home",
        "#Lair",
        "#*",
        "##H*",
        "@Café",
        "@*",
        "/To do",
        "+Zoe",
        "assigned to: me",
        "assigned to: others",
        "shared",
    ),
    *("search: zoes", "search: own", '"zoes"', "due before: tomorrow", "due after: 1900-01-01", "date: 2999-12-31"),
    *(
        "completed: today",
        "created after: last month",
        "friday",
        "+3 days",
        "subtask",
        "cancelled",
        "inbox",
        "unassigned",
    ),
    *(
        "&",
        "|",
        "!",
        "(",
        ")",
        ",",
        "\\",
        '"',
        "*",
        " ",
        "'",
        ";--",
        "$1",
        "%",
        "\x00",
        "\ud800",
        "é",
        "👍",
        ":",
        "due before:",
    ),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), max_size=12).map("".join),
        st.text(max_size=40),
    )
)
async def test_any_text_is_a_filter_or_a_clear_error_and_never_opens_the_fence(
    conn: Conn, filled: People, now: datetime, text: str
) -> None:
    visible = {
        filled.ana: {"bens own", "zoes own", "zoes lair"},
        filled.zoe: {"bens own", *("late day", "today day", "sunday", "finished")},
    }
    for viewer, hidden in visible.items():
        try:
            page = await list_tasks(conn, viewer=viewer, filter=text, now=now, sort="due")
        except BadRequest as error:
            assert error.data["field"] == "filter"  # noqa: PT017  (most texts are fine)
            assert isinstance(error.data["position"], int)  # noqa: PT017
        else:
            assert not hidden & {task.title for task in page.items}
