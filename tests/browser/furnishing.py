"""A household that has used Tasktalk for a while: what the pages show when they are looked at and photographed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from phone_kit import Running

from tasktalk.accounts.two_factor.steps import begin_step
from tasktalk.db.embedded import running as running_database
from tasktalk.db.pool import connect

_SQL = Path(__file__).with_name("furnishing.sql")
_PROJECT = "New flat"
_COLUMNS = ("To do", "Doing", "Waiting", "Done soon")

# Title, section, more of the task; days from today, as `due`.
_CARDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Measure the windows", "To do", {"due": 1, "labels": ["errand"]}),
    ("Choose a colour for the hall", "To do", {"priority": 3, "notes": "Not white. Ask Ben."}),
    ("Order the kitchen shelves", "To do", {"due": 4, "priority": 2, "labels": ["shopping"]}),
    ("Sort the books", "To do", {"due": 9}),
    ("Book the movers", "Doing", {"due": 2, "time": "10:00", "priority": 1, "labels": ["calls"]}),
    ("Pack the winter things", "Doing", {"due": 6}),
    ("Quote from the electrician", "Waiting", {"due": -1, "priority": 2, "labels": ["calls"]}),
    ("Keys from the caretaker", "Waiting", {"due": 3, "time": "17:30"}),
    ("Register the new address", "Done soon", {"due": 8, "labels": ["paperwork"]}),
    ("Cancel the old internet line", "Done soon", {"due": 12, "priority": 4}),
)
_DAY: tuple[dict[str, Any], ...] = (
    {"title": "Call the bank about the card", "due": 0, "priority": 1, "labels": ["calls"]},
    {"title": "Buy milk and bread", "due": 0, "time": "17:00", "labels": ["shopping"]},
    {"title": "Water the plants", "due": 0, "every": ("FREQ=DAILY;INTERVAL=3", "every 3 days")},
    {"title": "Send Ana the photos", "due": 0, "notes": "The ones of the garden, in full size."},
    {"title": "Dentist", "due": 0, "time": "14:30", "priority": 2},
    {"title": "Renew the passport", "due": -2, "priority": 2, "labels": ["paperwork"]},
    {"title": "Pay the rent", "due": 5, "time": "09:00", "every": ("FREQ=MONTHLY;BYMONTHDAY=1", "every month on 1st")},
    {"title": "Birthday cake for Ben", "due": 7, "labels": ["shopping"]},
    {"title": "Book a table for Friday", "due": 3, "labels": ["calls"]},
    {"title": "Read the manual of the boiler"},
    {"title": "Idea: a bench for the balcony"},
)  # fmt: skip


async def furnish_tasks(api: httpx.AsyncClient, *, others: Mapping[str, httpx.AsyncClient]) -> dict[str, str]:
    """Tasks of one's own, and a project with a board. `others`: who shares it, by their addresses.

    Ids by the names that the pages' addresses give them.
    """
    ids = {"project_id": (await _post(api, "/api/projects", name=_PROJECT, colour="orange"))["id"]}
    for name in ("Garden", "Reading"):
        await _post(api, "/api/projects", name=name)
    for name in _COLUMNS:
        await _post(api, f"/api/projects/{ids['project_id']}/sections", name=name)
    for email, other in others.items():
        invited = await _post(api, f"/api/projects/{ids['project_id']}/invitations", email=email, role="editor")
        await _post(other, f"/api/invitations/{invited['id']}", answer="accept")
    cards = [
        _task({"title": title, **more}) | {"project": ids["project_id"], "section": section}
        for title, section, more in _CARDS
    ]
    operations = [{"op": "create", "task": task} for task in [*map(_task, _DAY), *cards]]
    made = (await _post(api, "/api/tasks/batch", operations=operations))["results"]
    assert {each["status"] for each in made} == {201}, made
    tasks = {each["task"]["title"]: each["task"]["id"] for each in made}
    task_id = ids["task_id"] = tasks["Book the movers"]
    for title in ("Ask for three quotes", "Say how many boxes"):
        await _post(api, "/api/tasks", title=title, parent_id=task_id)
    await _post(api, "/api/comments", task_id=task_id, text="The second one has a bigger van.")
    await _post(api, "/api/reminders", task_id=task_id, offset="-PT30M")
    await _post(api, f"/api/tasks/{task_id}/relations", kind="blocks", task_id=tasks["Pack the winter things"])
    await _post(api, f"/api/attachments?task_id={task_id}&name=offer.txt", content=b"Two men and a van: 480.")
    await _post(api, "/api/filters", name="Phone calls", query="@calls & (overdue | 7 days)")
    for title in ("Book a table for Friday", "Send Ana the photos"):
        (await api.patch(f"/api/tasks/{tasks[title]}", json={"status": "done"})).raise_for_status()
    return ids


async def furnish(running: Running, api: httpx.AsyncClient) -> dict[str, str]:
    """Everything that a page can show, the owner's."""
    ana = running.facts["phones"][0]
    async with client_of(running, ana["api_token"]) as other:
        ids = await furnish_tasks(api, others={ana["email"]: other})
    hook = {"name": "Home automation", "url": f"{running.facts['sandbox']}/hook", "events": ["task.created"]}
    ids["webhook_id"] = (await _post(api, "/api/webhooks/outgoing", **hook))["webhook"]["id"]
    tried = await _post(api, f"/api/webhooks/outgoing/{ids['webhook_id']}/test")
    ids["delivery_id"] = tried["delivery"]["id"]
    await _post(api, f"/api/projects/{ids['project_id']}/invitations", email="carla@example.org", role="viewer")
    await _post(api, "/api/teams", name="Neighbours")
    await furnish_trash(api)
    await _post(api, "/api/feeds", name="Calendar")
    await _post(api, "/api/tokens", name="shopping list", scopes=["read"])
    async with httpx.AsyncClient(base_url=running.facts["sandbox"]) as phone:
        stranger = {"type": "text", "text": {"body": "who is this?"}}
        (await phone.post(f"/phones/{running.facts['phones'][-1]['wa_id']}/messages", json=stranger)).raise_for_status()
        for text in ("buy milk tomorrow 5pm", "today"):
            said = {"type": "text", "text": {"body": text}}
            (await phone.post(f"/phones/{ana['wa_id']}/messages", json=said)).raise_for_status()
            heard = await phone.get(f"/phones/{ana['wa_id']}/messages?direction=out&wait=20")
            assert heard.json()["messages"]
    return ids | await furnish_operation(running, api)


