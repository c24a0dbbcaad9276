"""What hangs on a task's page: reminders, files, other tasks, and where it came from."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from desk import Browser, Desk
from test_console_messages import NUMBER, Post, text

from tasktalk.ids import new_id
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.store import open_store
from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.tasks import create_tasks
from tasktalk.whatsapp.delivery import message_key

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + b"\0" * 40
)
WAMID = "wamid.origin"


async def make(desk: Desk, person: Browser, **task: object) -> UUID:
    assert person.viewer is not None
    act = Act(new_id(), "whatsapp" if "source_message_id" in task else "web", datetime.now(UTC))
    async with desk.pool.acquire() as conn, conn.transaction():
        (made,) = await create_tasks(conn, viewer=person.viewer, new=[NewTask(**task)], by=act)  # type: ignore[arg-type]
    return made.id


@pytest.fixture
async def shared(desk: Desk, ana: Browser, ben: Browser, act: Act) -> UUID:
    """A project of Ana's at which Ben may only look."""
    assert ana.viewer is not None
    assert ben.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        project = await create_project(conn, viewer=ana.viewer, name="Home", by=act)
        await conn.execute("insert into project_members values ($1, $2, 'viewer')", project.id, ben.viewer.user_id)
    return project.id


async def test_reminders_are_added_before_it_is_due_or_at_a_moment_and_removed(desk: Desk, ana: Browser) -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    place = f"/tasks/{await make(desk, ana, title='Fly', due_on=day, due_time=time(9))}"
    assert (await ana.send(f"{place}/reminders", on=place, offset="-PT2H")).status_code == 303
    answer = await ana.send(f"{place}/reminders", on=place, offset="", on_="", clock="")
    assert (answer.status_code, "Say the day and the time at which it rings." in answer.text) == (400, True)
    form = {"offset": "", "clock": "07:15"}
    past = await ana.http.post(f"{place}/reminders", data=form | {"on": "2020-01-01", "csrf": await csrf(ana)})
    assert past.status_code == 400
    assert 'value="07:15"' in past.text
    made = await ana.http.post(f"{place}/reminders", data=form | {"on": day.isoformat(), "csrf": await csrf(ana)})
    assert made.status_code == 303
    page = await ana.read(place)
    assert "2 hours before" in (told := page.partition('id="reminders"')[2].partition("<form")[0])
    assert "Will not ring" not in told
    ring = re.findall(r'formaction="(/tasks/[^"]+/reminders/[^"]+/delete)"', page)
    rows = await desk.pool.fetch("select offset_seconds, at_time from reminders where not is_default order by id")
    assert [tuple(row) for row in rows] == [(-7200, None), (None, time(7, 15))]
    assert (await ana.send(ring[-1], on=place)).status_code == 303
    assert await desk.pool.fetchval("select count(*) from reminders where not is_default") == 1


async def test_a_file_is_added_shown_and_removed_and_a_bad_one_told_in_place(
    desk: Desk, ana: Browser, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, attachment_max_mib=1)
    desk.app.state.settings, desk.app.state.files = settings, open_store(settings)
    task = await make(desk, ana, title="Paint")
    place, token = f"/tasks/{task}", await csrf(ana)

    async def upload(name: str, content: bytes, **fields: str) -> tuple[int, str]:
        answer = await ana.http.post(f"{place}/files", data=fields, files={"file": (name, content)})
        return answer.status_code, answer.text

    assert (await upload("a <b>.png", PNG, csrf=token))[0] == 303
    page = await ana.read(place)
    assert "a &lt;b&gt;.png" in page
    assert '<img class="thumb"' in page
    for name, content, status, words in (
        ("big.bin", b"x" * (1 << 20) + b"y", 413, "MiB"),
        ("empty.txt", b"", 400, "empty"),
        ("no.png", b"plain words", 400, 'role="alert"'),
    ):
        code, html = await upload(name, content, csrf=token)
        assert (code, words in html.partition('id="files"')[2]) == (status, True), (name, code)
    assert (await upload("b.txt", b"x"))[0] == 403
    assert (await upload("b.txt", b"x", csrf="guess"))[0] == 403
    assert await desk.pool.fetchval("select count(*) from attachments where deleted_at is null") == 1
    [remove] = re.findall(r'formaction="(/tasks/[^"]+/files/[^"]+/delete)"', page)
    assert (await ana.send(remove, on=place)).status_code == 303
    assert "a &lt;b&gt;.png" not in (await ana.read(place)).partition('id="files"')[2].partition("</section>")[0]


