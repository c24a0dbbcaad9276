"""Files of tasks over HTTP: what comes back is what was sent, and what may not come in leaves nothing behind."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from product_kit import Answer, Product, count, open_product, until
from s3_peer import ACCESS, REGION, SECRET, open_bucket
from tasktalk.accounts.access import Viewer
from tasktalk.accounts.tokens import create_token
from tasktalk.accounts.users import create_user
from tasktalk.db import Conn, Pool
from tasktalk.errors import TooLarge
from tasktalk.ids import new_id
from tasktalk.tasks import Act, NewTask, add_member, create_project, create_tasks, undo
from tasktalk.tasks.attachments.attachments import Kept, add_attachment, clean_name
from tasktalk.tasks.attachments.purge import purge_files
from tasktalk.tasks.attachments.store import Store, open_store

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + bytes(100)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
ELF = b"\x7fELF\x02\x01\x01" + bytes(200)
ZIP = b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(100)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?>\n<!-- <p> --><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MIB = 1024 * 1024
FILES = "/api/attachments"


@dataclass
class Desk:
    """Ana shares with Ben, an editor, and Vic, a viewer; with Zoe nothing. A file has 1 MiB at most, a person 3."""

    product: Product
    folder: Path
    viewers: dict[str, Viewer]
    tokens: dict[str, str]
    task: str
    private: str

    def ask(self, who: str = "ana") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.product.app)
        headers = {"authorization": f"Bearer {self.tokens[who]}"}
        return httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers)

    async def send(
        self, name: str, content: bytes, declared: str = "", *, who: str = "ana", task: str | None = None
    ) -> httpx.Response:
        """As `curl -F` does."""
        async with self.ask(who) as client:
            return await client.post(
                FILES, params={"task_id": task or self.task}, files={"file": (name, content, declared)}
            )

    async def get(self, path: str, who: str = "ana", **headers: str) -> httpx.Response:
        async with self.ask(who) as client:
            return await client.get(path, headers=headers)

    def files(self) -> list[Path]:
        return [path for path in (self.folder / "files").rglob("*") if path.is_file()]

    async def traces(self) -> tuple[int, int, int]:
        """Files, rows of them, and rows of files that nobody has."""
        pool = self.product.pool
        return len(self.files()), await count(pool, "from attachments"), await count(pool, "from loose_files")


async def open_desk(database: str, pool: Pool, folder: Path, **settings: Any) -> Desk:
    limits = {"attachment_max_mib": 1, "files_max_mib_per_user": 3}
    product = await open_product(database, pool, folder, **(limits | settings))
    now = datetime.now(UTC)
    tokens = {"ana": product.ana.token, "ben": product.ben.token}
    viewers = {p.name.lower(): Viewer(p.id, p.name, "member", "en", "UTC") for p in (product.ana, product.ben)}
    async with pool.acquire() as conn, conn.transaction():
        for name in ("vic", "zoe"):
            user_id = await create_user(conn, name=name.title(), email=f"{name}@example.org")
            viewers[name] = Viewer(user_id, name.title(), "member", "en", "UTC")
            _, tokens[name] = await create_token(conn, user_id=user_id, name="tests")
        ana, by = viewers["ana"], Act(new_id(), "test", now)
        home = await create_project(conn, viewer=ana, name="Home", by=by)
        for name, role in (("ben", "editor"), ("vic", "viewer")):
            await add_member(conn, viewer=ana, project_id=home.id, user_id=viewers[name].user_id, role=role, now=now)
        new = [NewTask(title="Shared", project_id=home.id), NewTask(title="Private")]
        shared, private = await create_tasks(conn, viewer=ana, new=new, by=by)
    return Desk(product, folder, viewers, tokens, str(shared.id), str(private.id))


@pytest.fixture
async def desk(database: str, pool: Pool, tmp_path: Path) -> Desk:
    return await open_desk(database, pool, tmp_path)


def failure(answer: httpx.Response | Answer) -> tuple[int, str | None]:
    status = answer.status_code if isinstance(answer, httpx.Response) else answer.status
    body = answer.json() if isinstance(answer, httpx.Response) else answer.json
    return status, (body["error"]["data"] or {}).get("field")


async def test_a_file_from_upload_to_trash_and_back(desk: Desk) -> None:
    content = PNG + os.urandom(700_000)
    made = await desk.send("Küche 1.png", content, "image/png")
    assert made.status_code == 201, made.text
    file = made.json()
    assert made.headers["location"] == f"{FILES}/{file['id']}"
    assert (file["name"], file["mime_type"], file["size"]) == ("Küche 1.png", "image/png", len(content))
    assert (file["task_id"], file["uploader"]["name"]) == (desk.task, "Ana")
    [stored] = desk.files()
    assert stored.read_bytes() == content

    path = made.headers["location"]
    got = await desk.get(f"{path}/content")
    assert (got.status_code, got.content) == (200, content)
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"K_che 1.png\"; filename*=UTF-8''K%C3%BCche%201.png"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["etag"] == f'"{file["sha256"]}"'
    again = await desk.get(f"{path}/content", **{"if-none-match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await desk.get(f"{path}/content", **{"if-none-match": '"other"'})).status_code == 200

    task = (await desk.get(f"/api/tasks/{desk.task}")).json()
    assert task["attachments"] == [{key: file[key] for key in ("id", "name", "mime_type", "size")}]
    assert (await desk.get(path)).json() == file
    assert (await desk.get(f"{FILES}?task_id={desk.task}")).json() == {"items": [file], "next": None}

    async with desk.ask() as client:
        assert (await client.delete(path)).status_code == 204
        assert (await client.delete(path)).status_code == 404
    assert (await desk.get(f"{path}/content")).status_code == 404
    assert (await desk.get(f"/api/tasks/{desk.task}")).json()["attachments"] == []
    deleted = await desk.product.pool.fetchrow(
        "select * from journal where subject = 'attachment' and verb = 'deleted'"
    )
    assert (str(deleted["task_id"]), deleted["after"]["name"]) == (desk.task, "Küche 1.png")
    assert deleted["project_id"] is not None
    async with desk.product.pool.acquire() as conn, conn.transaction():
        by = Act(new_id(), "test", datetime.now(UTC))
        await undo(conn, viewer=desk.viewers["ana"], change_set=deleted["change_set"], by=by)
    assert (await desk.get(f"{path}/content")).content == content


async def test_the_body_itself_can_be_the_file(desk: Desk) -> None:
    pieces = [b"a,b\n", b"1,2\n" * 1000, b"3,4\n"]
    made = await desk.product.call(
        "POST",
        FILES,
        pieces,
        query=f"task_id={desk.task}&name=t%C3%A9st.csv",
        content_type="application/x-www-form-urlencoded",  # as `curl --data-binary` says
        authorization=f"Bearer {desk.tokens['ana']}",
    )
    assert made.status == 201, made.body
    assert (made.json["name"], made.json["mime_type"]) == ("tést.csv", "text/csv")
    assert (await desk.get(f"{FILES}/{made.json['id']}/content")).content == b"".join(pieces)


async def test_a_form_may_come_in_any_pieces(desk: Desk) -> None:
    content = PNG + b"\r\n--edge-not\r\n" + os.urandom(20_000)
    form = (
        b'--edge\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + content
        + b"\r\n--edge--\r\n"
    )
    for size in (1, 7, 1000, 1_000_000):
        pieces = [form[at : at + size] for at in range(0, len(form), size)]
        made = await post(desk, pieces, query=f"task_id={desk.task}", content_type="multipart/form-data; boundary=edge")
        assert made.status == 201, made.body
        assert (await desk.get(f"{FILES}/{made.json['id']}/content")).content == content


async def test_in_a_bucket_too(database: str, pool: Pool, tmp_path: Path) -> None:
    async with open_bucket() as bucket:
        keys = {"files_access_key": SecretStr(ACCESS), "files_secret_key": SecretStr(SECRET)}
        url = f"s3://files?endpoint={bucket.url}&region={REGION}"
        desk = await open_desk(
            database, pool, tmp_path, files_url=url, attachment_max_mib=20, files_max_mib_per_user=100, **keys
        )
        content = PDF + os.urandom(12 * MIB)
        made = await desk.send("big.pdf", content)
        assert made.status_code == 201, made.text
        assert list(bucket.objects.values()) == [content]
        assert (await desk.get(f"{made.headers['location']}/content")).content == content
        assert failure(await desk.send("big.pdf", PDF + bytes(20 * MIB))) == (413, "file")
        assert (len(bucket.objects), bucket.parts, desk.files()) == (1, {}, [])
        bucket.objects.clear()
        assert (await desk.get(f"{made.headers['location']}/content")).status_code == 404
        bucket.away = True
        assert (await desk.get(f"{made.headers['location']}/content")).status_code == 503
        assert (await desk.send("a.pdf", PDF)).status_code == 503
        assert await count(pool, "from attachments") == 1


_FINE = [
    ("a.docx", "", ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("a.zip", "application/x-zip-compressed", ZIP, "application/x-zip-compressed"),
    ("a.csv", "application/vnd.ms-excel", b"a;b\r\n", "text/csv"),
    ("a.csv", "text/csv", "é;b\r\n".encode("latin-1"), "text/csv"),
    ("a.txt", "text/plain", "é".encode("utf-16"), "text/plain"),
    ("voice", "audio/ogg; codecs=opus", b"OggS\0\x02" + bytes(40), "audio/ogg"),
    ("voice.m4a", "", b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4"),
    ("a.mp3", "audio/mpeg", b"\xff\xfb\x90\x64" + bytes(100), "audio/mpeg"),
    ("photo", "image/jpeg", JPEG, "image/jpeg"),
    ("main.ts", "", b"let x = 1\n", "text/plain"),
    ("notes.md", "", "# ä\n".encode(), "text/markdown"),
    ("code.py", "text/x-python", b"print()\n", "text/x-python"),
    ("data.bin", "application/octet-stream", b"\0\x01\x02", "application/octet-stream"),
    ("x.unheard-of", "application/x-unheard-of", b"\0\x01\x02", "application/x-unheard-of"),
    ("evil", "no type\0 at all", b"text", "text/plain"),
]


async def test_a_finer_word_for_what_it_is_is_kept(desk: Desk) -> None:
    kept = []
    for name, declared, content, _ in _FINE:
        made = await post(desk, content, query=f"task_id={desk.task}&name={name}", content_type=declared)
        kept.append(made.json.get("mime_type", made.json))
    assert kept == [kind for *_, kind in _FINE]


_LIES = [
    ("cat.png", "image/png", HTML),
    ("cat.png", "", ELF),
    ("cat", "image/png", SVG),
    ("cat.png", "image/png", JPEG),
    ("cat.jpg", "image/jpeg", b"\0\x01\x02 nothing known"),
    ("cat.gif", "image/gif", ZIP),
    ("cat.xyz", "image/x-unheard-of", HTML),
    ("a.pdf", "application/pdf", b"plain words"),
    ("a.pdf", "application/pdf", ELF),
    ("a.txt", "text/plain", ELF),
    ("a.txt", "text/plain", b"\0\x01\x02"),
    ("a.docx", "", b"MZ\x90\0\x03" + bytes(100)),
    ("a.zip", "application/zip", PDF),
    ("song.mp3", "audio/mpeg", HTML),
    ("clip.mp4", "video/mp4", PNG),
    ("setup.exe", "", PNG),
    ("a.png", "text/html", PNG),
    ("main.ts", "video/mp4", b"let x = 1\n"),
]


async def test_a_lie_about_what_it_is_is_refused(desk: Desk) -> None:
    believed = [lie for lie in _LIES if failure(await desk.send(lie[0], lie[2], lie[1])) != (400, "file")]
    assert believed == []
    assert await desk.traces() == (0, 0, 0)


_ACTIVE = [
    ("page.html", HTML, "text/html"),
    ("notes.txt", b"\xef\xbb\xbf \n<!-- hm --><body onload=alert(1)>", "text/html"),
    ("pic.svg", SVG, "image/svg+xml"),
    ("run", ELF, "application/x-executable"),
    ("run.exe", b"MZ\x90\0" + bytes(90), "application/vnd.microsoft.portable-executable"),
    ("run.js", b"alert(1)", "text/javascript"),
    ("run.sh", b"#!/bin/sh\n", "application/x-sh"),
    ("feed.xml", b"<?xml version='1.0'?><html xmlns='x'/>", "text/html"),
]


async def test_what_could_run_is_served_as_bytes(desk: Desk) -> None:
    for name, content, kind in _ACTIVE:
        made = await desk.send(name, content)
        assert (made.status_code, made.json().get("mime_type")) == (201, kind), name
        got = await desk.get(f"{made.headers['location']}/content")
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.content == content


@pytest.mark.parametrize(("who", "task"), [("ana", "private"), ("ben", "task")])
async def test_who_comes_second_counts_the_first(desk: Desk, pool: Pool, who: str, task: str) -> None:
    """The same person elsewhere, who has room for one of two; another person at a task that has room for one."""
    by = Act(new_id(), "test", datetime.now(UTC))
    await pool.execute(
        "insert into attachments (id, task_id, name, mime_type, size, sha256, key) "
        "select gen_random_uuid(), $1, 'a', 'text/plain', 1, '', '' from generate_series(1, 49)",
        UUID(desk.task),
    )
    await pool.executemany(
        "insert into loose_files values ($1, $2)", [(key, by.at + timedelta(days=1)) for key in ("aa/1", "aa/2")]
    )

    async def add(conn: Conn, key: str, *, who: str, task: str) -> None:
        kept = Kept(key, "a.txt", "text/plain", 2 * MIB, b"")
        place = UUID(getattr(desk, task))
        await add_attachment(conn, viewer=desk.viewers[who], task_id=place, kept=kept, most_bytes=3 * MIB, by=by)

    async def second() -> None:
        async with pool.acquire() as conn, conn.transaction():
            await add(conn, "aa/2", who=who, task=task)

    async with pool.acquire() as conn, conn.transaction():
        await add(conn, "aa/1", who="ana", task="task")
        adding = asyncio.create_task(second())
        waiting = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        await until(lambda: _either(adding, count(pool, waiting)))
    with pytest.raises(TooLarge):
        await adding


async def _either(task: "asyncio.Task[None]", found: Awaitable[int]) -> bool:
    return bool(await found) or task.done()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\tax.pdf", "tax.pdf"),
        ("a\0b\r\nc\x1b.txt", "ab c.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u200ea\u061c\u2067b\u200f.txt", "ab.txt"),
        ("\ud800x", "x"),
        ("  a   b.txt ", "a b.txt"),
        ("e\u0301.txt", "é.txt"),
        ("x" * 300 + ".tar", "x" * 196 + ".tar"),
        ("." * 3 + "a", "...a"),
        ('quo"te\\;x.txt', ";x.txt"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


async def test_a_file_needs_a_name(desk: Desk) -> None:
    for name in ("", "..", "/", "a/", "\u202e", "\r\n", " . "):
        made = await post(desk, b"x", query=str(httpx.QueryParams(task_id=desk.task, name=name)))
        assert failure(made) == (400, "name")
    assert await desk.traces() == (0, 0, 0)


async def test_a_name_cannot_break_the_answers_headers(desk: Desk) -> None:
    made = await post(
        desk, b"x", query=str(httpx.QueryParams(task_id=desk.task, name='"; x="\r\nSet-Cookie: a=b; 100%'))
    )
    got = await desk.get(f"{FILES}/{made.json['id']}/content")
    assert "set-cookie" not in got.headers
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"_; x=_ Set-Cookie: a=b; 100_\"; filename*=UTF-8''"
        "%22%3B%20x%3D%22%20Set-Cookie%3A%20a%3Db%3B%20100%25"
    )


async def test_too_large_by_its_own_word_is_not_read_at_all(desk: Desk) -> None:
    made = await post(desk, [b"x" * 1000] * 3, length=MIB + 1)
    assert (failure(made), made.read) == ((413, "file"), 0)
    form = "multipart/form-data; boundary=edge"
    made = await post(desk, [b"x" * 1000] * 3, length=2 * MIB, content_type=form)
    assert (failure(made), made.read) == ((413, "file"), 0)
    assert await desk.traces() == (0, 0, 0)


async def test_too_large_as_it_turns_out_is_read_no_further(desk: Desk) -> None:
    pieces = [b"x" * 100_000] * 1000
    made = await post(desk, pieces)
    assert failure(made) == (413, "file")
    assert made.read < 20
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    made = await post(desk, [head, *pieces], content_type="multipart/form-data; boundary=edge")
    assert failure(made) == (413, "file")
    assert made.read < 20
    note = b'--edge\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
    made = await post(desk, [note, *pieces], content_type=_FORM)
    assert (failure(made), made.read) == ((413, "file"), 2)
    assert await desk.traces() == (0, 0, 0)


async def test_just_as_large_as_may_be(desk: Desk) -> None:
    assert (await post(desk, b"x" * MIB, length=MIB)).status == 201
    assert (await desk.send("a.txt", b"x" * MIB)).status_code == 201
    assert failure(await desk.send("a.txt", b"x" * (MIB + 1))) == (413, "file")


async def test_all_of_one_person_have_a_limit_together(desk: Desk) -> None:
    for _ in range(2):
        assert (await desk.send("a.txt", b"x" * MIB, task=desk.private)).status_code == 201
    both = await asyncio.gather(*(desk.send("a.txt", b"x" * MIB, task=task) for task in (desk.task, desk.private)))
    assert sorted(made.status_code for made in both) == [201, 413]
    refused = await post(desk, b"x")
    assert (failure(refused), refused.read) == ((413, "file"), 0)
    assert await desk.traces() == (3, 3, 0)
    assert (await desk.send("b.txt", b"x" * MIB, who="ben")).status_code == 201


async def test_a_task_has_fifty_files_at_most(desk: Desk) -> None:
    for _ in range(49):
        assert (await desk.send("a.txt", b"x")).status_code == 201
    both = await asyncio.gather(desk.send("a.txt", b"x"), desk.send("a.txt", b"x", who="ben"))
    assert sorted(made.status_code for made in both) == [201, 413]
    assert await desk.traces() == (50, 50, 0)


_FORM = "multipart/form-data; boundary=edge"
_NO_FILE = [
    (b"", "text/plain"),
    (b"", _FORM),
    (b"--edge--\r\n", _FORM),
    (b"x", "multipart/form-data"),
    (b"garbage", _FORM),
    (b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n--edge--', _FORM),
    (b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf of it', _FORM),
    (b'--edge\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nx\r\n--edge--', _FORM),
    (b'--edge\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--edge--', _FORM),
    (b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 2 + b"--edge--", _FORM),
    (b"--edge\r\n" + b"X: " + b"y" * 200_000, _FORM),
]


async def test_a_body_without_a_file_in_it(desk: Desk) -> None:
    for body, content_type in _NO_FILE:
        status, field = failure(await post(desk, body, content_type=content_type))
        assert (400 <= status < 500, field) == (True, "file"), body[:200]
    assert await desk.traces() == (0, 0, 0)


async def test_a_connection_that_breaks_leaves_nothing(desk: Desk) -> None:
    sent = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not sent.is_set():
            sent.set()
            return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}
        return {"type": "http.disconnect"}

    made = await post(desk, b"", receive=receive)
    assert failure(made) == (400, "file")
    assert await desk.traces() == (0, 0, 0)


async def test_who_may_what(desk: Desk) -> None:
    ours, anas = [(await desk.send("a.txt", b"x", task=task)).headers["location"] for task in (desk.task, desk.private)]
    for path in (ours, f"{ours}/content", f"{FILES}?task_id={desk.task}"):
        answered = {who: (await desk.get(path, who)).status_code for who in desk.tokens}
        assert answered == {"ana": 200, "ben": 200, "vic": 200, "zoe": 404}
    for path in (anas, f"{anas}/content", f"{FILES}?task_id={desk.private}"):
        answered = {who: (await desk.get(path, who)).status_code for who in desk.tokens}
        assert answered == {"ana": 200, "ben": 404, "vic": 404, "zoe": 404}
    for who, status in (("ben", 201), ("vic", 403), ("zoe", 404)):
        assert (await desk.send("b.txt", b"x", who=who)).status_code == status
    for who, status in (("zoe", 404), ("vic", 403), ("ben", 204)):
        async with desk.ask(who) as client:
            assert (await client.delete(ours)).status_code == status
            assert (await client.delete(anas)).status_code == 404
    assert await desk.traces() == (3, 3, 0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk.product.app), base_url="http://x") as nobody:
        assert (await nobody.get(f"{anas}/content")).status_code == 401
        assert (await nobody.post(FILES, params={"task_id": desk.task})).status_code == 401


async def test_a_task_in_the_trash_shows_no_files(desk: Desk) -> None:
    path = (await desk.send("a.txt", b"x")).headers["location"]
    async with desk.ask() as client:
        await client.delete(f"/api/tasks/{desk.task}")
    for lost in (path, f"{path}/content", f"{FILES}?task_id={desk.task}"):
        assert (await desk.get(lost)).status_code == 404
    assert (await desk.send("a.txt", b"x")).status_code == 404


async def test_a_task_or_a_file_that_is_none(desk: Desk) -> None:
    for unknown in ("x", " ", "\0", "019a0000-0000-7000-8000-000000000000"):
        assert failure(await desk.send("a.txt", b"x", task=unknown)) == (404, "task_id")
        assert (await desk.get(f"{FILES}/{quote(unknown)}/content")).status_code == 404
    async with desk.ask() as client:
        assert failure(await client.post(FILES, files={"file": ("a.txt", b"x")})) == (400, "task_id")


async def test_a_session_sends_its_token_before_the_file(desk: Desk) -> None:
    made = await desk.product.call(
        "POST",
        FILES,
        [b"x" * 1000] * 3,
        query=f"task_id={desk.task}",
        cookie="tasktalk_session=x",
        content_type="multipart/form-data; boundary=edge",
    )
    assert (made.status, made.read) == (403, 0)


async def test_files_of_the_trash_are_removed_in_time(desk: Desk, pool: Pool) -> None:
    now = datetime.now(UTC)
    kept, gone = [(await desk.send("a.txt", text)).headers["location"] for text in (b"kept", b"gone")]
    async with desk.ask() as client:
        await client.delete(gone)
    store = open_store_of(desk)
    async with pool.acquire() as conn:
        assert await purge_files(conn, store, before=now - timedelta(days=30), limit=10) == 0
        assert len(desk.files()) == 2
        assert await purge_files(conn, store, before=now + timedelta(days=1), limit=10) == 1
        assert await purge_files(conn, store, before=now + timedelta(days=1), limit=10) == 0
    assert [file.read_bytes() for file in desk.files()] == [b"kept"]
    assert (await desk.get(kept)).status_code == 200
    assert await desk.traces() == (1, 1, 0)


async def test_files_go_with_their_tasks_project_or_people(desk: Desk, pool: Pool) -> None:
    now = datetime.now(UTC)
    for task in (desk.task, desk.task, desk.private):
        await desk.send("a.txt", b"x", task=task)
    assert await desk.traces() == (3, 3, 0)
    await pool.execute("delete from projects")
    await pool.execute("delete from tasks where id = $1", UUID(desk.private))
    async with pool.acquire() as conn:
        assert await purge_files(conn, open_store_of(desk), before=now, limit=2) == 2
        assert await purge_files(conn, open_store_of(desk), before=now, limit=2) == 1
    assert await desk.traces() == (0, 0, 0)


async def test_a_process_that_dies_half_way_leaves_nothing_for_long(
    desk: Desk, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is in the store when everything ends: neither its row nor the tidying-up comes to be."""
    died = asyncio.Event()

    async def die(*_args: object, **_more: object) -> None:
        died.set()
        raise KeyboardInterrupt

    monkeypatch.setattr("tasktalk.tasks.attachments.uploads.add_attachment", die)
    monkeypatch.setattr("tasktalk.tasks.attachments.uploads._clear", die)
    with pytest.raises(KeyboardInterrupt):
        await post(desk, b"x")
    assert died.is_set()
    assert await desk.traces() == (1, 0, 1)
    async with pool.acquire() as conn:
        assert await purge_files(conn, open_store_of(desk), before=datetime.now(UTC), limit=10) == 0
        assert len(desk.files()) == 1  # it might still be on its way
        await conn.execute("update loose_files set free_at = free_at - interval '1 day'")
        assert await purge_files(conn, open_store_of(desk), before=datetime.now(UTC), limit=10) == 1
    assert await desk.traces() == (0, 0, 0)