async def furnish_trash(api: httpx.AsyncClient) -> None:
    """What was thrown away, of an archived project too, whose name is a long one."""
    shed = (await _post(api, "/api/projects", name="The old shed, and everything that ever was put into it"))["id"]
    old = (await _post(api, "/api/projects", name="Boat"))["id"]
    for title, project in (("Mend the roof", shed), ("Sell the boat", None)):
        made = await _post(api, "/api/tasks", title=title, **({"project": project} if project else {}))
        (await api.delete(f"/api/tasks/{made['id']}")).raise_for_status()
    (await api.patch(f"/api/projects/{shed}", json={"archived": True})).raise_for_status()
    (await api.delete(f"/api/projects/{old}")).raise_for_status()


async def furnish_operation(running: Running, api: httpx.AsyncClient) -> dict[str, str]:
    """What an operator has: templates, a month of traffic, what went wrong."""
    ids = {}
    ids["integration_id"] = (await _get(api, "/api/integrations"))["items"][0]["id"]
    integration = f"/api/integrations/{ids['integration_id']}"
    await _post(api, f"{integration}/templates/pack", languages=["en", "es"])
    ids["template_id"] = (await _get(api, f"{integration}/templates"))["items"][0]["id"]
    return ids | await furnish_past(running)


async def furnish_past(running: Running) -> dict[str, str]:
    """A month of traffic and what an operator is called for, which no minute's test can bring about."""
    with running_database(running.data) as dsn:
        conn = await connect(dsn, application_name="tests")
        try:
            await conn.execute(_SQL.read_text(encoding="utf-8"))
            seen = (
                "select (select min(seq) from inbox where state = 'done') as seq, (select min(seq) from outbox) as out"
            )
            row = await conn.fetchrow(seen + ", (select min(seq) from inbox where state = 'dead') as dead")
            assert row is not None
            later = datetime.now(UTC) + timedelta(hours=1)  # runs may be slow
            owner = await conn.fetchval("select id from users where role = 'owner'")
            step = await begin_step(conn, user_id=owner, way="password", now=later)
            return {name: str(value) for name, value in row.items()} | {"step": step}
        finally:
            await conn.close()


def client_of(running: Running, token: str) -> httpx.AsyncClient:
    """The API as the holder of a token."""
    return httpx.AsyncClient(base_url=running.facts["web"], headers={"Authorization": f"Bearer {token}"}, timeout=30)


def _task(of: dict[str, Any]) -> dict[str, Any]:
    task = {key: value for key, value in of.items() if key not in ("due", "time", "every")}
    if "due" in of:
        task["due"] = {"date": str(datetime.now(UTC).date() + timedelta(days=of["due"]))}
        task["due"] |= {"time": of["time"]} if "time" in of else {}
    if "every" in of:
        task["recurrence"] = {"rrule": of["every"][0], "from": "schedule", "text": of["every"][1]}
    return task


async def _get(api: httpx.AsyncClient, path: str) -> Any:
    answer = await api.get(path)
    assert answer.is_success, (path, answer.text)
    return answer.json()


async def _post(api: httpx.AsyncClient, path: str, *, content: bytes | None = None, **body: Any) -> Any:
    sent = content if content is not None else json.dumps(body).encode() if body else b""
    kind = "application/json" if body else "text/plain"
    answer = await api.post(path, content=sent, headers={"Content-Type": kind})
    assert answer.is_success, (path, answer.text)
    return answer.json()
