"""The management side of the Graph API on loopback: answers what a test puts into it, and remembers what was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from product_kit import APP, PNID, SECRET, TOKEN, WABA

GOOD_TOKEN = {
    "app_id": APP,
    "type": "SYSTEM_USER",
    "is_valid": True,
    "expires_at": 0,
    "data_access_expires_at": 0,
    "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"],
    "granular_scopes": [{"scope": "whatsapp_business_messaging", "target_ids": [WABA]}],
}
GOOD_NUMBER = {
    "id": PNID,
    "display_phone_number": "+1 555-000-1111",
    "verified_name": "Tasks",
    "name_status": "APPROVED",
    "quality_rating": "GREEN",
    "status": "CONNECTED",
    "account_mode": "LIVE",
    "throughput": {"level": "STANDARD"},
    "whatsapp_business_manager_messaging_limit": "TIER_250",
    "webhook_configuration": {"application": "https://tasks.example.org/api/webhooks/whatsapp"},
    "health_status": {"can_send_message": "AVAILABLE", "entities": []},
}
FIELDS = [
    *("messages", "message_template_status_update", "message_template_quality_update"),
    *("message_template_components_update", "template_category_update", "phone_number_name_update"),
    *("phone_number_quality_update", "account_update", "account_review_update", "account_alerts"),
    *("business_capability_update", "security", "user_preferences"),
]


@dataclass
class FakeMeta:
    """`answers`: by method and path without the version; a pair is (HTTP status, error object). `asked`: all calls."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        shown = [{"name": name, "version": "v25.0"} for name in FIELDS]
        subscription = {"object": "whatsapp_business_account", "active": True, "fields": shown}
        self.answers = {
            "GET debug_token": {"data": dict(GOOD_TOKEN)},
            f"GET {PNID}": dict(GOOD_NUMBER),
            f"GET {WABA}": {"id": WABA, "name": "Tasks Ltd", "account_review_status": "APPROVED"},
            f"GET {WABA}/phone_numbers": {"data": [{"id": PNID}]},
            f"GET {WABA}/subscribed_apps": {"data": [{"whatsapp_business_api_data": {"id": APP}}]},
            f"GET {APP}/subscriptions": {"data": [subscription]},
            f"POST {WABA}/subscribed_apps": {"success": True},
            f"POST {PNID}": {"success": True},
            f"POST {APP}/subscriptions": {"success": True},
            "POST oauth/access_token": {"access_token": "x", "token_type": "bearer"},
        }

    def fail(self, question: str, code: int, message: str = "as planned", subcode: int | None = None) -> None:
        self.answers[question] = (400, {"message": message, "code": code, "error_subcode": subcode})

    def expire(self) -> None:
        """The token is good for nothing any more."""
        for question in self.answers:
            self.fail(question, 190, "Session has expired", 463)
        self.answers["GET debug_token"] = {"data": {"app_id": APP, "is_valid": False, "scopes": []}}

    def posted(self) -> list[tuple[str, dict[str, Any]]]:
        return [(path, body) for method, path, body in self.asked if method == "POST"]

    async def handle(self, request: web.Request) -> web.Response:
        path = request.path.partition("/v25.0/")[2]
        raw = await request.read()
        body = msgspec.json.decode(raw) if raw else dict(request.query)
        self.asked.append((request.method, path, body))
        self.tokens.append(request.headers.get("Authorization", ""))
        answer = self.answers.get(f"{request.method} {path}")
        if callable(answer):
            answer = answer(body)
        if answer is None:
            answer = (400, {"message": "Unsupported get request.", "code": 100, "error_subcode": 33})
        if isinstance(answer, tuple):
            status, error = answer
            return web.Response(status=status, body=msgspec.json.encode({"error": error}))
        return web.Response(body=msgspec.json.encode(answer))


@asynccontextmanager
async def serving(meta: FakeMeta) -> AsyncIterator[FakeMeta]:
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


__all__ = ["APP", "FIELDS", "GOOD_NUMBER", "GOOD_TOKEN", "PNID", "SECRET", "TOKEN", "WABA", "FakeMeta", "serving"]
