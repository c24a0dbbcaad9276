"""`tasktalk up` itself: its ready file, its stop, its memory over a restart, its log, its figures."""

import json
import os
import re
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from process_kit import Phone, Up, get, list_descendants, running, text_of
from product_kit import until

SAID = "an unmistakable sentence"


@pytest.fixture(scope="module")
def own_folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tt-up-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_the_ready_file(up: Up) -> None:
    facts = up.facts
    strings = {
        "web", "sandbox", "admin_link", "api_token", "verify_token", "app_secret", "access_token", "app_id",
        "phone_number_id", "waba_id", "display_phone_number",
    }  # fmt: skip
    assert set(facts) == strings | {"phones"}
    assert all(isinstance(facts[name], str) and facts[name] for name in strings)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", facts["web"])
    assert facts["admin_link"].startswith(facts["web"])
    for person in facts["phones"]:
        assert set(person) == {"name", "wa_id", "user_id", "linked", "email", "tz", "api_token"}
        assert re.fullmatch(r"US\.[A-Za-z0-9]+", person["user_id"])
        assert person["wa_id"].isdigit()
    linked = [person for person in facts["phones"] if person["linked"]]
    assert [person["name"] for person in linked[:2]] == ["Ana", "Ben"]
    assert len(linked) == 48
    assert all(person["tz"] == "UTC" and person["email"] and person["api_token"] for person in linked)
    (stranger,) = [person for person in facts["phones"] if not person["linked"]]
    assert (stranger["email"], stranger["api_token"]) == (None, None)


async def test_probes_and_metrics(up: Up, session: aiohttp.ClientSession) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        async with session.get(up.facts["web"] + path) as answer:
            assert answer.status == 200, path
            body = await answer.text()
    assert "# TYPE" in body
    assert "tasktalk" in body


async def test_health(up: Up, session: aiohttp.ClientSession) -> None:
    health = await get(session, up, "/api/webhooks/whatsapp/health")
    assert set(health) == {"status", "timestamp", "uptime", "checks"}
    assert health["uptime"] > 0
    checks = health["checks"]
    assert set(checks) == {"database", "circuitBreakers", "cache", "messageQueue", "errorRate"}
    assert checks["database"]["status"] == "healthy"
    assert checks["database"]["responseTime"] >= 0
    assert {"status", "whatsappApi", "aiProcessing"} <= set(checks["circuitBreakers"])
    assert 0 <= checks["cache"]["hitRate"] <= 1
    assert {"status", "size", "processing"} <= set(checks["messageQueue"])
    assert {"status", "rate"} <= set(checks["errorRate"])


async def test_the_worker_s_status(up: Up, session: aiohttp.ClientSession) -> None:
    status = await get(session, up, "/api/workers/whatsapp")
    assert set(status) == {"status", "workers", "performance"}
    assert status["status"] == status["workers"]["queue"]["status"] == "active"
    assert set(status["workers"]["queue"]["queue"]) == {"size", "processing", "completed", "failed"}
    assert {"messagesPerMinute", "avgProcessingTime"} <= set(status["workers"]["queue"]["throughput"])
    memory = status["performance"]["memoryUsage"]
    assert 1 < memory["used"] < memory["total"]
    assert memory["percentage"] == pytest.approx(100 * memory["used"] / memory["total"], abs=0.1)
    cache = status["performance"]["cacheMetrics"]
    assert cache["hitRate"] + cache["missRate"] == pytest.approx(1)


async def test_pause_stores_and_answers_and_resume_goes_on(
    up: Up, session: aiohttp.ClientSession, someone: Phone
) -> None:
    async def order(action: str, token: str | None) -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{up.facts['web']}/api/workers/whatsapp"
        async with session.post(url, json={"action": action}, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    owner, member = up.facts["api_token"], up.person("Ana")["api_token"]
    assert [(await order("pause", token))[0] for token in (None, "wrong", member)] == [401, 401, 403]
    assert (await order("dance", owner))[0] == 400
    status, answer = await order("pause", owner)
    assert (status, answer["success"], answer["newStatus"]) == (200, True, "paused")
    try:
        sent = await someone.say("while paused tomorrow")

        async def is_stored() -> bool:  # the webhook was answered 200: the phone shows two ticks
            return [each["status"] for each in await someone.chat() if each["id"] == sent] == ["delivered"]

        await until(is_stored, every=0.05)
        assert (await get(session, up, "/api/workers/whatsapp"))["status"] == "paused"
        assert await someone.tasks() == []
    finally:
        assert (await order("resume", owner))[1]["newStatus"] == "active"
    assert "while paused" in text_of(await someone.hear())
    assert (await order("restart", owner))[0] == 200
    assert "after the restart" in text_of(await someone.ask("after the restart tomorrow"))


async def test_a_second_up_on_the_same_folder_is_refused(up: Up) -> None:
    other = Up(up.folder)
    with pytest.raises(AssertionError):
        other.start()
    assert other.process is not None
    assert other.process.returncode == 1
    assert up.process is not None
    assert up.process.poll() is None


async def test_it_stops_cleanly_and_remembers(own_folder: Path, session: aiohttp.ClientSession) -> None:
    with running(own_folder) as up:
        first = up.facts
        ana = Phone(session, up, "Ana")
        await ana.ask(f"{SAID} tomorrow")
        await until(lambda: has_completed(session, up, 3), every=0.05)  # the message; `sent`, `delivered` of its reply
        chat = await ana.chat()
        family = list_descendants(up.process.pid if up.process else 0)
        assert len(family) >= 4
        assert up.stop() < 10
        assert up.process is not None
        assert up.process.returncode == 0
        assert [pid for pid in family if _is_alive(pid)] == []

        up.start()
        changing = {"web", "sandbox", "admin_link"}
        for name in set(first) - changing:
            assert up.facts[name] == first[name], name
        ana = Phone(session, up, "Ana")
        assert [each["id"] for each in await ana.chat()] == [each["id"] for each in chat]
        assert [task["title"] for task in await ana.tasks()] == [SAID]
        ana.last = chat[-1]["id"]
        assert SAID in text_of(await ana.tap(chat[-1], "Done"))  # a button of the first life
        await until(lambda: has_completed(session, up, 6), every=0.05)
        assert up.stop(signal.SIGINT) < 10

        lines = up.log()
        assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
        everything = (up.data / "todo.log").read_text()
        secrets = [first[name] for name in ("app_secret", "access_token", "verify_token", "api_token")]
        personal = [person[name] for person in first["phones"] for name in ("wa_id", "user_id", "api_token", "email")]
        link = first["admin_link"].rsplit("/", 1)[1]
        for word in filter(None, [SAID, link, *secrets, *personal]):
            assert word not in everything, word
        for name in ("sandbox.json", "secret.key"):
            assert stat.S_IMODE((up.data / name).stat().st_mode) == 0o600
        assert json.loads((up.data / "sandbox.json").read_bytes())


async def has_completed(session: aiohttp.ClientSession, up: Up, wanted: int) -> bool:
    """Whether so many items were ever stored, and all of them are done."""
    figures = (await get(session, up, "/api/workers/whatsapp"))["workers"]["queue"]["queue"]
    return bool(figures == {"size": 0, "processing": 0, "completed": wanted, "failed": 0})


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
