"""What Ana has and others must not see: one of everything that has an id, made over the API, each with MARK in it.

Ben is an editor of her project Shared and a viewer of her project Window; Zoe shares nothing with anybody.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from product_kit import Answer, Product, describe_api
from tasktalk.accounts.access import Viewer
from tasktalk.accounts.tokens import create_token
from tasktalk.accounts.users import create_user
from tasktalk.tasks import add_member

MARK = "Xk7qVault"
METHODS = ("get", "post", "put", "patch", "delete")

# Whose rows must stay as they are, and how they are found: by their own id, or by a column that names Ana's.
_TABLES = {
    "tasks": "id",
    "projects": "id",
    "sections": "id",
    "labels": "id",
    "saved_filters": "id",
    "comments": "id",
    "task_relations": "id",
    "reminders": "id",
    "attachments": "id",
    "invitations": "id",
    "teams": "id",
    "project_members": "project_id",
    "project_teams": "project_id",
    "team_members": "team_id",
    "feeds": "id",
    "webhooks": "id",
    "webhook_deliveries": "id",
}


@dataclass
class Treasure:
    """`private` and `shared`, `window`: ids by the names that paths give them; `taps`: buttons that Ana was sent."""

    product: Product
    zoe_token: str
    private: dict[str, str]
    shared: dict[str, str]
    window: dict[str, str]
    taps: list[str]

    async def photograph(self) -> dict[str, list[str]]:
        """Every row that is Ana's, as text."""
        ids = [*self.private.values(), *self.shared.values(), *self.window.values()]
        shown = {}
        for table, column in _TABLES.items():
            rows = await self.product.pool.fetch(
                f"select to_jsonb(t)::text as row from {table} t where {column}::text = any($1) order by 1", ids
            )
            shown[table] = [row["row"] for row in rows]
        return shown


@dataclass(frozen=True)
class Operation:
    """One of the documented API; `example`: a body that it takes."""

    method: str
    path: str
    parameters: tuple[str, ...]
    query: tuple[str, ...]
    example: Any

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def list_operations() -> list[Operation]:
    """All under /api/ that ask who one is."""
    found = []
    for path, methods in describe_api()["paths"].items():
        if not path.startswith("/api/") or "/whatsapp" in path:
            continue
        for method in METHODS:
            if method in methods:
                described = methods[method]
                contents = described.get("requestBody", {}).get("content", {})
                example = contents.get("application/json", {}).get("example")
                named = [each for each in described.get("parameters", ()) if each["in"] in {"path", "query"}]
                found.append(
                    Operation(
                        method,
                        path,
                        tuple(each["name"] for each in named if each["in"] == "path"),
                        tuple(each["name"] for each in named if each["in"] == "query"),
                        example,
                    )
                )
    return found


async def send(product: Product, operation: Operation, ids: dict[str, str], *, token: str, query: str = "") -> Answer:
    """The operation with `ids` in its path and its example as the body."""
    path = operation.path.format(**ids)
    body = b"" if operation.example is None else json.dumps(operation.example).encode()
    kind = "application/json" if operation.example is not None else "application/octet-stream"
    headers = {"authorization": f"Bearer {token}", "content_type": kind}
    return await product.call(operation.method.upper(), path, body, query=query, length=len(body), **headers)


