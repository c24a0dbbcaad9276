"""Imports: tried first, made once, told by row, taken back as one."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from product_kit import Answer, Product, open_product
from tasktalk.db import Pool
from tasktalk.errors import AppError, BadRequest
from tasktalk.interop.importing import bringing
from tasktalk.interop.importing.model import FORMATS
from tasktalk.interop.importing.reading import read_file
from tasktalk.interop.importing.vikunja import to_text
from tasktalk.phrases import encode_told

_COLUMNS = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT"
TODOIST = (
    f"\ufeff{_COLUMNS}\n"
    """meta,view_style=list,,,,,,,,,,
task,Plan the trip @travel @fun,"Two weeks, by train",1,1,Ana (1),,2031-07-01 09:30,en,Europe/Madrid,90,minute
task,Book a hotel,,4,2,Ana (1),Ben (2),every month on the 1st,en,Europe/Madrid,,
note,Ask for breakfast,,,,Ana (1),,,,,,
note,"A map [[file {""file_name"": ""map.png""}]]",,,,Ana (1),,,,,,
section,Later,,,,,,,,,,
task,Photos,,2,1,Ana (1),,when the moon is blue,en,Europe/Madrid,,
task,Photos,,2,1,Ana (1),,when the moon is blue,en,Europe/Madrid,,
task,,,1,1,,,,,,,
task,Odd,,1,one,,,,,,,
"""
)

VIKUNJA = [
    {
        "id": 1,
        "title": "Inbox",
        "tasks": [{"id": 10, "title": "Loose", "due_date": "0001-01-01T00:00:00Z", "priority": 0, "labels": None}],
    },
    {
        "id": 2,
        "title": "Garden",
        "buckets": [{"id": 7, "title": "Doing"}],
        "tasks": [
            {
                "id": 22,
                "title": "Rake",
                "done": True,
                "related_tasks": {"parenttask": [{"id": 21}]},
                "repeat_after": 86400,
            },
            {
                "id": 21,
                "title": "Autumn <b>work</b>",
                "description": '<p>All of <em>it</em></p><ul><li data-checked="true"><p>beds</p></li></ul>',
                "due_date": "2031-10-04T07:00:00Z",
                "priority": 5,
                "repeat_after": 604800,
                "repeat_mode": 2,
                "bucket_id": 7,
                "labels": [{"title": "outside"}],
                "comments": [{"comment": "<p>Mind the bees</p>"}],
                "reminders": [
                    {"reminder": "2031-10-04T06:00:00Z", "relative_to": "due_date", "relative_period": -3600}
                ],
                "attachments": [{"id": 1}],
            },
            {"id": "x", "title": 5},
        ],
    },
]


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    await pool.execute("select 1")
    product = await open_product(database, pool, tmp_path)
    await pool.execute("update users set timezone = 'Europe/Madrid' where name = 'Ana'")
    return product


async def bring(product: Product, content: bytes | str, *, token: str = "", **query: Any) -> Answer:
    return await product.call(
        "POST",
        "/api/import",
        content.encode() if isinstance(content, str) else content,
        query=urlencode(query),
        authorization=f"Bearer {token or product.ana.token}",
        content_type="application/octet-stream",
    )


async def everything(product: Product, token: str = "") -> dict[str, Any]:
    page = await product.call(
        "GET", "/api/tasks", query="limit=500", authorization=f"Bearer {token or product.ana.token}"
    )
    return {task["title"]: task for task in page.json["items"]}


async def take_back(product: Product, answer: Answer, *, token: str = "") -> Answer:
    body = {"change_set": answer.json["change_set"]}
    return await product.ask("/api/undo", token=token or product.ana.token, method="POST", body=body)


async def listed(product: Product, path: str, task_id: str, token: str) -> list[dict[str, Any]]:
    answer = await product.call("GET", path, query=f"task_id={task_id}", authorization=f"Bearer {token}")
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def outcomes(answer: Answer) -> list[tuple[int, str]]:
    assert answer.status == 200, answer.body
    return [(row["row"], row["outcome"]) for row in answer.json["rows"]]


async def test_a_project_of_todoist_is_tried_brought_once_and_taken_back(product: Product) -> None:
    expected = [(3, "made"), (4, "made"), (8, "made"), (9, "made"), (10, "refused"), (11, "refused")]
    tried = await bring(product, TODOIST, name="backup/Trip [2203306141].csv", dry_run="true")
    assert outcomes(tried) == expected
    assert (tried.json["format"], tried.json["projects"], tried.json["change_set"]) == ("todoist", ["Trip"], None)
    assert await everything(product) == {}
    made = await bring(product, TODOIST, name="backup/Trip [2203306141].csv")
    assert outcomes(made) == expected
    rows = made.json["rows"]
    assert [row["field"] for row in rows if row["outcome"] == "refused"] == ["title", "indent"]
    assert rows[1]["remarks"] == [
        "Its files are not brought along.",
        "Not given to Ben: nobody of that name is in its project.",
    ]
    assert "moon" in rows[2]["remarks"][0]
    tasks = await everything(product)
    plan, hotel, photos = tasks["Plan the trip"], tasks["Book a hotel"], tasks["Photos"]
    assert (plan["labels"], plan["priority"], plan["duration_minutes"]) == (["travel", "fun"], 1, 90)
    assert (plan["notes"], plan["project"]["name"]) == ("Two weeks, by train", "Trip")
    assert (plan["due"]["date"], plan["due"]["time"]) == ("2031-07-01", "09:30")
    assert (hotel["parent_id"], hotel["priority"], hotel["comments_count"]) == (plan["id"], None, 2)
    assert hotel["recurrence"]["rrule"] == "FREQ=MONTHLY;BYMONTHDAY=1"
    assert (photos["section"], photos["due"], photos["priority"]) == ("Later", None, 2)
    again = await bring(product, TODOIST, name="Trip.csv")
    assert [each for _, each in outcomes(again)] == ["exists"] * 4 + ["refused"] * 2
    assert again.json["rows"][0]["task_id"] == plan["id"]
    undone = await take_back(product, made)
    assert undone.status == 200, undone.body
    assert await everything(product) == {}
    assert (await product.ask("/api/projects", token=product.ana.token)).json["items"] == []
    assert (await bring(product, TODOIST, name="Trip.csv")).json["made"] == 4  # what was taken back may come again


async def test_an_export_of_vikunja(product: Product) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.json", json.dumps(VIKUNJA))
        archive.writestr("filters.json", "[]")
    answer = await bring(product, file.getvalue())
    assert outcomes(answer) == [(1, "made"), (2, "made"), (3, "made"), (4, "refused")]
    assert answer.json["format"] == "vikunja"
    tasks = await everything(product)
    loose, rake, autumn = tasks["Loose"], tasks["Rake"], tasks["Autumn <b>work</b>"]
    assert (loose["project"], loose["due"], loose["priority"]) == (None, None, None)
    assert (rake["status"], rake["parent_id"], rake["recurrence"]) == ("done", autumn["id"], None)
    assert (autumn["due"]["time"], autumn["section"], autumn["priority"]) == ("09:00", "Doing", 1)
    assert (autumn["recurrence"]["rrule"], autumn["recurrence"]["from"]) == ("FREQ=WEEKLY", "completion")
    assert (autumn["notes"], autumn["labels"], autumn["comments_count"]) == ("All of it\n\n- [x] beds", ["outside"], 1)
    offsets = await product.pool.fetch("select offset_seconds from reminders where not is_default")
    assert [row[0] for row in offsets] == [-3600]
    assert to_text("a < b") == "a < b"


async def test_our_own_exports_come_back_elsewhere_and_are_known_here(product: Product) -> None:
    ana, ben = product.ana.token, product.ben.token
    bodies: list[dict[str, Any]] = [
        {
            "title": "=1+1",
            "notes": "-x",
            "labels": ["a", "b"],
            "priority": 2,
            "due": {"date": "2031-01-02", "time": "08:15"},
        },
        {
            "title": "Weekly",
            "due": {"date": "2031-01-06"},
            "recurrence": {"rrule": "FREQ=WEEKLY", "from": "schedule", "text": ""},
        },
        {"title": "Ended"},
    ]
    made = [(await product.ask("/api/tasks", token=ana, method="POST", body=body)).json for body in bodies]
    await product.ask("/api/tasks", token=ana, method="POST", body={"title": "Child", "parent_id": made[0]["id"]})
    await product.ask(f"/api/tasks/{made[2]['id']}", token=ana, method="PATCH", body={"status": "done"})
    hers = await everything(product)
    for format_ in ("csv", "json"):
        file = (
            await product.call(
                "GET", "/api/export", query=f"format={format_}", stay=True, authorization=f"Bearer {ana}"
            )
        ).body
        assert {each for _, each in outcomes(await bring(product, file))} == {"exists"}
        answer = await bring(product, file, token=ben)
        assert (answer.json["made"], answer.json["format"]) == (4, f"tasktalk-{format_}")
        his = await everything(product, ben)
        for title, task in hers.items():
            for key in ("title", "notes", "status", "labels", "priority", "due", "start", "deadline"):
                theirs = {**task, "due": task["due"] and {**task["due"], "datetime": None}}
                ours = {**his[title], "due": his[title]["due"] and {**his[title]["due"], "datetime": None}}
                assert ours[key] == theirs[key], (format_, title, key)
        assert his["Child"]["parent_id"] == his["=1+1"]["id"]
        assert his["Weekly"]["recurrence"]["rrule"] == "FREQ=WEEKLY"
        assert (await take_back(product, answer, token=ben)).status == 200
    # What is hers is not his: an id of hers in a file makes a task of his own, under no task of hers.
    table = f"id,title,parent_id\n{made[0]['id']},mine,\nx,child,{made[0]['id']}\ny,orphan,{made[1]['id']}\n"
    assert [each for _, each in outcomes(await bring(product, table, token=ben))] == ["made"] * 3
    his = await everything(product, ben)
    assert (his["child"]["parent_id"], his["orphan"]["parent_id"]) == (his["mine"]["id"], None)
    assert await everything(product) == hers


async def test_what_is_done_stays_so_and_people_are_found(product: Product) -> None:
    """Done dates, whom it is given to, what was said and when it rings; and what could not be, by row."""
    ana, ben = product.ana.token, product.ben.token
    shared = (await product.ask("/api/projects", token=ana, method="POST", body={"name": "Shared"})).json
    await product.pool.execute(
        "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'editor', 'editor')",
        shared["id"],
        product.ben.id,
    )
    place = {"project": {"name": "Shared"}}
    document = {
        "items": [
            {"id": "a", "title": "old", "status": "done", "completed_at": "2024-02-29T10:00:00+01:00", **place},
            {"id": "b", "title": "given", "assignees": [{"name": "BEN"}, {"name": "Nobody"}], **place},
            {"id": "c", "title": "mine", "assignees": ["ana@example.org", "Ben"]},
            {"id": "d", "title": "under", "parent_id": "b", "assignees": ["ben@example.org"]},
            {"id": "e", "title": "early", "status": "done", "completed_at": "soon"},
            {"id": "f", "title": "due", "due": {"date": "2031-05-01", "time": "09:00"}},
            {"id": "g", "title": "never", "status": "done", "completed_at": "0001-01-01T00:00:00+14:00"},
        ],
        "comments": [{"task_id": "b", "author": {"name": "Zoe"}, "text": "Well?"}, {"task_id": "b", "text": "Yes."}],
        "reminders": [
            {"task_id": "f", "default": False, "offset": "-PT45M"},
            {
                "task_id": "f",
                "default": False,
                "at": {"date": "2001-01-01", "time": "09:00", "datetime": "2001-01-01T09:00Z"},
            },
            {
                "task_id": "f",
                "default": False,
                "at": {"date": "2001-01-01", "time": "09:00", "datetime": "2001-01-01T09:00Z"},
                "recurrence": "FREQ=DAILY",
            },
            {
                "task_id": "f",
                "default": False,
                "at": {"date": "2001-01-01", "time": "09:00", "datetime": "2001-01-01T09:00Z"},
                "recurrence": "FREQ=DAILY;COUNT=2",
            },
        ],
    }
    answer = await bring(product, json.dumps(document))
    rows = answer.json["rows"]
    assert [each for _, each in outcomes(answer)] == ["made", "made", "made", "made", "refused", "made", "refused"]
    assert rows[1]["remarks"] == ["Not given to Nobody: nobody of that name is in its project."]
    assert rows[2]["remarks"] == ["Not given to Ben: nobody of that name is in its project."]
    assert [rows[place]["field"] for place in (4, 6)] == ["completed_at"] * 2
    tasks = await everything(product)
    given = {title: [who["name"] for who in task["assignees"]] for title, task in tasks.items()}
    assert given == {"given": ["Ben"], "mine": ["Ana"], "under": ["Ben"], "due": [], "old": []}
    assert (tasks["old"]["status"], tasks["old"]["completed_at"]) == ("done", "2024-02-29T09:00:00Z")
    said = await listed(product, "/api/comments", tasks["given"]["id"], ben)
    assert [each["text"] for each in said] == ["Zoe: Well?", "Yes."]
    rings = await listed(product, "/api/reminders", tasks["due"]["id"], ana)
    own = [(each["offset"], each["recurrence"]) for each in rings if not each["default"]]
    assert own == [("-PT45M", None), (None, "FREQ=DAILY")]
    # It was nobody's doing of today.
    assert not await product.pool.fetchval("select count(*) from journal where verb = 'completed'")
    assert (await take_back(product, answer)).status == 200
    vikunja = [{"title": "V", "tasks": [{"id": 1, "title": "was", "done": True, "done_at": "2023-03-04T05:06:07Z"}]}]
    await bring(product, json.dumps(vikunja))
    assert (await everything(product))["was"]["completed_at"] == "2023-03-04T05:06:07Z"


async def test_each_is_done_when_it_was_whatever_it_hangs_on(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "BATCH", 1)  # each by itself, and so the parent before what lies under it
    done = {"status": "done", "completed_at": "2024-02-29T09:00:00Z"}
    document = [
        {"id": "a", "title": "over", **done},
        {"id": "b", "title": "sooner", "parent_id": "a", "status": "done", "completed_at": "2024-01-01T09:00:00Z"},
        {"id": "c", "title": "still open", "parent_id": "a"},
        {"id": "d", "title": "who knows when", "status": "done"},
    ]
    assert (await bring(product, json.dumps(document))).json["made"] == 4
    tasks = await everything(product)
    assert {title: task["status"] for title, task in tasks.items()}["still open"] == "open"
    assert [tasks[title]["completed_at"] for title in ("over", "sooner", "still open")] == [
        "2024-02-29T09:00:00Z",
        "2024-01-01T09:00:00Z",
        None,
    ]
    assert tasks["who knows when"]["status"] == "done"
    assert not await product.pool.fetchval("select count(*) from journal where verb = 'completed'")


async def test_rows_are_refused_alone_and_files_as_a_whole(product: Product) -> None:
    ana = product.ana.token
    shared = (await product.ask("/api/projects", token=ana, method="POST", body={"name": "Shared"})).json
    await product.pool.execute(
        "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'viewer', 'viewer')",
        shared["id"],
        product.ben.id,
    )
    table = """title;due_date;priority;status;project;repeats;id;parent_id
