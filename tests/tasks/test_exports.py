"""Everything a person has as one document, and nothing that is not theirs."""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path

import httpx
import pytest
from task_people import ActMaker, People

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.exporting.export import read_export
from tasktalk.assistant.exporting.model import Export
from tasktalk.assistant.exporting.printed import print_tasks
from tasktalk.db import Conn, Pool
from tasktalk.settings import Settings
from tasktalk.tasks import NewTask, create_tasks
from tasktalk.tasks.attachments.attachments import Kept, add_attachment, list_files_of_tasks
from tasktalk.tasks.attachments.store import new_key, open_store
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.comments.comments import create_comment, list_comments_of_tasks
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.relations.relations import create_relation, list_relations_of_tasks
from tasktalk.tasks.reminders.model import Moment, NewReminder
from tasktalk.tasks.reminders.reminders import add_reminders, list_reminders_of_tasks


async def make(conn: Conn, viewer: Viewer, act: ActMaker, *titles: str, **more: object) -> None:
    await create_tasks(conn, viewer=viewer, new=[NewTask(title=each, **more) for each in titles], by=act())  # type: ignore[arg-type]


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


async def test_a_spreadsheet_of_all_that_is_mine_and_shared(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    await make(
        conn,
        people.ana,
        act,
        'Müll, "grün"\n'.strip(),
        due_on=date(2026, 12, 1),
        labels=("haus", "geld"),
        notes="zwei\nZeilen",
    )
    await make(conn, people.ben, act, "shared", project_id=people.home)
    await make(conn, people.ben, act, "Ben's own")
    await make(conn, people.zoe, act, "Zoe's", project_id=people.lair)
    answer = await api.get("/api/export")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbfid,title,status,priority,due_date,")
    assert re.fullmatch(r'attachment; filename="tasks-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])
    first, second = rows_of(answer.content)
    assert (first["title"], first["due_date"], first["labels"], first["notes"]) == (
        'Müll, "grün"',
        "2026-12-01",
        "haus, geld",
        "zwei\nZeilen",
    )
    assert (second["title"], second["project"]) == ("shared", "Home")


async def test_no_cell_is_a_formula(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    nasty = ['=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", " =1", "\uff1d1", "a=b"]
    await make(conn, people.ana, act, *nasty, notes="=1+1")
    rows = rows_of((await api.get("/api/export")).content)
    assert [row["title"] for row in rows] == [f"'{each.strip()}" for each in nasty[:-1]] + ["a=b"]
    assert {row["notes"] for row in rows} == {"'=1+1"}


async def test_one_project_or_a_filter(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    await make(conn, people.ana, act, "in it", "done in it", project_id=people.home)
    await make(conn, people.ana, act, "outside", priority=1)
    found = (await list_tasks(conn, viewer=people.ana, now=act().at)).items
    await change_task(conn, viewer=people.ana, task_id=found[1].id, changes={"status": "done"}, by=act())
    home = rows_of((await api.get("/api/export", params={"project": "home"})).content)
    assert [(row["title"], row["status"]) for row in home] == [("in it", "open"), ("done in it", "done")]
    first = (await api.get("/api/export", params={"format": "json", "filter": "p1"})).json()
    assert [task["title"] for task in first["items"]] == ["outside"]
    assert rows_of((await api.get("/api/export", params={"project": "Lair"})).content) == []


async def test_many_pages_are_one_document(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    await make(conn, people.ana, act, *(f"t{n}" for n in range(701)))
    assert [task["title"] for task in (await api.get("/api/export?format=json")).json()["items"]] == [
        f"t{n}" for n in range(701)
    ]
    assert len(rows_of((await api.get("/api/export")).content)) == 701


@pytest.mark.parametrize("query", ["format=xml", "filter=%28", "project=a&filter=p1", "project=" + "x" * 201])
async def test_what_cannot_be_asked(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"/api/export?{query}")).status_code == 400


async def test_paper_has_every_letter_that_we_speak(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    spoken = "àâäãáåæçéèêëíìîïñóòôöõøœúùûüÿß ÀÂÄÃÁÇÉÈÊËÍÑÓÔÖÕŒÚÙÛÜ ¿¡ «x» „x“ “x” ‘x’ – — … € º ª"  # noqa: RUF001
    await make(conn, people.ana, act, spoken, "🎉 (party) \\ 👍🏽 Łódź", "w" * 300, "Ω")
    answer = await api.get("/api/export?format=pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.content)
    assert spoken in text
    assert "(party) \\ Lódz" in text
    assert text.count("w") >= 300
    assert "?" in text
    tasks = (await list_tasks(conn, viewer=people.ana, now=now)).items
    french = Viewer(people.ana.user_id, "Ana", "member", "fr", "UTC")
    assert "Tâches de Ana" in text_of(print_tasks(tasks * 30, viewer=french, project=None, now=now))


def text_of(document: bytes) -> str:
    """What a PDF of ours shows, line by line; that its table of objects is right, too."""
    begin = int(document.rsplit(b"startxref\n", 1)[1].split()[0])
    table = re.findall(rb"(\d{10}) 00000 n ", document[begin:])
    assert document[begin:].startswith(b"xref\n0 %d\n" % (len(table) + 1))
    for number, place in enumerate(table, 1):
        assert document[int(place) :].startswith(b"%d 0 obj\n" % number)
    streams = re.findall(rb"/FlateDecode>>stream\n(.*?)\nendstream", document, re.DOTALL)
    shown = re.findall(rb"\((.*?)\) Tj", b"\n".join(map(zlib.decompress, streams)))
    return re.sub(rb"\\(.)", rb"\1", b"\n".join(shown)).decode("cp1252")


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_a_whole_export_has_all_that_is_mine(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker, *, pool: Pool, tmp_path: Path
) -> None:
    await make(conn, people.ana, act, "one", "two", project_id=people.home, due_on=date(2031, 1, 2))
    await make(conn, people.zoe, act, "Zoe's", project_id=people.lair)
    one, two = (await list_tasks(conn, viewer=people.ana, now=act().at)).items
    hers = (await list_tasks(conn, viewer=people.zoe, now=act().at)).items[-1]
    await create_comment(conn, viewer=people.ben, task_id=one.id, text="from Ben", by=act())
    await create_comment(conn, viewer=people.zoe, task_id=hers.id, text="secret", by=act())
    at = Moment(date(2031, 1, 1), time(9))
    await add_reminders(conn, viewer=people.ana, task_ids=[two.id], new=[NewReminder(at=at)], by=act())
    await add_reminders(conn, viewer=people.ben, task_ids=[two.id], new=[NewReminder(at=at)], by=act())
    await create_relation(conn, viewer=people.ana, task_id=one.id, kind="blocks", other_id=two.id, by=act())
    for path, body in (
        ("/api/filters", {"name": "Urgent", "query": "p1"}),
        ("/api/labels", {"name": "garden"}),
        ("/api/sections", {"name": "Someday"}),
    ):
        assert (await api.post(path, json=body)).status_code == 201
    store, key = open_store(Settings(data=tmp_path)), new_key()
    await store.put(key, chunks(b"here"))
    await conn.execute("insert into loose_files (key, free_at) values ($1, now() + interval '1 year')", key)
    kept = Kept(key, "map ü.txt", "text/plain", 4, bytes(32))
    await add_attachment(conn, viewer=people.ana, task_id=one.id, kept=kept, most_bytes=100, by=act())
    found = (await api.get("/api/export?format=json")).json()
    assert [task["title"] for task in found["items"]] == ["one", "two"]
    assert [(each["author"]["name"], each["text"]) for each in found["comments"]] == [("Ben", "from Ben")]
    assert [each["task_id"] for each in found["reminders"]] == [str(two.id)]
    assert [(each["kind"], each["task_id"]) for each in found["relations"]] == [("blocks", str(one.id))]
    assert [each["name"] for each in found["projects"]] == ["Home"]
    assert [each["name"] for key in ("filters", "labels", "sections") for each in found[key]] == [
        "Urgent",
        "garden",
        "Someday",
    ]
    assert (found["person"]["id"], found["person"]["preferences"]["timezone"]) == (
        str(people.ana.user_id),
        people.ana.timezone,
    )
    [file] = found["files"]
    assert (file["task_id"], file["path"]) == (str(one.id), f"files/{file['id']}/map ü.txt")
    pieces = read_export(pool, Export("zip"), viewer=people.ana, now=act().at, store=store)
    packed = b"".join([piece async for piece in pieces])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.read(file["path"]) == b"here"
        whole = json.loads(archive.read("data.json"))
        assert {**whole, "exported_at": None} == {**found, "exported_at": None}
        assert len(archive.namelist()) == 2
    part = (await api.get("/api/export", params={"format": "json", "project": "Home"})).json()
    assert "projects" not in part
    assert [part[key] for key in ("comments", "files")] == [found["comments"], found["files"]]


async def test_what_goes_with_a_task_is_fenced_by_itself(conn: Conn, people: People, act: ActMaker) -> None:
    """Whoever was let out of a project while it is exported, and tasks that are bound to somebody's own."""
    ana, ben, zoe = people.ana, people.ben, people.zoe
    await make(conn, ana, act, "ours", project_id=people.home)
    await make(conn, ana, act, "mine")
    ours, mine = (await list_tasks(conn, viewer=ana, now=act().at)).items
    await create_relation(conn, viewer=ana, task_id=ours.id, kind="blocks", other_id=mine.id, by=act())
    for task in (ours, mine):
        await create_comment(conn, viewer=ana, task_id=task.id, text=task.title, by=act())
        await add_reminders(
            conn, viewer=ana, task_ids=[task.id], new=[NewReminder(at=Moment(date(2031, 1, 1), time(9)))], by=act()
        )
        key = new_key()
        await conn.execute("insert into loose_files (key, free_at) values ($1, now() + interval '1 year')", key)
        kept = Kept(key, task.title, "text/plain", 4, bytes(32))
        await add_attachment(conn, viewer=ana, task_id=task.id, kept=kept, most_bytes=100, by=act())
    for viewer, sees in ((ana, ["ours", "mine"]), (ben, ["ours"]), (zoe, [])):
        ids = [ours.id, mine.id]
        assert [each.text for each in await list_comments_of_tasks(conn, viewer=viewer, task_ids=ids)] == sees
        assert [file.name for file, _ in await list_files_of_tasks(conn, viewer=viewer, task_ids=ids)] == sees
        assert len(await list_relations_of_tasks(conn, viewer=viewer, task_ids=ids)) == (viewer is ana)
        assert len(await list_reminders_of_tasks(conn, viewer=viewer, task_ids=ids)) == (2 if viewer is ana else 0)


async def test_a_zip_names_the_files_that_the_store_has_lost(
    conn: Conn, people: People, act: ActMaker, *, pool: Pool, tmp_path: Path
) -> None:
    await make(conn, people.ana, act, "one")
    [one] = (await list_tasks(conn, viewer=people.ana, now=act().at)).items
    store = open_store(Settings(data=tmp_path))
    for name in ("gone", "here"):
        key = new_key()
        await conn.execute("insert into loose_files (key, free_at) values ($1, now() + interval '1 year')", key)
        await add_attachment(
            conn,
            viewer=people.ana,
            task_id=one.id,
            kept=Kept(key, name, "text/plain", 4, bytes(32)),
            most_bytes=100,
            by=act(),
        )
    await store.put(key, chunks(b"here"))
    pieces = read_export(pool, Export("zip"), viewer=people.ana, now=act().at, store=store)
    with zipfile.ZipFile(io.BytesIO(b"".join([piece async for piece in pieces]))) as archive:
        gone, here = (each["path"] for each in json.loads(archive.read("data.json"))["files"])
        assert archive.namelist() == ["data.json", here, "missing.txt"]
        assert archive.read("missing.txt").decode() == f"{gone}\n"
        assert here.endswith("/here")
