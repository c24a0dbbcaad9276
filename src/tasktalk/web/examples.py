"""An example of every body in the OpenAPI description: some written out, others made from what fields are called."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_ID, _PROJECT, _ANA = (f"019aa5c4-7e80-7{n}00-8000-3f2a9b1c4d5e" for n in range(3))
_AT = "2026-11-23T10:00:00Z"

_TASK: Json = {
    "id": _ID,
    "title": "Pay rent",
    "notes": "From the **joint** account.",
    "status": "open",
    "priority": 1,
    "due": {"date": "2026-12-01", "time": "09:00", "datetime": "2026-12-01T09:00:00+01:00"},
    "start": None,
    "deadline": "2026-12-05",
    "duration_minutes": 10,
    "recurrence": {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1", "from": "schedule", "text": "every month on the 1st"},
    "project": {"id": _PROJECT, "name": "Home"},
    "section": "Money",
    "labels": ["money"],
    "assignees": [{"id": _ANA, "name": "Ana"}],
    "parent_id": None,
    "subtasks_count": 0,
    "attachments": [],
    "comments_count": 2,
    "position": 1764063600.0,
    "created_at": _AT,
    "updated_at": _AT,
    "completed_at": None,
    "version": 3,
    "source": {"channel": "whatsapp", "message_id": "wamid.HBgMNDQ3NzAwOTAwMTIz"},
    "due_zone": None,
    "moved": False,
}

# By the name of a schema, or of an operation where its answer has none (`…_body`: what is sent).
WRITTEN: Json = {
    "Task": _TASK,
    "Due": _TASK["due"],
    "NewTaskBody": {
        "title": "Pay rent",
        "due": {"date": "2026-12-01", "time": "09:00"},
        "priority": 1,
        "recurrence": _TASK["recurrence"],
        "project": _TASK["project"],
        "labels": ["money"],
    },
    "TaskPatchBody": {"status": "done"},
    "BatchBody": {
        "operations": [
            {"op": "create", "task": {"title": "Buy milk"}},
            {"op": "change", "id": _ID, "changes": {"priority": 1}, "version": 3},
            {"op": "delete", "id": _PROJECT},
        ]
    },
    "BatchResults": {
        "results": [
            {"status": 201, "task": _TASK},
            {
                "status": 409,
                "error": {
                    "code": "CONFLICT",
                    "message": "Somebody else changed this task first.",
                    "data": {"version": 4},
                },
            },
            {"status": 204},
        ]
    },
    "NewTokenBody": {"name": "calendar export", "scopes": ["read"]},
    "NewUserBody": {"name": "Ana", "email": "ana@example.org", "role": "member", "timezone": "Europe/Madrid"},
    "UserPatchBody": {"role": "admin"},
    "Order": {"action": "pause"},
    "NewIntegrationBody": {
        "name": "Support",
        "business_account_id": "201000000000001",
        "phone_number_id": "301000000000001",
        "display_phone_number": "+44 20 7946 0000",
    },
    "IntegrationPatchBody": {"name": "Support", "enabled": True},
    "CredentialsBody": {"access_token": "EAA…", "verify_token": "…", "app_secret": "…"},
    "Secret": {"set_at": _AT, "old_until": None},
    "Check": {
        "name": "subscription",
        "status": "failed",
        "message": "The app is not subscribed to this account: no message of its numbers arrives.",
        "what_to_do": "Subscribe it: one click here.",
        "repair": "subscribe",
    },
    "TestMessageBody": {"to": "+44 7700 900123"},
    "ParseRequest": {"text": "pay rent tomorrow 9am p1", "now": "2026-11-23T10:00", "tz": "Europe/Madrid"},
    "MessageRequest": {"text": "buy milk tomorrow 5pm"},
    "post_assistant_parse": {
        "language": "en",
        "intents": [
            {
                "intent": "create_task",
                "confidence": 0.97,
                "title": "pay rent",
                "due": {"date": "2026-11-24", "time": "09:00", "datetime": "2026-11-24T09:00:00+01:00"},
                "priority": 1,
            }
        ],
        "reply": None,
    },
    "post_assistant_messages": {"reply": {"text": "buy milk · Tue 17:00"}},
    "get_webhooks_whatsapp_health": {"status": "healthy", "timestamp": _AT, "uptime": 86400000, "checks": {}},
    "get_workers_whatsapp": {
        "status": "active",
        "workers": {
            "queue": {"status": "active", "queue": {"size": 0, "processing": 1, "completed": 812, "failed": 0}}
        },
    },
    "post_workers_whatsapp": {"success": True, "message": "The workers are paused.", "newStatus": "paused"},
}

# By the name of a field, where it is of this type and allowed.
_FIELDS: Json = {
    "title": "Pay rent",
    "name": "Home",
    "text": "The landlord has a new account.",
    "description": "What the house needs.",
    "colour": "green",
    "icon": "🏠",
    "email": "ana@example.org",
    "timezone": "Europe/Madrid",
    "zone": "Europe/Madrid",
    "language": "en",
    "role": "editor",
    "query": "today & p1",
    "filter": "today & p1",
    "rrule": "FREQ=WEEKLY;BYDAY=MO",
    "offset": "-PT30M",
    "token": "tt_4Zr1Yw2mQ0",
    "sign_in_link": "https://tasks.example.org/login/4Zr1Yw2mQ0",
    "mime_type": "application/pdf",
    "size": 48213,
    "position": 1024.0,
    "version": 3,
    "channel": "api",
}
_FORMATS = {
    "uuid": _ID,
    "date": "2026-12-01",
    "date-time": _AT,
    "time": "09:00:00",
    "email": "ana@example.org",
    "uri": "https://tasks.example.org/",
    "duration": "PT30M",
    "binary": "",
}
_TYPES: Json = {
    "string": "text",
    "integer": 1,
    "number": 1.0,
    "boolean": False,
    "null": None,
    "object": {},
    "array": [],
}
_DEEPEST = 8


class Examples:
    """Of a document with these `schemas`."""

    def __init__(self, schemas: Mapping[str, Json]) -> None:
        self._schemas = schemas

    def add(self, content: Json, operation: str) -> None:
        """An example for a body; one that its route gave stays."""
        if "example" not in content and "examples" not in content:
            schema = content.get("schema", {})
            content["example"] = WRITTEN[operation] if operation in WRITTEN else self._of(schema, "", 0)

    def _of(self, schema: Json, name: str, depth: int) -> Any:  # noqa: PLR0911  (one line a kind of schema)
        if "$ref" in schema:
            named = schema["$ref"].rpartition("/")[2]
            return WRITTEN[named] if named in WRITTEN else self._of(self._schemas[named], name, depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return _FIELDS[name] if _FIELDS.get(name) in schema["enum"] else schema["enum"][0]
        if schema.get("examples"):
            return schema["examples"][0]
        if options := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            return self._of(next((each for each in options if each.get("type") != "null"), options[0]), name, depth)
        match schema.get("type"):
            case "object" if depth < _DEEPEST:
                return {key: self._of(each, key, depth + 1) for key, each in schema.get("properties", {}).items()}
            case "array" if "prefixItems" in schema:
                return [self._of(each, name, depth + 1) for each in schema["prefixItems"]]
            case "array" if depth < _DEEPEST and "items" in schema:
                return [self._of(schema["items"], name.removesuffix("s"), depth + 1)]
            case kind:
                return _plain(schema, kind, name)


def _plain(schema: Json, kind: Any, name: str) -> Any:
    known = _FIELDS.get(name)
    if kind == "string" and "format" in schema:
        return _FORMATS.get(schema["format"], "text")
    if kind == "string" and isinstance(known, str) and "pattern" not in schema:
        return known
    if kind in {"integer", "number"}:
        low: float = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        allowed = (int,) if kind == "integer" else (int, float)
        return known if isinstance(known, allowed) and low <= known <= schema.get("maximum", known) else low
    return _TYPES.get(kind, "text")