async def bury(product: Product) -> Treasure:
    """Make it all, as Ana."""
    now = datetime.now(UTC)
    async with product.pool.acquire() as conn:
        zoe = await create_user(conn, name="Zoe", email="zoe@example.org")
        _, zoe_token = await create_token(conn, user_id=zoe, name="tests")

    async def make(path: str, body: Any) -> str:
        answer = await product.ask(path, token=product.ana.token, method="POST", body=body)
        assert answer.status in {200, 201}, (path, answer.body)
        return str(answer.json["id"])

    private: dict[str, str] = {}
    private["project_id"] = await make("/api/projects", {"name": f"{MARK} project", "description": MARK})
    private["section_id"] = await make(f"/api/projects/{private['project_id']}/sections", {"name": f"{MARK} section"})
    private["task_id"] = await make(
        "/api/tasks",
        {
            "title": f"{MARK} task",
            "notes": f"{MARK} notes",
            "project": private["project_id"],
            "section": f"{MARK} section",
            "labels": [f"{MARK}label"],
            "due": {"date": "2030-01-07", "time": "09:00"},
            "recurrence": {"rrule": "FREQ=WEEKLY", "from": "schedule", "text": "weekly"},
        },
    )
    private["inbox_task"] = await make("/api/tasks", {"title": f"{MARK} inbox task", "priority": 1})
    private["subtask"] = await make("/api/tasks", {"title": f"{MARK} subtask", "parent_id": private["task_id"]})
    private["thing_id"] = private["trashed"] = await make("/api/tasks", {"title": f"{MARK} trashed task"})
    await product.ask(f"/api/tasks/{private['trashed']}", token=product.ana.token, method="DELETE")
    labels = (await product.ask("/api/labels", token=product.ana.token)).json["items"]
    private["label_id"] = labels[0]["id"]
    private["filter_id"] = await make("/api/filters", {"name": f"{MARK} filter", "query": f"search: {MARK}"})
    private["comment_id"] = await make("/api/comments", {"task_id": private["task_id"], "text": f"{MARK} comment"})
    private["relation_id"] = await make(
        f"/api/tasks/{private['task_id']}/relations", {"kind": "blocks", "task_id": private["inbox_task"]}
    )
    private["reminder_id"] = await make("/api/reminders", {"task_id": private["task_id"], "offset": "-PT30M"})
    attached = await product.call(
        "POST",
        "/api/attachments",
        f"{MARK} in a file".encode(),
        query=f"task_id={private['task_id']}&name={MARK}.txt",
        authorization=f"Bearer {product.ana.token}",
        content_type="text/plain",
    )
    assert attached.status == 201, attached.body
    private["attachment_id"] = attached.json["id"]
    private["invitation_id"] = await make(
        f"/api/projects/{private['project_id']}/invitations", {"email": f"{MARK}@example.com", "role": "editor"}
    )
    private["team_id"] = await make("/api/teams", {"name": f"{MARK} team"})
    private |= await _bury_hook(product)
    private["user_id"] = str(product.ana.id)
    tokens = (await product.ask("/api/tokens", token=product.ana.token)).json["items"]
    private["token_id"] = tokens[0]["id"]
    private["token"] = "forged"  # of a link that ends e-mail; a true one is Ana's own letter's
    # Of the number that everybody shares nothing is Ana's but her phone; all of it is for administrators.
    private["integration_id"] = str(product.integration_id)
    private["finding_id"] = private["template_id"] = private["message_id"] = str(product.integration_id)
    private["alert_id"], private["seq"] = str(product.integration_id), "904618273645"
    private["contact_id"] = private["mapping_id"] = private["phone_id"] = str(product.ana.contact_id)

    shared, window = {}, {}
    ana = Viewer(product.ana.id, "Ana", "member", "en", "UTC")
    role: Literal["editor", "viewer"]
    for name, role, ids in (("Shared", "editor", shared), ("Window", "viewer", window)):  # type: ignore[assignment]
        ids["project_id"] = await make("/api/projects", {"name": name})
        async with product.pool.acquire() as conn:
            await add_member(
                conn,
                viewer=ana,
                project_id=UUID(ids["project_id"]),
                user_id=product.ben.id,
                role=role,
                now=now,
            )
        ids["section_id"] = await make(f"/api/projects/{ids['project_id']}/sections", {"name": "Doing"})
        ids["task_id"] = await make(
            "/api/tasks",
            {
                "title": f"{name} task",
                "project": ids["project_id"],
                "due": {"date": "2030-01-07"},
                "recurrence": {"rrule": "FREQ=WEEKLY", "from": "schedule", "text": "weekly"},
            },
        )
        ids["comment_id"] = await make("/api/comments", {"task_id": ids["task_id"], "text": "mine"})
        ids["reminder_id"] = await make("/api/reminders", {"task_id": ids["task_id"], "offset": "-PT30M"})
    reply = await product.ask(
        "/api/assistant/messages", token=product.ana.token, method="POST", body={"text": f"buy {MARK} tomorrow 5pm"}
    )
    taps = [button["id"] for button in reply.json["reply"]["buttons"]]
    assert taps
    return Treasure(product, zoe_token, private, shared, window, taps)


async def _bury_hook(product: Product) -> dict[str, str]:
    """A webhook of Ana's, and what it was told; a calendar."""
    hook = {"name": f"{MARK} hook", "url": f"https://example.org/{MARK}", "events": ["task.created"]}
    path = "/api/webhooks/outgoing"
    made = await product.ask(path, token=product.ana.token, method="POST", body=hook)
    webhook_id = made.json["webhook"]["id"]
    tried = await product.ask(f"{path}/{webhook_id}/test", token=product.ana.token, method="POST")
    fed = await product.ask("/api/feeds", token=product.ana.token, method="POST", body={"name": f"{MARK} feed"})
    told, feed_id = tried.json["delivery"]["id"], fed.json["feed"]["id"]
    return {"webhook_id": webhook_id, "delivery_id": told, "feed_id": feed_id}
