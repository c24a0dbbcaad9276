"""`tasktalk doctor` and `tasktalk send-test` beside a running `tasktalk up`, and where there is nothing."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import aiohttp

from process_kit import Phone, Up, get, post, running


async def run(up_data: Path, *words: str) -> tuple[int, str]:
    """A command on this data folder; its exit code and what it printed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("TASKTALK_", "WHATSAPP_"))}
    for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "TZ"):
        env.pop(name, None)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tasktalk", *words, "--data", str(up_data),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=env | {"COLUMNS": "200"},
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode()


async def ask(session: aiohttp.ClientSession, up: Up, path: str, body: Any) -> Any:
    return await post(session, up, path, body, token=up.facts["api_token"])


async def test_all_is_well_in_a_sandbox_that_runs(up: Up, someone: Phone) -> None:
    await someone.ask("today")  # so that something was delivered
    code, printed = await run(up.data, "doctor")
    assert code == 0, printed
    assert "✗" not in printed
    for said in (
        "All is well",
        "The access token is valid",
        "The worker is at work",
        "The schema is this release's",
        "(simulated)",
    ):
        assert said in printed
    code, printed = await run(up.data, "doctor", "--json")
    report = json.loads(printed)
    assert (code, report["ok"], report["sandbox"]) == (0, True, True)
    assert {part["name"] for part in report["parts"]} == {
        "settings", "data folder", "database", "processes", "Sandbox (simulated)"
    }  # fmt: skip
    assert [c for part in report["parts"] for c in part["checks"] if c["status"] != "ok"] == []
    secrets = [up.facts[name] for name in ("access_token", "app_secret", "verify_token", "api_token")]
    assert not any(secret in printed for secret in secrets)


async def test_a_test_message_arrives_and_is_told_of(up: Up, someone: Phone, session: aiohttp.ClientSession) -> None:
    await someone.ask("today")
    code, printed = await run(up.data, "send-test", f"+{someone.wa_id}")
    assert (code, "It arrived on the phone." in printed, "simulated phone" in printed) == (0, True, True), printed
    heard = await someone.hear()
    assert "test message" in heard["message"]["text"]["body"]
    (number,) = (await get(session, up, "/api/integrations", token=up.facts["api_token"]))["items"]
    path = f"/api/integrations/{number['id']}"
    answer = await ask(session, up, path + "/test-message", {"to": someone.wa_id})
    assert (answer["ok"], answer["status"]) == (True, "delivered")
    tested = await ask(session, up, path + "/test-connection", {})
    assert tested["ok"] is True, tested
    assert (await get(session, up, path + "/health", token=up.facts["api_token"]))["status"] == "healthy"


async def test_an_expired_token_is_explained(up_folder: Path, session: aiohttp.ClientSession) -> None:
    folder = up_folder / "expired"
    folder.mkdir(mode=0o711)
    with running(folder, limits="off") as up:
        ana = Phone(session, up, "Ana")
        async with session.post(f"{up.facts['sandbox']}/faults", json={"token_expired": True}) as answer:
            assert answer.status == 200
        code, printed = await run(up.data, "doctor")
        assert code == 1
        assert "Meta says that the access token is not valid" in printed
        code, printed = await run(up.data, "send-test", f"+{ana.wa_id}")
        assert code == 1
        assert "The access token is not valid, or no longer." in printed
        assert "WhatsApp said: " in printed
        code, printed = await run(up.data, "send-test", "nobody")
        assert (code, "This is no phone number" in printed) == (1, True)
    code, printed = await run(folder / "data", "doctor")
    assert code == 1
    assert "No worker runs" in printed


async def test_where_there_is_nothing_it_makes_nothing(tmp_path: Path) -> None:
    code, printed = await run(tmp_path / "data", "doctor")
    assert code == 1
    assert "Run `tasktalk up` once" in printed
    assert not (tmp_path / "data" / "postgres").exists()


async def test_a_number_that_is_not_registered_is_named_and_put_right(up: Up, session: aiohttp.ClientSession) -> None:
    number, graph = up.facts["phone_number_id"], f"{up.facts['sandbox']}/v25.0"
    signed = {"Authorization": f"Bearer {up.facts['access_token']}"}
    async with session.post(f"{graph}/{number}/deregister", headers=signed) as answer:
        assert answer.status == 200
    code, printed = await run(up.data, "doctor")
    assert (code, "not registered any more" in printed, "PIN" in printed) == (1, True, True), printed
    (one,) = (await get(session, up, "/api/integrations", token=up.facts["api_token"]))["items"]
    body = {"kind": "register", "pin": "135790"}
    repaired = await ask(session, up, f"/api/integrations/{one['id']}/repair", body)
    assert repaired["message"].startswith("The number is registered.")
    assert all(check["name"] != "number_status" or check["status"] == "ok" for check in repaired["checks"])
