"""No file is kept before somebody has looked into it for viruses, where the operator names who does."""

import asyncio
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from media_kit import PDF, Chat, Meta, serving

from product_kit import Answer, Product, count, open_product
from tasktalk.db import Pool
from tasktalk.messaging import media
from tasktalk.settings import BadSetting, Settings
from tasktalk.tasks.attachments.scanning import Infected, Scanner, ScannerAway, open_scanner

VIRUS = PDF + b"VIRUS"
BY_INPUT = "sh -c 'if grep -q VIRUS; then echo Eicar-Test; exit 1; fi'"
BY_PATH = "sh -c 'if grep -q VIRUS \"$0\"; then echo Eicar-Test; exit 1; fi' {}"


@dataclass
class Clamd:
    """INSTREAM on loopback; `says` in place of a finding; `silent`: no answer."""

    says: bytes | None = None
    silent: bool = False
    seen: list[bytes] = field(default_factory=list)
    port: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        self.seen.append(content)
        if self.silent:
            await reader.read()
        found = b"stream: Eicar-Test FOUND" if b"VIRUS" in content else b"stream: OK"
        writer.write((self.says or found) + b"\0")
        writer.close()


@asynccontextmanager
async def clamd(**how: Any) -> AsyncIterator[Clamd]:
    one = Clamd(**how)
    server = await asyncio.start_server(one.handle, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


async def upload(product: Product, content: bytes) -> Answer:
    token = product.ana.token
    made = await product.ask("/api/tasks", token=token, method="POST", body={"title": "pay"})
    return await product.call(
        "POST",
        "/api/attachments",
        content,
        query=f"task_id={made.json['id']}&name=a.pdf",
        authorization=f"Bearer {token}",
        content_type="application/octet-stream",
    )


def kept(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("command", [BY_INPUT, BY_PATH])
async def test_an_upload_is_looked_into_first(database: str, pool: Pool, tmp_path: Path, command: str) -> None:
    product = await open_product(database, pool, tmp_path, scan_command=command)
    assert (await upload(product, PDF)).status == 201
    refused = await upload(product, VIRUS)
    assert refused.status == 400
    assert refused.json["error"]["message"] == "There is a virus in this file, so it was not kept."
    assert kept(tmp_path) == [PDF]
    assert await count(pool, "from loose_files") == 0
    entry = await pool.fetchrow("select actor_id, action, detail from audit where action like 'file%'")
    assert (entry["actor_id"], entry["action"]) == (product.ana.id, "file.infected")
    assert entry["detail"]["infected"] == "Eicar-Test"


async def test_what_is_sent_by_chat_too(product: Product, tmp_path: Path) -> None:
    scanner = Scanner(("sh", "-c", "! grep -q VIRUS"))
    async with serving(Meta()) as meta:
        chat = Chat(product, meta, tmp_path)
        chat.limits = replace(chat.limits, scanner=scanner)
        await chat.send("document", VIRUS, "application/pdf", filename="a.pdf", caption="pay the invoice")
        await chat.send("document", PDF, "application/pdf", filename="b.pdf")
        await chat.settle()
        assert await chat.tasks() == [("pay the invoice", []), ("b.pdf", ["b.pdf"])]
        assert "There is a virus in this file" in (await chat.heard())[0]
    assert kept(tmp_path) == [PDF]
    assert await count(product.pool, "from audit where action = 'file.infected'") == 1


async def test_a_scanner_that_comes_back_is_waited_for(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_SCANNER_PAUSES", (0.01, 0.01, 0.01))
    marker = tmp_path / "asked"
    back = Scanner(("sh", "-c", f"cat > /dev/null; echo x >> {marker}; [ $(wc -l < {marker}) -gt 2 ] || exit 2"))
    async with serving(Meta()) as meta:
        chat = Chat(product, meta, tmp_path)
        chat.limits = replace(chat.limits, scanner=back)
        await chat.send("document", PDF, "application/pdf", filename="a.pdf")
        await chat.settle()
        assert await chat.tasks() == [("a.pdf", ["a.pdf"])]
        chat.limits = replace(chat.limits, scanner=Scanner(("false-does-not-exist",)))
        await chat.send("document", PDF, "application/pdf", filename="b.pdf", caption="read it")
        await chat.settle()
        assert (await chat.tasks())[1:] == [("read it", [])]
        assert "cannot be checked for viruses right now" in (await chat.heard())[-1]


async def test_without_an_answer_it_is_as_the_operator_says(database: str, pool: Pool, tmp_path: Path) -> None:
    strict = await open_product(database, pool, tmp_path, scan_command="sh -c 'exit 2'")
    answer = await upload(strict, PDF)
    assert (answer.status, answer.json["error"]["message"][:39]) == (503, "Files cannot be checked for viruses rig")
    assert kept(tmp_path) == []
    path = tmp_path / "file"
    path.write_bytes(PDF)
    await Scanner(("sh", "-c", "exit 2"), lenient=True).check(path)


@pytest.mark.parametrize("how", [{"silent": True}, {"says": b"INSTREAM size limit exceeded. ERROR"}])
async def test_clamd_that_does_not_say(tmp_path: Path, how: dict[str, Any]) -> None:
    path = tmp_path / "file"
    path.write_bytes(PDF)
    async with clamd(**how) as there:
        with pytest.raises(ScannerAway):
            await Scanner(clamd=("127.0.0.1", there.port), seconds=0.3).check(path)
    with pytest.raises(ScannerAway):  # nobody listens any more
        await Scanner(clamd=("127.0.0.1", there.port)).check(path)


async def test_clamd_gets_all_of_it(tmp_path: Path) -> None:
    path, content = tmp_path / "file", bytes(range(256)) * 4000
    async with clamd() as there:
        scanner = Scanner(clamd=("127.0.0.1", there.port))
        path.write_bytes(content)
        await scanner.check(path)
        path.write_bytes(content + b"VIRUS")
        with pytest.raises(Infected) as found:
            await scanner.check(path)
        assert found.value.data["infected"] == "Eicar-Test"
        assert there.seen == [content, content + b"VIRUS"]


async def test_a_command_without_end_is_ended_and_sees_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a very secret key")
    path = tmp_path / "file"
    path.write_bytes(PDF)
    with pytest.raises(ScannerAway):
        await Scanner(("sh", "-c", "exec sleep 60"), seconds=0.2).check(path)
    await Scanner((sys.executable, "-c", "import os; raise SystemExit('SECRET_KEY' in os.environ)")).check(path)


@pytest.mark.parametrize(
    ("given", "scanner"),
    [
        ({}, None),
        ({"scan_command": "clamdscan --fdpass '{}'"}, Scanner(("clamdscan", "--fdpass", "{}"))),
        ({"clamd": "/run/clamav/clamd.ctl", "scan_away": "keep"}, Scanner(clamd="/run/clamav/clamd.ctl", lenient=True)),
        ({"clamd": "clamav:3310", "scan_seconds": 5}, Scanner(clamd=("clamav", 3310), seconds=5)),
        ({"clamd": "tcp://[::1]:3310"}, Scanner(clamd=("::1", 3310))),
        ({"clamd": "http://clamav:3310"}, BadSetting),
        ({"clamd": "clamav"}, BadSetting),
        ({"scan_command": "it's"}, BadSetting),
    ],
)
def test_settings(given: dict[str, Any], scanner: Any) -> None:
    if scanner is BadSetting:
        with pytest.raises(BadSetting):
            open_scanner(Settings(**given))
    else:
        assert open_scanner(Settings(**given)) == scanner
