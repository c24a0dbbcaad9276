"""The words and shapes of the OpenAPI description that belong to no single route."""

from typing import Any

from tasktalk.errors import (
    AppError,
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthorized,
    Unavailable,
)

Json = dict[str, Any]

INTRODUCTION = (
    "Tasks, projects and people of a Tasktalk. Ids are opaque and ascend with creation; moments are ISO 8601 with an "
    "offset; lists come in pages, `next` being the cursor of the one after. PATCH changes only the keys that are sent."
)

TAGS = {
    "tasks": "Tasks, their occurrences and assignments.",
    "projects": "Projects, their sections and members.",
    "sections": "The columns of a board.",
    "members": "Who is in a project.",
    "invitations": "Asking somebody into a project.",
    "teams": "People who join projects together.",
    "labels": "A person's labels.",
    "filters": "Saved filters.",
    "comments": "What is said about a task.",
    "relations": "What a task has to do with others.",
    "attachments": "Files of tasks.",
    "reminders": "When a task makes itself heard.",
    "journal": "What was changed, and taking it back.",
    "trash": "What was deleted, for 30 days.",
    "preferences": "How a person wants to be reminded and told.",
    "notifications": "What a person was told, or would have been.",
    "assistant": "Talking to it, and what it understands.",
    "tokens": "API tokens of one's own.",
    "users": "People, for administrators.",
    "templates": "Message templates of a number, for administrators.",
    "integrations": "Connected WhatsApp numbers, for administrators.",
    "phones": "Whose phone it is: codes, links by hand, unknown senders.",
    "messages": "What came to a number and what it sent, for administrators.",
    "conversations": "With whom a number talks, for administrators.",
    "analytics": "Figures by the hour, and what they cost, for administrators.",
    "outgoing": "Outgoing webhooks: what happens, told to other programs.",
    "feeds": "Calendars to subscribe to.",
    "audit": "What administrators and the system did, for administrators.",
    "whatsapp": "Meta's door, its health, and the workers behind it.",
    "probes": "Whether it runs, for load balancers and Prometheus.",
}
SUBJECTS = {
    "webhooks": "whatsapp",
    "workers": "whatsapp",
    "history": "journal",
    "undo": "journal",
    "phone-link": "phones",
    "phone-mappings": "phones",
    "livez": "probes",
    "readyz": "probes",
    "metrics": "probes",
}

SECURITY_SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API token, `tt_…`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tasktalk_session",
        "description": "The console's session; what changes something needs `X-CSRF-Token` too.",
    },
}

_COUNT = {"type": "integer", "minimum": 0}
HEADERS: Json = {
    "ETag": {
        "description": "The version, for If-Match and If-None-Match; of a list, weak and of what it shows.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "Location": {"description": "Where the new thing is.", "schema": {"type": "string"}, "example": "/api/tasks/…"},
    "RateLimit-Limit": {"description": "Requests in a window.", "schema": _COUNT, "example": 100},
    "RateLimit-Remaining": {"description": "Requests that are left of it.", "schema": _COUNT, "example": 97},
    "RateLimit-Reset": {"description": "Seconds until the next window.", "schema": _COUNT, "example": 42},
    "Retry-After": {"description": "Seconds to wait.", "schema": _COUNT, "example": 42},
}
_STANDING = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS if name.startswith("RateLimit-")}

IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of your making, new for each thing you do: sent again with it, the request has its effect once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "example": "7f3c1b1e-pay-rent",
}
IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what you have; 304 when it is still that.",
    "schema": {"type": "string"},
    "example": '"3"',
}

_CODES = [
    *("UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "BAD_REQUEST", "CONFLICT", "RATE_LIMIT_EXCEEDED"),
    *("INTERNAL_SERVER_ERROR", "WEBHOOK_VERIFICATION_FAILED", "CONFIG_NOT_FOUND", "MESSAGE_PROCESSING_FAILED"),
]
ERROR: Json = {
    "type": "object",
    "description": "What went wrong. `data` says where: `field`, `position` in a filter, `retry_after` in seconds, …",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "data"],
            "properties": {
                "code": {"type": "string", "enum": _CODES},
                "message": {"type": "string"},
                "data": {"type": ["object", "null"], "additionalProperties": True},
            },
        }
    },
}

ANSWERS = {
    "200": "As asked.",
    "201": "It was made.",
    "202": "It will be done.",
    "204": "It was done; there is nothing to show.",
}

_PARAMETERS = {
    "limit": "How many on a page at most.",
    "cursor": "`next` of the page before.",
    "sort": "What to order by; a - before it descends.",
    "filter": "The filter language, as in `today & p1`.",
    "if-match": "The version that the change is meant for; 409 when it moved on.",
}


