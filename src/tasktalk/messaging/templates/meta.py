"""An account's templates at Meta: hand in, edit, delete, list (facts sheet, section 6)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from asyncpg import Record

from tasktalk.errors import AppError, Conflict, Unavailable
from tasktalk.messaging.templates.drafts import AUTHENTICATION
from tasktalk.messaging.templates.parts import clean_json
from tasktalk.phrases import Told, join
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error
from tasktalk.whatsapp.fields import find_id, get_object, get_text
from tasktalk.whatsapp.graph import Graph

Json = dict[str, Any]

_FIELDS = (
    "id,name,language,status,category,correct_category,previous_category,parameter_format,components,quality_score,"
    "rejected_reason"
)
_PAGE, _PAGES = 200, 60  # 6,000 templates are the most that Meta lets an account have
_EXISTS, _MISSING = 2388024, 2593002


async def hand_in(graph: Graph, *, waba_id: str, row: Record) -> Json:
    """Create it, or bring Meta's up to date; what is known of it then, by column. Raises GraphError."""
    components = [dict(each) for each in row["components"]]
    if row["meta_id"] is not None:
        answer = await graph.post(row["meta_id"], {"components": components, "category": row["wanted_category"]})
        return {"status": "PENDING", "reason": None} | _category(answer)
    body = {
        "name": row["name"],
        "language": row["language"],
        "category": row["wanted_category"],
        "components": components,
    }
    if row["wanted_category"] != AUTHENTICATION:
        body["parameter_format"] = row["parameter_format"]
    answer = await graph.post(f"{waba_id}/message_templates", body)
    status = get_text(answer, "status").upper() or "PENDING"
    return {"status": status, "reason": None, "meta_id": find_id(answer, "id")} | _category(answer)


async def take_away(graph: Graph, *, waba_id: str, row: Record) -> None:
    """Delete it at Meta; one that is not there any more is what was wanted. Raises GraphError."""
    try:
        await graph.delete(f"{waba_id}/message_templates", {"name": row["name"], "hsm_id": row["meta_id"]})
    except GraphError as error:
        if error.subcode != _MISSING:
            raise


class Listed(NamedTuple):
    """Templates as Meta shows them; `complete`: there are no more."""

    items: list[Json]
    complete: bool


async def list_all(graph: Graph, *, waba_id: str) -> Listed:
    """Every template of the account, page by page. Raises GraphError."""
    found: list[Json] = []
    after, seen = "", set[str]()
    for _ in range(_PAGES):
        asked = {"fields": _FIELDS, "limit": str(_PAGE)} | ({"after": after} if after else {})
        answer = await graph.get(f"{waba_id}/message_templates", asked)
        data = answer.get("data")
        if not isinstance(data, list):
            return Listed(found, complete=False)
        found += [clean_json(each) for each in data if isinstance(each, dict)]
        paging = get_object(answer, "paging")
        after = get_text(get_object(paging, "cursors"), "after") if "next" in paging else ""
        if not after:
            return Listed(found, complete=True)
        if after in seen:
            break
        seen.add(after)
    return Listed(found, complete=False)


def read_object(shown: Mapping[str, Any]) -> Json:
    """The columns that an object of Meta's list says something of."""
    shown = dict(shown)
    said: Json = {"meta_id": find_id(shown, "id")}
    if status := get_text(shown, "status").upper():
        reason = get_text(shown, "rejected_reason")
        said |= {"status": status, "reason": reason if status == "REJECTED" and reason not in {"", "NONE"} else None}
    said |= _category(shown)
    if correct := get_text(shown, "correct_category").upper():
        said["next_category"] = None if correct == said.get("category") else correct
    if score := get_text(get_object(shown, "quality_score"), "score").upper():
        said["quality"] = score
    if style := get_text(shown, "parameter_format").upper():
        said["parameter_format"] = style
    components = shown.get("components")
    if isinstance(components, list):
        said["components"] = [each for each in components if isinstance(each, dict)]
    return said


def exists_already(error: GraphError) -> bool:
    """Whether it was refused because one of this name and language is there."""
    return error.subcode == _EXISTS


def refused(error: GraphError) -> AppError:
    """What an administrator reads of a call that did not succeed."""
    means = explain_error(error)
    if error.code is None:
        return Unavailable(join([Told(means.meaning), Told(means.what_to_do)]))
    said = error.details or error.message
    message = Told("WhatsApp refused it: {said} {what_to_do}", said=said, what_to_do=Told(means.what_to_do))
    return Conflict(message, code=error.code, details=error.details)


def _category(answer: Json) -> Json:
    category = get_text(answer, "category").upper()
    return {"category": category} if category else {}