good;2031-01-01;1;;;;a;
bad day;tomorrow;;;;;b;
bad priority;;9;;;;c;
bad rule;2031-01-01;;;;FREQ=NEVER;d;
bad state;;;sleeping;;;e;
his to look at;;;;shared;;f;
child of none;;;;;;g;d
round one;;;;;;h;i
round two;;;;;;i;h
good;;;;;;a;
\u202e;;;;;;j;
"""
    answer = await bring(product, table, token=product.ben.token)
    refused = {row["title"]: row["field"] for row in answer.json["rows"] if row["outcome"] == "refused"}
    assert sorted(refused) == sorted(
        ["bad day", "bad priority", "bad rule", "bad state", "his to look at", "child of none", "good", "\u202e"]
    )
    assert (answer.json["made"], refused["bad day"], refused["bad rule"]) == (3, "due_date", "recurrence")
    tasks = await everything(product, product.ben.token)
    assert sorted(tasks) == ["good", "round one", "round two"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.csv", b"x" * (65 * 1024 * 1024))
    for content, query, status in (
        (b"", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"-12", {}, 400),
        (b"[]", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"PK\x03\x04 no zip", {}, 400),
        (b"name\nx", {}, 400),
        (b"title,title\nx,y", {}, 400),
        (b"title\nx", {"format": "wunderlist"}, 400),
        (b"title\nx", {"format": "vikunja"}, 400),
        (b'{"items": 5}', {}, 400),
        (b"title\n" + b"x\n" * 10_001, {}, 413),
        (archive.getvalue(), {}, 413),
        (
            b'{"items":[{"id":"a","title":"x"}],"comments":[' + b'{"task_id":"a","text":"."},' * 50_001 + b"{}]}",
            {},
            413,
        ),
        (b"x" * (16 * 1024 * 1024 + 1), {}, 413),
        (b"title\nx", {"project_id": shared["id"]}, 200),
        (b"title\nx", {"project_id": str(product.ana.id)}, 404),
    ):
        answer = await bring(product, content, **query)
        assert answer.status == status, (content[:20], query, answer.body)
    assert (await everything(product))["x"]["project"]["name"] == "Shared"


def test_whatever_a_file_holds_is_read_or_refused() -> None:
    chance, now = Random(7), datetime(2026, 11, 23, 10, tzinfo=UTC)
    task = {
        "id": "a",
        "title": "x",
        "due": {"date": "2031-01-01"},
        "recurrence": {"rrule": "FREQ=DAILY"},
        "labels": ["a"],
    }
    ours = {"items": [task | {"project": {"name": "P"}, "assignees": [{"name": "b"}], "priority": 1, "start": None}]}
    odd = [None, True, -1, 1 << 70, 1.5, "", "\x00", "9999-12-31T23:59:59+23:59", "0001-01-01T00:00:00-14:00", "99:99"]
    odd += [[None], {"a": 1}, "x" * 3000]

    def spoil(value: Any) -> Any:
        if isinstance(value, dict) and value:
            key = chance.choice(list(value))
            return value | {key: chance.choice(odd) if chance.random() < 0.4 else spoil(value[key])}
        if isinstance(value, list) and value:
            place = chance.randrange(len(value))
            return [*value[:place], spoil(value[place]), *value[place + 1 :]]
        return chance.choice(odd)

    for _ in range(600):
        document: Any = chance.choice([ours, VIKUNJA])
        for _ in range(chance.randint(1, 4)):
            document = spoil(document)
        content = json.dumps(document).encode()
        if chance.random() < 0.2:
            place = chance.randrange(len(TODOIST))
            content = (TODOIST[:place] + chance.choice(',"\n;\t\x00') + TODOIST[place + 1 :]).encode()
        try:
            _, rows = read_file(content, name="x.csv", format=chance.choice([None, *FORMATS]), now=now, zone="UTC")
            msgspec.json.encode(rows, enc_hook=encode_told)
        except AppError:
            continue


def test_what_breaks_or_stalls_a_parser_is_read_or_refused() -> None:
    def vikunja(**task: Any) -> bytes:
        due = {"due_date": "2031-01-01T00:00:00Z"}
        return json.dumps([{"title": "P", "tasks": [{"id": 1, "title": "x"} | due | task]}]).encode()

    packed = {}
    for how in (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", how) as archive:
            archive.writestr("a.csv", "title\n" + "".join(f"t{n}\n" for n in range(3000)))
        packed[how] = file.getvalue()
    damaged = packed[zipfile.ZIP_DEFLATED]
    damaged = damaged[:60] + bytes(each ^ 0x5A for each in damaged[60:200]) + damaged[200:]
    files: dict[bytes, int | None] = {
        b"TYPE,CONTENT,DATE\ntask,a,2031-02-31\ntask,b,2031-01-01 25:99\n": 2,
        b"a" * 200_000: None,
        damaged: None,
        packed[zipfile.ZIP_LZMA]: None,
        vikunja(reminders=[{"relative_to": "due_date", "relative_period": 1 << 52}]): 1,
    }
    files |= {vikunja(description="<p>" + each * 100_000): 1 for each in ("<!--", "<a ", "<![foo[", "</", "&")}
    for content, expected in files.items():
        try:
            _, rows = read_file(content, name="x.csv", format=None, now=datetime.now(UTC), zone="UTC")
        except BadRequest:
            assert expected is None, content[:60]
        else:
            assert len(rows) == expected, content[:60]
    assert (
        to_text('<!-- a --><h1>A &amp; B</h1><UL><li data-checked="false">c</li><br/><custom-tag>d')
        == "A & B\n\n- [ ] c\nd"
    )
