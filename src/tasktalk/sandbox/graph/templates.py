"""Templates by API: list, create, get, edit, delete, unpause (facts sheet section 6)."""

import re
import time
from typing import Any

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import MetaError, no_such_object
from tasktalk.sandbox.graph import many_templates
from tasktalk.sandbox.graph.fields import page, pick
from tasktalk.sandbox.shapes import get_list, get_text
from tasktalk.sandbox.template_rules import check_components, write_code
from tasktalk.sandbox.templates import REVIEW_SECONDS, Template
from tasktalk.sandbox.world import World

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_LIMIT = 6000


async def handle_all(world: World, call: Call) -> Answer:
    """GET, POST and DELETE of an account's templates."""
    if call.method == "GET":
        return _list(world, call)
    if call.method == "POST":
        return await _create(world, await call.params())
    if call.method == "DELETE":
        return await _delete(world, await call.params())
    raise no_such_object("message_templates")


async def handle_one(world: World, call: Call, parts: list[str]) -> Answer:
    """GET, POST and DELETE of one template; POST .../unpause."""
    template = world.templates.find(parts[0])
    if template is None:
        raise no_such_object(parts[0])
    match (call.method, parts[1:]):
        case ("GET", []):
            return encode(pick(template.as_json(), call.query.get("fields", "")))
        case ("POST", []):
            return await _edit(world, template, await call.params())
        case ("DELETE", []):
            world.templates.delete(template)
            await world.store.committed()
            return SUCCESS
        case ("GET", ["compare"]):
            return many_templates.compare(world, call, template)
        case ("POST", ["unpause"]):
            if template.status != "PAUSED":
                return encode({"success": False, "reason": "The template is not paused."})
            await world.announce("message_template_status_update", world.templates.set_status(template, "APPROVED"))
            return SUCCESS
    raise MetaError(100, f"'{'/'.join(parts[1:])}' is not simulated.")


def _list(world: World, call: Call) -> Answer:
    query = call.query
    every = world.templates.list_all()
    found = [template for template in every if _matches(template, query)]
    fields = query.get("fields", "")
    # Clients rely on these whatever they asked for (section 11.3).
    wanted = f"{fields},name,language,status,category,parameter_format,components" if fields else ""
    answer = page([pick(template.as_json(), wanted) for template in found], call)
    if "summary" in query:
        answer["summary"] = {
            "total_count": len(found),
            "message_template_count": len(every),
            "message_template_limit": _LIMIT,
            "are_translations_complete": True,
        }
    return encode(answer)


def _matches(template: Template, query: dict[str, str]) -> bool:
    for name in ("status", "category", "language"):
        wanted = query.get(name)
        if wanted and getattr(template, name).lower() not in re.findall(r"\w+", wanted.lower()):
            return False
    if query.get("name_or_content") and query["name_or_content"].lower() not in str(template.as_json()).lower():
        return False
    score = query.get("quality_score")
    if score and template.quality_score.get("score", "").lower() not in re.findall(r"\w+", score.lower()):
        return False
    return not query.get("name") or template.name == query["name"]


async def _create(world: World, params: dict[str, Any]) -> Answer:
    name = get_text(params, "name", "")
    language = get_text(params, "language", "")
    category = get_text(params, "category", "").upper()
    if not _NAME.fullmatch(name):
        raise MetaError(100, "Param name may hold lower-case letters, digits and underscores alone.", subcode=2388047)
    if not _LANGUAGE.fullmatch(language):
        raise MetaError(100, f"Param language is not one that Meta knows: {language}.")
    if category not in _CATEGORIES:
        raise MetaError(100, f"Param category must be one of {{{', '.join(_CATEGORIES)}}}.")
    if any(template.language == language for template in world.templates.list_named(name)):
        raise MetaError(100, "There is already content in this language for this template.", subcode=2388024)
    style = str(params.get("parameter_format") or "POSITIONAL").upper()
    components = get_list(params, "components", "")
    check_components(components, category=category, named=style == "NAMED")
    template = Template(
        id=world.templates.new_id(),
        name=name,
        language=language,
        status="PENDING",
        category=category,
        parameter_format=style,
        components=write_code(components) if category == "AUTHENTICATION" else components,
        message_send_ttl_seconds=params.get("message_send_ttl_seconds"),
        review_at=time.time() + REVIEW_SECONDS,
    )
    world.templates.save(template)
    await world.store.committed()
    return encode({"id": template.id, "status": template.status, "category": template.category})


async def _edit(world: World, template: Template, params: dict[str, Any]) -> Answer:
    if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
        raise MetaError(100, f"A template that is {template.status} cannot be edited.", subcode=2388003)
    category = str(params.get("category") or template.category).upper()
    components = params.get("components", template.components)
    style = str(params.get("parameter_format") or template.parameter_format).upper()
    if not isinstance(components, list) or category not in _CATEGORIES:
        raise MetaError(100, "Param components must be an array and category a known one.")
    check_components(components, category=category, named=style == "NAMED")
    template.category, template.parameter_format = category, style
    template.components = write_code(components) if category == "AUTHENTICATION" else components
    if "message_send_ttl_seconds" in params:
        template.message_send_ttl_seconds = params["message_send_ttl_seconds"]
    template.status, template.review_at = "PENDING", time.time() + REVIEW_SECONDS
    world.templates.save(template)
    await world.store.committed()
    return encode({"success": True, "id": template.id, "name": template.name, "category": template.category})


async def _delete(world: World, params: dict[str, Any]) -> Answer:
    name, template_id = str(params.get("name") or ""), str(params.get("hsm_id") or "")
    if not name and not template_id:
        raise MetaError(100, "The parameter name or hsm_id is required.")
    found = [one for one in world.templates.list_all() if (not name or one.name == name)]
    if template_id:
        found = [one for one in found if one.id == template_id]
    if not found:
        raise MetaError(100, "There is no such template.", subcode=2593002)
    for template in found:
        world.templates.delete(template)
    await world.store.committed()
    return SUCCESS