async def test_an_upload_that_outlived_its_time_is_told_so(desk: Desk, pool: Pool, store_hook: "StoreHook") -> None:
    async def make_free() -> None:
        await pool.execute("update loose_files set free_at = now() - interval '1 second'")

    store_hook(make_free)
    assert (await post(desk, b"x")).status == 409
    assert await desk.traces() == (0, 0, 0)


async def test_a_right_that_is_lost_meanwhile_counts(desk: Desk, pool: Pool, store_hook: "StoreHook") -> None:
    async def demote() -> None:
        await pool.execute("update project_members set role = 'viewer', own_role = 'viewer'")

    store_hook(demote)
    assert (await post(desk, b"x")).status == 403
    assert await desk.traces() == (0, 0, 0)


StoreHook = Callable[[Callable[[], Any]], None]


@pytest.fixture
def store_hook(monkeypatch: pytest.MonkeyPatch) -> StoreHook:
    """Something happens between a file's arrival in the store and its row."""

    def hook(happen: Callable[[], Any]) -> None:
        put = Store.put

        async def put_and(self: Store, key: str, chunks: AsyncIterator[bytes]) -> None:
            await put(self, key, chunks)
            await happen()

        monkeypatch.setattr(Store, "put", put_and)

    return hook


def open_store_of(desk: Desk) -> Store:
    from tasktalk.settings import Settings  # noqa: PLC0415

    return open_store(Settings(data=desk.folder))


async def post(desk: Desk, body: bytes | list[bytes], *, query: str = "", receive: Any = None, **more: Any) -> Answer:
    """As Ana, the body itself, in pieces."""
    query = query or f"task_id={desk.task}&name=a.txt"
    headers = {"authorization": f"Bearer {desk.tokens['ana']}"}
    if receive is None:
        return await desk.product.call("POST", FILES, body, query=query, **headers, **more)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": FILES,
        "raw_path": FILES.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query.encode(),
        "headers": [(b"authorization", headers["authorization"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await desk.product.app(scope, receive, send)
    body_sent = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], {}, body_sent)