async def test_tasks_are_related_by_their_titles(desk: Desk, ana: Browser) -> None:
    task = await make(desk, ana, title="Paint the door")
    other = await make(desk, ana, title="Buy paint")
    await make(desk, ana, title="Buy paint brushes")
    place = f"/tasks/{task}"
    for name, status in (("buy pai", 400), ("nothing like it", 400), ("Buy paint", 303), ("Buy paint", 409)):
        answer = await ana.send(f"{place}/relations", on=place, kind="blocked_by", other=name)
        assert answer.status_code == status, name
    page = await ana.read(place)
    assert "Waits for" in page
    assert f'href="/tasks/{other}"' in page
    assert "Holds up" in (await ana.read(f"/tasks/{other}")).partition('id="relations"')[2].partition("<form")[0]
    assert (await ana.send(f"{place}/relations", on=place, kind="eats", other="Buy paint")).status_code == 400
    [remove] = re.findall(r'formaction="(/tasks/[^"]+/relations/[^"]+/delete)"', page)
    assert (await ana.send(remove, on=place)).status_code == 303
    assert "Waits for" not in (await ana.read(place)).partition('id="relations"')[2].partition("<form")[0]


async def test_whoever_may_only_look_gets_reminders_and_no_forms(
    desk: Desk, ana: Browser, ben: Browser, shared: UUID
) -> None:
    ours = f"/tasks/{await make(desk, ana, title='Ours', project_id=shared)}"
    hers = f"/tasks/{await make(desk, ana, title='Hers')}"
    page = await ben.read(ours)
    assert "You may only look at this project." in page
    assert 'type="file"' not in page
    assert (await ben.send(f"{ours}/relations", on=ours, kind="related", other="x")).status_code in {400, 403}
    assert (await ben.send(f"{ours}/reminders", on=ours, offset="PT0S")).status_code == 303
    assert "When it is due" not in (await ana.read(ours)).partition('id="reminders"')[2].partition("<form")[0]
    for part in ("reminders", "relations"):
        answer = await ben.send(f"{hers}/{part}", on=ours, offset="PT0S", kind="related", other="Ours")
        assert answer.status_code == 404, part


async def test_where_it_came_from_is_told_in_full_to_who_said_it_alone(
    desk: Desk, ana: Browser, ben: Browser, shared: UUID
) -> None:
    assert ben.viewer is not None
    await desk.pool.execute("update project_members set role = 'editor' where user_id = $1", ben.viewer.user_id)
    integration = new_id()
    await desk.pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, 'A', '1', $2)", integration, NUMBER
    )
    post = Post(desk.pool, integration)
    contact = await post.contact("GB.ben", "447700900124", user=ben.viewer.user_id)
    seq = await post.received("GB.ben", text("buy <milk> friday #Home") | {"id": WAMID}, key=message_key(WAMID))
    reply = await post.sent(contact, text("Added *milk*"), inbox_seq=seq, status="read")
    task = await make(
        desk,
        ben,
        title="buy <milk>",
        due_on=datetime.now(UTC).date() + timedelta(days=30),
        project_id=shared,
        source_message_id=WAMID,
        priority=2,
    )
    told = (await ben.read(f"/tasks/{task}")).partition('id="origin"')[2].partition("</section>")[0]
    assert re.findall(r"<strong>(.*?)</strong>", told) == [
        "You wrote on WhatsApp",
        "Understood",
        "You added it",
        "Tasktalk answered",
        "Read",
    ]
    for words in (
        "buy &lt;milk&gt; friday #Home",
        "· p2 · #Home",
        "Added milk",
        f"/messages/{seq}",
        f"/messages/out/{reply}",
    ):
        assert words in told, words
    seen = (await ana.read(f"/tasks/{task}")).partition('id="origin"')[2].partition("</section>")[0]
    assert "Ben wrote on WhatsApp" in seen  # she administers: she may follow it, and not read it
    assert f"/messages/{seq}" in seen
    assert "friday #Home" not in seen
    assert "Added milk" not in seen
    await desk.pool.execute("update users set role = 'member'")
    seen = (await ana.read(f"/tasks/{task}")).partition('id="origin"')[2].partition("</section>")[0]
    assert "Ben wrote on WhatsApp" in seen
    assert "/messages/" not in seen


async def csrf(person: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', await person.read("/account"))
    assert found is not None
    return found[1]