def parameter(name: str) -> str:
    """What a parameter is that its route says nothing of."""
    known = _PARAMETERS.get(name.lower())
    if known is None and name.endswith("_id"):
        known = f"The id of the {name.removesuffix('_id').replace('_', ' ')}."
    return known or name.replace("_", " ").capitalize() + "."


def error_responses() -> Json:
    """An answer for each status that something wrong can end with."""
    shown = (
        (BadRequest("The title is empty.", field="title"), "It cannot be read, or holds what cannot be."),
        (Unauthorized("This token is unknown or was revoked."), "Nobody is signed in."),
        (Forbidden("You may only look at this project."), "It is there, and not yours to do."),
        (NotFound("There is no such task."), "It is not there, or not yours to see."),
        (Conflict("Somebody else changed this task first.", version=4), "It moved on, or is taken."),
        (TooLarge("The body may have 1024 KiB at most."), "The body is too large; it was not read."),
        (RateLimited("Too many requests. Wait a little.", retry_after=42), "Too many requests; wait."),
        (AppError("Something went wrong on our side."), "A bug of ours; the log has it under `error_id`."),
        (Unavailable("The database cannot be reached right now. Try again in a moment."), "Try again in a moment."),
    )
    responses: Json = {str(error.status): _response(error, words) for error, words in shown}
    responses["304"] = {
        "description": "It is still what you have.",
        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
    }
    return responses


def _response(error: AppError, words: str) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": error.as_json()}}
    response: Json = {"description": words, "content": content, "headers": {}}
    if error.status == RateLimited.status:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}, **_STANDING}
    return response


def _refusals(*statuses: int) -> Json:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _text(words: str, example: str) -> Json:
    return {"description": words, "content": {"text/plain": {"schema": {"type": "string"}, "example": example}}}


def _asked(name: str, words: str, example: str) -> Json:
    schema = {"type": "string"}
    return {"name": name, "in": "query", "required": True, "description": words, "schema": schema, "example": example}


# Answered past the framework, so nothing describes them but this.
WEBHOOK: Json = {
    "/api/webhooks/whatsapp": {
        "get": {
            "description": "Meta's verification of the webhook's address: answers the bare challenge.",
            "security": [],
            "parameters": [
                _asked("hub.mode", "Always `subscribe`.", "subscribe"),
                _asked("hub.verify_token", "The verify token of an integration.", "verify-me"),
                _asked("hub.challenge", "What to answer.", "1158201444"),
            ],
            "responses": {"200": _text("The challenge.", "1158201444"), **_refusals(403, 503)},
        },
        "post": {
            "description": "A delivery of messages, statuses and changes, signed by Meta: stored, only then answered.",
            "security": [],
            "parameters": [
                {
                    "name": "X-Hub-Signature-256",
                    "in": "header",
                    "required": True,
                    "description": "`sha256=` and the HMAC-SHA256 of the body with the app secret, in hex.",
                    "schema": {"type": "string"},
                    "example": "sha256=" + "0123456789abcdef" * 4,
                }
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {"type": "object", "additionalProperties": True},
                        "example": {"object": "whatsapp_business_account", "entry": []},
                    }
                },
            },
            "responses": {"200": _text("It is stored.", "OK"), **_refusals(400, 401, 403, 413, 503)},
        },
    }
}

_READY = {"ready": True, "checks": {"database": True, "schema": True, "worker": True}}
_READINESS: Json = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["ready", "checks"],
                "properties": {
                    "ready": {"type": "boolean"},
                    "checks": {"type": "object", "additionalProperties": {"type": "boolean"}},
                    "reason": {"type": "string", "description": "What is wrong with the schema."},
                },
            },
            "example": _READY,
        }
    }
}
# They answer no errors of ours: who asks is no client of the API.
PROBES: Json = {
    "/livez": {
        "get": {
            "description": "The process answers; nothing else is looked at.",
            "security": [],
            "responses": {"200": _text("It lives.", "ok")},
        }
    },
    "/readyz": {
        "get": {
            "description": "The database answers, the schema is this release's, a worker showed itself lately.",
            "security": [],
            "responses": {
                "200": {"description": "Ready."} | _READINESS,
                "503": {"description": "Not ready."} | _READINESS,
            },
        }
    },
    "/metrics": {
        "get": {
            "description": "For Prometheus: what this process did, and how things stand for all.",
            "security": [],
            "responses": {"200": _text("In Prometheus's text format.", "tasktalk_queue_handled_total 12.0\n")},
        }
    },
}
