"""Somebody whose window is closed: the pack is approved, a reminder comes by template, a tap answers it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from process_kit import Phone, Up, get, post
from product_kit import until

NAME = "tasktalk_reminder"


async def remind(session: aiohttp.ClientSession, up: Up, person: Phone, title: str) -> dict[str, Any]:
    """A task of a person's that rings in some seconds, made in the console."""
    token = up.person(person.name)["api_token"]
    task = await post(session, up, "/api/tasks", {"title": title}, token=token)
    at = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()  # still to come when it is set, on a busy machine
    await post(session, up, "/api/reminders", {"task_id": task["id"], "at": {"datetime": at}}, token=token)
    return dict(task)


async def test_a_reminder_reaches_a_closed_window(beyond: Up, session: aiohttp.ClientSession) -> None:
    up, someone = beyond, Phone(session, beyond, "Person 5")  # who never wrote
    owner = up.facts["api_token"]
    (number,) = (await get(session, up, "/api/integrations", token=owner))["items"]
    path = f"/api/integrations/{number['id']}/templates"

    async def reminder() -> dict[str, Any]:
        page = await get(session, up, path, token=owner, purpose="reminder", language="en")
        return dict(page["items"][0])

    async def becomes(status: str) -> dict[str, Any]:
        async def is_so() -> dict[str, Any] | None:
            shown = await reminder()
            return shown if shown["status"] == status else None

        found: dict[str, Any] = await until(is_so, seconds=15, every=0.1)
        return found

    handed = await post(session, up, f"{path}/pack", {"languages": ["en"]}, token=owner)
    assert (handed["submitted"], handed["refused"]) == (7, 0)
    assert (await becomes("APPROVED"))["sendable"] is True

    task = await remind(session, up, someone, "Pay  the\trent")
    heard = await someone.hear()
    assert heard["message"]["type"] == "template"
    shown = heard["message"]["template"]
    assert shown["name"] == NAME
    assert "Pay the rent" in str(heard)
    buttons = [part for part in shown["components"] if part["type"] == "button"]
    payload = buttons[0]["parameters"][0]["payload"]
    await someone.post(
        {"type": "button", "button": {"text": "Done", "payload": payload}, "context": {"id": heard["id"]}}
    )
    answer = await someone.hear()
    assert answer["message"]["type"] != "template"  # the tap has opened the window
    assert [each["status"] for each in await someone.tasks() if each["id"] == task["id"]] == ["done"]

    async with session.post(f"{up.facts['sandbox']}/faults", json={"templates": {NAME: "PAUSED"}}) as faults:
        assert faults.status == 200
    stopped = await becomes("PAUSED")
    assert stopped["sendable"] is False
    history = await get(session, up, f"{path}/{stopped['id']}/history", token=owner)
    states = [each["detail"]["to"] for each in history["items"] if each["event"] == "status"]
    assert states == ["PAUSED", "APPROVED", "PENDING"]
    kinds = [
        each["kind"]
        for each in (await get(session, up, f"/api/integrations/{number['id']}/findings", token=owner))["items"]
    ]
    assert "template_stopped" in kinds
