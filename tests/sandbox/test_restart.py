"""Killed at any moment, the simulator forgets nothing that it has answered for."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sandbox_kit import ANA, BEN, STRANGER, Client, Process, Receiver, receiving, text


def free_port() -> int:
    """One below those that systems give to whoever asks for any: nobody is given it meanwhile."""
    first = 20_000 + os.getpid() % 10_000
    for port in range(first, first + 100):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise LookupError("no free port")


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[Process]:
    one = Process(tmp_path, f"http://127.0.0.1:{free_port()}/hook")
    one.start()
    yield one
    if one.running:
        one.stop()


async def test_everything_goes_on_after_kill_9(mortal: Process, session: aiohttp.ClientSession) -> None:
    # Nobody receives webhooks yet: all of them are still to be delivered when the process dies.
    client = Client(session, mortal.url)
    said = [await client.say(str(number)) for number in range(20)]
    said += [await client.say("hi", wa_id=wa_id) for wa_id in (BEN, STRANGER)]
    _, sent = await client.send(text("answer") | {"biz_opaque_callback_data": "out:1"})
    wamid = sent["messages"][0]["id"]
    async with session.post(
        f"{client.url}/phones/{ANA}/media", data=b"abc", headers={"Content-Type": "image/png"}
    ) as made:
        media_id = (await made.json())["id"]
    body = {"type": "BODY", "text": "Nothing to see here."}
    new = {"name": "dull", "language": "en", "category": "UTILITY", "components": [body]}
    await client.graph("POST", "201000000000001/message_templates", new)
    before = await client.chat()
    stranger = (await client.call("GET", f"/phones/{STRANGER}"))[1]

    assert mortal.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    mortal.start()

    client = Client(session, mortal.url)
    assert await client.chat() == before
    assert [item["id"] for item in await client.chat(after=said[18])] == [said[19], wamid]
    assert (await client.call("GET", f"/phones/{STRANGER}"))[1] == stranger
    assert (await client.graph("GET", media_id))[1]["file_size"] == 3
    await client.send(text("the window is still open"))
    assert (await client.chat())[-1]["status"] == "delivered"
    receiver = Receiver()
    async with receiving(receiver, int(mortal.config.webhook_url.split(":")[2].split("/")[0])):
        await receiver.until(lambda: len(receiver.messages()) == 22)
        await receiver.until(lambda: len(receiver.statuses(wamid)) == 2)
        await receiver.until(lambda: receiver.values("message_template_status_update"))
        mine = [one["id"] for one in receiver.messages() if one["from"] == ANA]
        assert mine == said[:20]
        assert {one["id"] for one in receiver.messages()} == set(said)
        assert [one["status"] for one in receiver.statuses(wamid)] == ["sent", "delivered"]


async def test_killed_under_load_every_answer_holds(mortal: Process, session: aiohttp.ClientSession) -> None:
    client = Client(session, mortal.url)
    answered: list[str] = []
    enough = asyncio.Event()

    async def keep_writing(wa_id: str) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            while True:
                answered.append(await client.say("again", wa_id=wa_id))
                if len(answered) == 200:
                    enough.set()

    writers = [asyncio.create_task(keep_writing(f"4477009100{number:02}")) for number in range(16)]
    await enough.wait()
    mortal.stop(signal.SIGKILL)
    await asyncio.gather(*writers)
    mortal.start()
    client = Client(session, mortal.url)
    kept = [item["id"] for number in range(16) for item in await client.chat(f"4477009100{number:02}")]
    assert set(answered) <= set(kept)
    receiver = Receiver()
    async with receiving(receiver, int(mortal.config.webhook_url.split(":")[2].split("/")[0])):
        await receiver.until(lambda: {one["id"] for one in receiver.messages()} >= set(answered))


async def test_sigterm_stops_within_two_seconds_whoever_waits(mortal: Process, session: aiohttp.ClientSession) -> None:
    client = Client(session, mortal.url)
    waiting = asyncio.create_task(client.chat(wait=60))
    async with session.get(f"{client.url}/phones/{ANA}/events") as events:
        assert await events.content.readline() == b"retry: 1000\n"
        code, seconds = await asyncio.to_thread(mortal.stop)
        assert code == 0
        assert seconds < 2
    assert await waiting == []
