"""The tools for AI clients, through the official client: in this process, over HTTP, over standard input and output."""

import asyncio
import json
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from product_kit import Product, open_product
from tasktalk.db import Pool
from tasktalk.errors import BadRequest
from tasktalk.interop.mcp.server import build_server, http_app, read_token


@asynccontextmanager
async def answering(app: Any) -> AsyncIterator[str]:
    """The address of an application, served on a free port of this host."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="auto"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@pytest.fixture
async def web(product: Product) -> AsyncIterator[str]:
    async with answering(product.app) as url:
        yield url


async def use(client: Client, tool: str, **given: Any) -> Any:
    """What a tool answers; AssertionError with its words when it refuses."""
    result = await client.call_tool(tool, given)
    assert not result.is_error, result.content
    return result.structured_content


async def refused(client: Client, tool: str, **given: Any) -> str:
    result = await client.call_tool(tool, given)
    assert result.is_error
    return str(result.content[0].text)


async def test_a_day_with_the_tools(product: Product, web: str) -> None:
    async with Client(build_server(web, token=product.ana.token)) as ana:
        said = await use(ana, "say", text="buy milk tomorrow 5pm p1")
        assert "buy milk" in said["text"].lower()
        assert said["buttons"]
        (milk,) = (await use(ana, "list_tasks", filter="p1"))["items"]
        assert milk["due"]["time"] == "17:00"

        home = await use(ana, "create_project", name="Home (new)")
        rent = await use(
            ana,
            "create_task",
            title="Pay rent, 50% & more",
            due_date="2030-01-31",
            project="home (NEW)",
            labels=["money"],
        )
        assert rent["project"]["id"] == home["id"]
        assert [each["id"] for each in (await use(ana, "find_tasks", text="rent, 50% &"))["items"]] == [rent["id"]]
        moved = await use(ana, "reschedule_task", task_id=rent["id"], due_date="2030-02-01", due_time="09:00")
        assert (moved["due"]["date"], moved["due"]["time"]) == ("2030-02-01", "09:00")
        changed = await use(ana, "update_task", task_id=rent["id"], priority=2, clear=["labels"])
        assert (changed["priority"], changed["labels"], changed["title"]) == (2, [], "Pay rent, 50% & more")
        await use(ana, "remind_of_task", task_id=rent["id"], offset="-PT30M")
        await use(ana, "comment_on_task", task_id=rent["id"], text="ask the bank")
        assigned = await use(ana, "assign_task", task_id=rent["id"], people=["me"])
        assert [each["name"] for each in assigned["assignees"]] == ["Ana"]
        status = await use(ana, "project_status", project=home["id"])
        assert [each["id"] for each in status["open_tasks"]] == [rent["id"]]
        assert (await use(ana, "list_projects"))["items"][0]["name"] == "Home (new)"

        assert (await use(ana, "complete_task", task_id=rent["id"]))["status"] == "done"
        assert (await use(ana, "find_tasks", text="rent"))["items"] == []
        assert len((await use(ana, "find_tasks", text="rent", include_done=True))["items"]) == 1
        assert (await use(ana, "reopen_task", task_id=rent["id"]))["status"] == "open"
        await use(ana, "delete_task", task_id=rent["id"])
        assert "rent" in (await use(ana, "undo"))["text"].lower()
        assert (await use(ana, "get_task", task_id=rent["id"]))["title"] == "Pay rent, 50% & more"
        await use(ana, "delete_task", task_id=rent["id"])
        assert (await use(ana, "restore_task", task_id=rent["id"]))["id"] == rent["id"]
        assert len((await use(ana, "task_history", task_id=rent["id"]))["items"]) > 5
        assert (await use(ana, "summary", period="week"))["text"]
        assert (await use(ana, "plan_day"))["text"]
        done = next(each for each in said["buttons"] if each["title"].startswith("Done"))
        await use(ana, "tap", button_id=done["id"])
        assert (await use(ana, "get_task", task_id=milk["id"]))["status"] == "done"


async def test_it_is_the_person_of_the_token_and_says_what_is_wrong(product: Product, web: str) -> None:
    async with Client(build_server(web, token=product.ana.token)) as ana:
        secret = await use(ana, "create_task", title="a surprise for Ben")
        assert "Give an offset" in await refused(ana, "remind_of_task", task_id=secret["id"])
        assert "bananas" in await refused(ana, "list_tasks", filter="today & bananas")
        assert "no project" in await refused(ana, "create_task", title="x", project="Nowhere")
        assert "none of those" in await refused(ana, "assign_task", task_id=secret["id"], people=["Ben"])
        assert "id is needed" in await refused(ana, "get_task", task_id="..")
        assert "no such thing" in await refused(ana, "get_task", task_id="../users/me?x=")
        assert "time needs its date" in await refused(ana, "reschedule_task", task_id=secret["id"], due_time="10:00")
    async with Client(build_server(web, token=product.ben.token)) as ben:
        for tool in ("get_task", "complete_task", "delete_task", "restore_task", "task_history"):
            assert "not yours to see" in await refused(ben, tool, task_id=secret["id"]), tool
        assert (await use(ben, "find_tasks", text="surprise"))["items"] == []
    async with Client(build_server(web, token="tt_unknown")) as nobody:
        assert "does not know this token" in await refused(nobody, "list_tasks")
    async with Client(build_server("http://127.0.0.1:9", token="tt_unknown")) as away:
        assert "cannot be reached" in await refused(away, "list_tasks")


async def test_clients_are_told_what_destroys(product: Product, web: str) -> None:
    async with Client(build_server(web, token=product.ana.token)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    looks = {name for name, tool in tools.items() if tool.annotations.read_only_hint}
    destroys = {name for name, tool in tools.items() if tool.annotations.destructive_hint}
    assert looks == {"list_tasks", "find_tasks", "get_task", "task_history", "list_projects", "project_status"}
    assert destroys == {"say", "tap", "undo", "delete_task", "update_task", "reschedule_task", "assign_task"}
    page = Path(__file__).parents[2] / "docs/how-to/use-from-an-ai-client.md"
    table = page.read_text(encoding="utf-8").partition("## The tools")[2].partition("\n\nThose")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) == set(tools)
    assert all(tool.description and tool.annotations.open_world_hint is False for tool in tools.values())


async def test_over_http_each_request_brings_its_token(product: Product, web: str) -> None:
    app = http_app(build_server(web, token=None), host="127.0.0.1", names=["mcp.example.org"])
    async with answering(app) as url:
        async with httpx2.AsyncClient() as bare:
            assert (await bare.post(f"{url}/mcp", json={})).status_code == 401
            strange = {"authorization": "Bearer x", "host": "evil.example"}
            assert (await bare.post(f"{url}/mcp", json={}, headers=strange)).status_code == 421
            from_there = {"authorization": "Bearer x", "origin": "https://evil.example"}
            assert (await bare.post(f"{url}/mcp", json={}, headers=from_there)).status_code == 403
        for person, mine, mode in ((product.ana, "Ana's", "auto"), (product.ben, "Ben's", "legacy")):
            session = httpx2.AsyncClient(headers={"authorization": f"Bearer {person.token}"})
            transport = streamable_http_client(f"{url}/mcp", http_client=session)
            async with session, Client(transport, mode=mode) as client:
                await use(client, "create_task", title=mine)
                assert [each["title"] for each in (await use(client, "list_tasks"))["items"]] == [mine]


async def test_over_standard_input_and_output(product: Product, web: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(product.ana.token + "\n")
    command = ["-m", "tasktalk", "mcp", "--url", web, "--token-file", str(tmp_path / "token")]
    server = StdioServerParameters(command=sys.executable, args=command)
    async with Client(server, mode="legacy") as client:  # as most clients still begin
        assert (await use(client, "create_task", title="by pipe"))["title"] == "by pipe"
    found = await product.ask("/api/tasks", token=product.ana.token)
    assert [task["title"] for task in json.loads(found.body)["items"]] == ["by pipe"]


def test_a_token_is_needed_and_one_that_can_be(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="TASKTALK_TOKEN"):
        read_token(None, None)
    with pytest.raises(BadRequest, match="cannot be read"):
        read_token(None, tmp_path / "away")
    with pytest.raises(BadRequest, match="no API token"):
        read_token("a\r\nHost: b", None)
    assert read_token(" tt_x\n", None) == "tt_x"
