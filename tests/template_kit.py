"""An account's templates at Meta, by the simulator's rules, and a number of ours that has them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from product_kit import WABA, Answer, Product
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.template_rules import check_components

Json = dict[str, Any]


@dataclass
class TemplateMeta:
    """`templates` by id, as Meta's list shows them, `page` of them at a time.

    `refuse`: the error objects of the next calls that change something. `became`: the category that new ones get.
    """

    url: str = ""
    templates: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, str, Json]] = field(default_factory=list)
    refuse: list[Json] = field(default_factory=list)
    became: str | None = None
    page: int = 25
    last: int = 7000

    def add(self, name: str, language: str = "en", **more: Any) -> Json:
        self.last += 1
        known = {
            "id": str(self.last),
            "name": name,
            "language": language,
            "status": "PENDING",
            "category": "UTILITY",
            "parameter_format": "NAMED",
            "components": [{"type": "BODY", "text": "Nothing to fill in here."}],
            "quality_score": {"score": "UNKNOWN"},
            "rejected_reason": "NONE",
        }
        self.templates[str(self.last)] = known | more
        return self.templates[str(self.last)]

    def find(self, name: str, language: str = "en") -> Json:
        return next(each for each in self.templates.values() if (each["name"], each["language"]) == (name, language))

    def posted(self) -> list[Json]:
        return [body for method, _, body in self.asked if method == "POST"]

    async def handle(self, request: web.Request) -> web.Response:
        path, raw = request.path.partition("/v25.0/")[2], await request.read()
        body: Json = msgspec.json.decode(raw) if raw else dict(request.query)
        self.asked.append((request.method, path, body))
        try:
            if self.refuse and request.method != "GET":
                return _error(self.refuse.pop(0))
            answer = self._answer(request.method, path, body)
        except MetaError as error:
            return _error({"message": str(error), "code": 100, "error_subcode": error.subcode})
        return web.Response(body=msgspec.json.encode(answer))

    def _answer(self, method: str, path: str, body: Json) -> Json:
        match method, path:
            case "GET", _ if path == f"{WABA}/message_templates":
                every, start = list(self.templates.values()), int(body.get("after", 0))
                end = start + self.page
                more = {"next": "https://…"} if end < len(every) else {}
                return {"data": every[start:end], "paging": {"cursors": {"after": str(end)}} | more}
            case "POST", _ if path == f"{WABA}/message_templates":
                named = body.get("parameter_format") == "NAMED"
                check_components(body["components"], category=body["category"], named=named)
                if any(
                    (each["name"], each["language"]) == (body["name"], body["language"])
                    for each in self.templates.values()
                ):
                    raise MetaError(100, "It exists.", subcode=2388024)
                new = self.add(**body | ({"category": self.became} if self.became else {}))
                return {key: new[key] for key in ("id", "status", "category")}
            case "POST", _ if path in self.templates:
                self.templates[path] |= body | {"status": "PENDING"}
                return {"success": True}
            case "DELETE", _ if body["hsm_id"] in self.templates:
                del self.templates[body["hsm_id"]]
                return {"success": True}
        raise MetaError(100, "There is no such template.", subcode=2593002)


@asynccontextmanager
async def serving_templates(meta: TemplateMeta) -> AsyncIterator[TemplateMeta]:
    """Answer on loopback."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", meta.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    meta.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield meta
    finally:
        await runner.cleanup()


async def ask(
    product: Product, path: str = "", *, method: str = "GET", body: Any = None, token: str | None = None
) -> Answer:
    """Templates of the connected number, as the owner."""
    return await product.ask(
        f"/api/integrations/{product.integration_id}/templates{path}",
        token=token or product.owner_token,
        method=method,
        body=body,
    )


async def tell(product: Product, field: str, shown: Json, **value: Any) -> str:
    """Meta's webhook about a template; what became of it."""
    known = {
        "message_template_id": int(shown["id"]),
        "message_template_name": shown["name"],
        "message_template_language": shown["language"],
    }
    change = {"field": field, "value": known | value}
    entry = {"id": WABA, "time": 1790000000 + product.count, "changes": [change]}
    product.count += 1
    assert (await product.deliver({"object": "whatsapp_business_account", "entry": [entry]})).status == 200
    await product.settle()
    note: str = await product.pool.fetchval("select note from inbox order by seq desc limit 1")
    return note


async def approve(product: Product, meta: TemplateMeta, name: str, language: str = "en") -> str:
    """Meta's review ends well."""
    shown = meta.find(name, language)
    shown["status"] = "APPROVED"
    return await tell(product, "message_template_status_update", shown, event="APPROVED", reason="NONE")


async def row_of(product: Product, name: str, language: str = "en") -> Any:
    return await product.pool.fetchrow("select * from templates where name = $1 and language = $2", name, language)


async def events_of(product: Product, name: str, language: str = "en") -> list[str]:
    """What happened to it, in order."""
    rows = await product.pool.fetch(
        "select event from template_events where template_id = $1 order by seq",
        (await row_of(product, name, language))["id"],
    )
    return [row["event"] for row in rows]


def _error(error: Json) -> web.Response:
    return web.Response(status=400, body=msgspec.json.encode({"error": error}))
