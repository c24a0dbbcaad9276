import re
from datetime import UTC, date, datetime, timedelta

from desk import Browser, Desk

from tasktalk.ids import new_id
from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.projects.sharing.members import add_member
from tasktalk.tasks.tasks import create_tasks

HOSTILE = "<script>alert('1')</script> \"&amp;' {{ 7 * 191 }}"


def titles(page: str) -> list[str]:
    return re.findall(r'class="task-title" href="[^"]+">(.*?)</a>', page)


def tick(page: str, title: str) -> str:
    found = re.search(rf'formaction="([^"]+)" aria-label="[A-Z]\w+: {re.escape(title)}"', page)
    assert found is not None
    return found[1]


def today(zone_hours: int = 0) -> date:
    return (datetime.now(UTC) + timedelta(hours=zone_hours)).date()


async def test_a_task_is_added_ticked_taken_back_and_ticked_again_without_a_script(ana: Browser) -> None:
    answer = await ana.send("/tasks", on="/tasks?view=inbox", text="  Buy milk ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?view=inbox")
    page = await ana.read("/tasks?view=inbox")
    assert titles(page) == ["Buy milk"]
    assert "Added Buy milk" in page
    assert "Added: Buy milk" not in await ana.read("/tasks?view=inbox")

    assert (await ana.send(tick(page, "Buy milk"), on="/tasks?view=inbox")).status_code == 303
    page = await ana.read("/tasks?view=inbox")
    assert titles(page) == []
    undo = re.search(r'formaction="(/undo/[^"]+)"', page)
    assert undo is not None
    await ana.send(undo[1], on="/tasks?view=inbox")
    page = await ana.read("/tasks?view=inbox")
    assert "Taken back: Buy milk" in page
    await ana.send(tick(page, "Buy milk"))
    page = await ana.read("/tasks?view=done")
    assert titles(page) == ["Buy milk"]
    await ana.send(tick(page, "Buy milk"))
    assert titles(await ana.read("/tasks?view=all")) == ["Buy milk"]


async def test_each_view_shows_what_belongs_there_under_headings(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    day = datetime.now(UTC).astimezone().date() if ana.viewer.timezone == "UTC" else today(1)
    new = [
        NewTask(title=title, due_on=day + timedelta(days=offset))
        for title, offset in (("late", -2), ("now", 0), ("soon", 3))
    ]
    await create_tasks(desk.pool, viewer=ana.viewer, new=[*new, NewTask(title="some day")], by=act)
    page = await ana.read("/")
    assert titles(page) == ["late", "now"]
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["Overdue", "Today"]
    assert titles(await ana.read("/tasks?view=upcoming")) == ["now", "soon"]
    assert titles(await ana.read("/tasks?view=inbox")) == ["late", "now", "soon", "some day"]
    assert titles(await ana.read("/tasks?view=nonsense")) == ["late", "now"]


async def test_hostile_words_stay_words_everywhere(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    await desk.pool.execute("update users set name = $1", HOSTILE)
    project = await create_project(desk.pool, viewer=ana.viewer, name=HOSTILE, by=act)
    task = NewTask(title=HOSTILE, project_id=project.id, labels=(HOSTILE,), due_on=today())
    await create_tasks(desk.pool, viewer=ana.viewer, new=[task], by=act)
    await ana.send("/tasks", text=HOSTILE)
    for path in ("/", "/tasks?view=all", f"/projects/{project.id}", "/account", "/messages"):
        page = await ana.read(path)
        assert "<script>alert" not in page
        assert "1337" not in page
        assert "&lt;script&gt;alert" in page


async def test_nobody_sees_or_changes_what_is_another_ones(desk: Desk, ana: Browser, ben: Browser, act: Act) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    shared = await create_project(desk.pool, viewer=ana.viewer, name="Shared", by=act)
    private = await create_project(desk.pool, viewer=ana.viewer, name="Private", by=act)
    await add_member(
        desk.pool, viewer=ana.viewer, project_id=shared.id, user_id=ben.viewer.user_id, role="viewer", now=act.at
    )
    new = [
        NewTask(title="ours", project_id=shared.id),
        NewTask(title="hers", project_id=private.id),
        NewTask(title="inbox"),
    ]
    ours, hers, inbox = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    assert titles(await ben.read("/tasks?view=all")) == ["ours"]
    page = await ben.read(f"/projects/{shared.id}")
    assert "Shared with Ana" in page
    assert "Private" not in page
    assert (await ben.open(f"/projects/{private.id}")).status_code == 404
    for task, status in ((hers, 404), (inbox, 404), (ours, 403)):
        assert (await ben.send(f"/tasks/{task.id}/complete")).status_code == status
    assert (await ben.send("/tasks", text="x", project=str(private.id))).status_code == 404
    assert (await ben.send(f"/undo/{act.change_set}")).status_code == 404
    assert titles(await ana.read("/tasks?view=all")) == ["ours", "hers", "inbox"]


async def test_a_form_without_its_token_changes_nothing(ana: Browser) -> None:
    for data in ({"text": "x"}, {"text": "x", "csrf": "guess"}):
        assert (await ana.http.post("/tasks", data=data)).status_code == 403
    answer = await ana.http.post("/tasks", data={"text": "x"}, headers={"Origin": "https://evil.test"})
    assert answer.status_code == 403
    assert titles(await ana.read("/tasks?view=all")) == []


async def test_forms_that_make_no_sense_get_a_page_in_words(ana: Browser) -> None:
    for path, status in (
        ("/tasks", 400),
        (f"/tasks/{new_id()}/complete", 404),
        ("/tasks/nonsense/complete", 404),
        (f"/undo/{new_id()}", 404),
        ("/undo/x", 404),
    ):
        answer = await ana.send(path)
        assert answer.status_code == status
        assert "Back to my tasks" in answer.text
    assert (await ana.open("/tasks?view=done&after=x")).status_code == 400
    assert (await ana.send("/tasks", text="x" * 300_000)).status_code == 413
    assert (await ana.send("/tasks", text="nul \x00 and \ud83d".encode("utf-8", "replace").decode())).status_code == 303


async def test_an_empty_list_teaches_with_the_number_to_write_to(desk: Desk, ana: Browser) -> None:
    await desk.pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id, display_phone_number)"
        " values ($1, 'A', '1', '2', '34911234567')",
        new_id(),
    )
    page = await ana.read("/tasks?view=inbox")
    assert "buy milk tomorrow 5pm" in page
    assert "+34 911 23 45 67" in page


async def test_a_long_list_goes_on_over_pages(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    project = await create_project(desk.pool, viewer=ana.viewer, name="Long", by=act)
    new = [NewTask(title=f"t{number:03}", project_id=project.id) for number in range(250)]
    await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    for start in ("/tasks?view=all", f"/projects/{project.id}"):
        seen, path = [], start
        while path:
            page = await ana.read(path)
            seen += titles(page)
            onward = re.search(r'href="([^"]+)">Show more', page)
            path = onward[1].replace("&amp;", "&") if onward else ""
        assert seen == [f"t{number:03}" for number in range(250)]
