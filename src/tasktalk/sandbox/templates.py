"""Message templates: what exists, and the review that each goes through (facts sheet section 6)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tasktalk.sandbox.store import Store

REVIEW_SECONDS = 1.0

_HELLO: dict[str, Any] = {
    "id": "7000000000001",
    "name": "hello_world",
    "language": "en_US",
    "status": "APPROVED",
    "category": "UTILITY",
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
        {"type": "BODY", "text": "Welcome and congratulations!! This message proves that you can send templates."},
        {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
    ],
}


class Template(msgspec.Struct, kw_only=True):
    """One template in one language; `review_at` (seconds) while it is PENDING."""

    id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str = "POSITIONAL"
    components: list[dict[str, Any]] = []
    previous_category: str | None = None
    message_send_ttl_seconds: int | None = None
    rejected_reason: str = "NONE"
    quality_score: dict[str, Any] = msgspec.field(default_factory=lambda: {"score": "UNKNOWN", "date": 1790000000})
    review_at: float | None = None

    def as_json(self) -> dict[str, Any]:
        """As the Graph API shows it."""
        shown = msgspec.to_builtins(self)
        del shown["review_at"]
        return {key: value for key, value in shown.items() if value is not None}

    def find_component(self, kind: str) -> dict[str, Any] | None:
        """HEADER, BODY, FOOTER or BUTTONS."""
        for component in self.components:
            if str(component.get("type", "")).upper() == kind:
                return component
        return None


class Templates:
    """All of an account's templates, by id."""

    def __init__(self, store: Store, approved: Sequence[dict[str, Any]] = ()) -> None:
        """`approved`: what a new account has besides Meta's sample."""
        self._store, self._approved = store, approved
        self._by_id: dict[str, Template] = {}
        self._last_id = 0

    def load(self, *, now: int) -> None:
        """Read them; a new account has Meta's own sample."""
        for (document,) in self._store.read("select document from template"):
            template = msgspec.json.decode(document, type=Template)
            self._by_id[template.id] = template
            self._last_id = max(self._last_id, int(template.id))
        if not self._by_id:
            self.clear(now=now)

    def clear(self, *, now: int) -> None:
        """Back to a new account."""
        self._store.write("delete from template")
        self._by_id.clear()
        self._last_id = max(self._last_id, now * 1000)
        self.save(msgspec.convert(_HELLO, Template))
        for each in self._approved:
            self.save(msgspec.convert(each | {"id": self.new_id(), "status": "APPROVED"}, Template))

    def new_id(self) -> str:
        """An id that no template had before."""
        self._last_id += 1
        return str(self._last_id)

    def save(self, template: Template) -> None:
        """Add or change one; wait for the commit."""
        self._by_id[template.id] = template
        document = msgspec.json.encode(template).decode()
        self._store.write("replace into template values (?, ?)", template.id, document)

    def delete(self, template: Template) -> None:
        """Remove one; wait for the commit."""
        self._by_id.pop(template.id, None)
        self._store.write("delete from template where id = ?", template.id)

    def find(self, template_id: str) -> Template | None:
        """By id."""
        return self._by_id.get(template_id)

    def list_all(self) -> list[Template]:
        """Newest first, as Meta lists them."""
        return sorted(self._by_id.values(), key=lambda template: int(template.id), reverse=True)

    def list_named(self, name: str) -> list[Template]:
        """Every language of a name."""
        return [template for template in self._by_id.values() if template.name == name]

    def review(self, *, now: float, outcome: str) -> list[dict[str, Any]]:
        """End the reviews that are due. Returns the updates to tell."""
        if outcome == "PENDING":
            return []
        due = [one for one in self._by_id.values() if one.review_at is not None and one.review_at <= now]
        return [self.set_status(template, outcome) for template in due]

    def set_status(self, template: Template, status: str) -> dict[str, Any]:
        """Change a template's state. Returns the update to tell."""
        template.status = status
        template.review_at = None
        template.rejected_reason = "INVALID_FORMAT" if status == "REJECTED" else "NONE"
        self.save(template)
        event: dict[str, Any] = {
            "event": status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "message_template_category": template.category,
            "reason": template.rejected_reason,
        }
        if status == "PAUSED":
            event["other_info"] = {"title": "FIRST_PAUSE", "description": "Paused for 3 hours after low quality."}
        return event
