"""Templates over HTTP: writing, handing in, review, history, and who may."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from product_kit import Product, count, open_product
from tasktalk.accounts.tokens import create_token
from tasktalk.accounts.users import create_user
from tasktalk.db import Pool
from template_kit import TemplateMeta, approve, ask, events_of, row_of, serving_templates

NOWHERE = "019a0000-0000-7000-8000-000000000000"
WORDS = {
    "name": "our_reminder",
    "language": "en",
    "purpose": "reminder",
    "body": "You asked to be reminded of {{task}}, due {{due}}. Reply to change it.",
    "buttons": [{"text": "Done"}, {"text": "In 1 hour"}],
    "samples": [{"name": "task", "example": "Pay the rent"}, {"name": "due", "example": "today 18:00"}],
}

LINK = {"kind": "URL", "text": "See", "url": "https://a.example"}


@pytest.fixture
async def meta() -> AsyncIterator[TemplateMeta]:
    async with serving_templates(TemplateMeta()) as one:
        yield one


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path, meta: TemplateMeta) -> Product:
    return await open_product(database, pool, tmp_path, graph_url=meta.url)


async def write(product: Product, **more: Any) -> dict[str, Any]:
    answer = await ask(product, method="POST", body=WORDS | more)
    assert answer.status == 201, answer.body
    return dict(answer.json)


async def act(product: Product, template: Any, verb: str, *, token: str | None = None) -> Any:
    return await ask(product, f"/{template['id']}/{verb}", method="POST", token=token)


async def another_admin(product: Product) -> str:
    async with product.pool.acquire() as conn, conn.transaction():
        admin = await create_user(conn, name="Ada", email=None, role="admin")
        _, token = await create_token(conn, user_id=admin, name="tests")
    return token


async def test_a_draft_is_written_shown_and_handed_in(product: Product, meta: TemplateMeta) -> None:
    made = await write(product)
    assert (made["status"], made["category"], made["sendable"], made["drifted"]) == ("DRAFT", None, False, False)
    assert made["preview"] == {
        "header": "",
        "body": "You asked to be reminded of Pay the rent, due today 18:00. Reply to change it.",
        "footer": "",
        "buttons": ["Done", "In 1 hour"],
    }
    assert [button["does"] for button in made["buttons"]] == ["done", "later"]
    assert not meta.asked
    submitted = await act(product, made, "submit")
    assert (submitted.status, submitted.json["status"]) == (200, "PENDING")
    assert submitted.json["meta_id"] == meta.find("our_reminder")["id"]
    [posted] = meta.posted()
    assert (posted["name"], posted["category"], posted["parameter_format"]) == ("our_reminder", "UTILITY", "NAMED")
    await approve(product, meta, "our_reminder")
    assert (await ask(product, f"/{made['id']}")).json["sendable"] is True
    assert (await act(product, made, "submit")).status == 409
    history = (await ask(product, f"/{made['id']}/history")).json
    assert [each["event"] for each in history["items"]] == ["status", "status", "submitted", "created"]
    assert [each["actor"] for each in history["items"]] == [None, "Owner", "Owner", "Owner"]
    assert history["items"][0]["detail"] == {"from": "PENDING", "to": "APPROVED"}
    actions = [row["action"] for row in await product.pool.fetch("select action from audit order by seq")]
    assert actions == ["template.created", "template.submitted"]


async def test_history_comes_in_pages(product: Product) -> None:
    made = await write(product)
    await act(product, made, "submit")
    path = f"/api/integrations/{product.integration_id}/templates/{made['id']}/history"
    owner = f"Bearer {product.owner_token}"
    first = (await ask(product, f"/{made['id']}/history")).json
    assert len(first["items"]) == 3
    page = await product.call("GET", path, query="limit=2", authorization=owner)
    rest = await product.call("GET", path, query=f"limit=2&cursor={page.json['next']}", authorization=owner)
    assert page.json["items"] + rest.json["items"] == first["items"]
    assert rest.json["next"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Our reminder"}, "name"),
        ({"name": "x" * 513}, "name"),
        ({"language": "english"}, "language"),
        ({"language": "pt-BR"}, "language"),
        ({"body": "{{task}} is due {{due}} and that is that, so do it now."}, "body"),
        ({"body": "Do not forget it now, it is due {{due}}, and it is {{task}}"}, "body"),
        ({"body": "You asked to be reminded of {{task}} {{due}} so look at it now."}, "body"),
        ({"body": "Do {{task}} by {{due}} now."}, "body"),
        ({"body": "You asked for {{Task}} and for {{due}} the other day."}, "body"),
        ({"body": "You asked for {{1}} and for {{due}} the other day."}, "body"),
        ({"body": "You asked for {{1}} and for {{3}} the other day."}, "body"),
        ({"body": "You asked for {{task and for {{due}} the other day."}, "body"),
        ({"body": "x" * 1025}, "body"),
        ({"body": "\x00\x07"}, "body"),
        ({"header": "x" * 61}, "header"),
        ({"header": "{{task}} and {{due}}"}, "header"),
        ({"footer": "Due {{due}}"}, "footer"),
        ({"footer": "x" * 61}, "footer"),
        ({"samples": []}, "samples"),
        ({"samples": [{"name": "task", "example": "Rent"}, {"name": "who", "example": "Ben"}]}, "samples"),
        ({"samples": [{"name": "task", "example": "Rent"}, {"name": "due", "example": " "}]}, "samples"),
        ({"buttons": [{"text": "Done"}, {"text": "Done"}]}, "buttons"),
        ({"buttons": [{"text": "x" * 26}]}, "buttons"),
        ({"buttons": [{"text": str(n)} for n in range(4)]}, "buttons"),
        ({"buttons": [{"text": "Done"}, LINK, {"text": "No"}]}, "buttons"),
        ({"buttons": [{"kind": "URL", "text": "See", "url": "javascript:alert(1)"}]}, "buttons"),
        ({"buttons": [{"kind": "URL", "text": "See", "url": "https://a.example/{{1}}"}]}, "buttons"),
        ({"buttons": [{"kind": "PHONE_NUMBER", "text": "Call", "phone_number": "call me"}]}, "buttons"),
        ({"buttons": [{"kind": "URL", "text": "See"}]}, "buttons"),
        ({"purpose": "login_code"}, "purpose"),
    ],
)  # fmt: skip
async def test_what_meta_would_refuse_is_refused_by_its_field(
    product: Product, meta: TemplateMeta, wrong: dict[str, Any], field: str
) -> None:
    answer = await ask(product, method="POST", body=WORDS | wrong)
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, field), answer.body
    assert await count(product.pool, "from templates") == 0
    assert not meta.asked


@pytest.mark.parametrize(
    "body", [{}, {"category": "MARKETING"}, {"purpose": "spam"}, {"buttons": "x"}, {"samples": [1]}]
)
async def test_a_malformed_body_changes_nothing(product: Product, body: dict[str, Any]) -> None:
    wrong = WORDS | body if body else {}
    assert (await ask(product, method="POST", body=wrong)).status in {400, 422}
    assert await count(product.pool, "from templates") == 0


async def test_one_of_a_name_and_language(product: Product) -> None:
    await write(product)
    assert (await ask(product, method="POST", body=WORDS)).status == 409
    assert (await write(product, language="en_US"))["language"] == "en_US"
    other = await write(product, language="en_GB")
    assert (await ask(product, f"/{other['id']}", method="PATCH", body={"language": "en"})).status == 409


async def test_new_words_make_it_a_draft_again(product: Product, meta: TemplateMeta) -> None:
    made = await write(product)
    await act(product, made, "submit")
    assert (
        await ask(product, f"/{made['id']}", method="PATCH", body={"footer": "Bye"})
    ).status == 409  # in Meta's hands
    await approve(product, meta, "our_reminder")
    assert (await ask(product, f"/{made['id']}", method="PATCH", body={"name": "other"})).status == 409
    changed = await ask(product, f"/{made['id']}", method="PATCH", body={"footer": "As you asked"})
    assert (changed.status, changed.json["status"], changed.json["sendable"]) == (200, "DRAFT", False)
    assert changed.json["body"] == WORDS["body"]
    await ask(product, "/sync", method="POST")
    assert (await ask(product, f"/{made['id']}")).json["footer"] == "As you asked"  # Meta's is the one before
    assert (await act(product, made, "submit")).json["status"] == "PENDING"
    assert meta.find("our_reminder")["components"][1] == {"type": "FOOTER", "text": "As you asked"}
    assert len(meta.templates) == 1


async def test_the_purpose_alone_needs_no_new_approval(product: Product, meta: TemplateMeta) -> None:
    made = await write(product)
    await act(product, made, "submit")
    await approve(product, meta, "our_reminder")
    without = (await ask(product, f"/{made['id']}", method="PATCH", body={"purpose": None})).json
    assert (without["status"], without["sendable"]) == ("APPROVED", False)
    assert (await ask(product, f"/{made['id']}", method="PATCH", body={"purpose": "comment"})).status == 400


async def test_what_meta_says_against_it_is_told_and_kept(product: Product, meta: TemplateMeta) -> None:
    made = await write(product)
    meta.refuse = [{"message": "No", "code": 100, "error_data": {"details": "Too few words"}}]
    answer = await act(product, made, "submit")
    assert answer.status == 409
    assert "Too few words" in answer.json["error"]["message"]
    assert (await row_of(product, "our_reminder"))["status"] == "DRAFT"
    assert await events_of(product, "our_reminder") == ["created", "not_taken"]


async def test_deleting_takes_it_from_meta_too(product: Product, meta: TemplateMeta) -> None:
    made, draft = await write(product), await write(product, language="en_US")
    await act(product, made, "submit")
    assert (await ask(product, f"/{made['id']}", method="DELETE")).status == 204
    assert (await ask(product, f"/{draft['id']}", method="DELETE")).status == 204
    assert not meta.templates
    assert [method for method, _, _ in meta.asked].count("DELETE") == 1  # Meta never had the draft
    assert (await ask(product, f"/{made['id']}")).status == 404
    assert await count(product.pool, "from audit where action = 'template.deleted'") == 2


async def test_what_meta_has_lost_can_be_deleted(product: Product, meta: TemplateMeta) -> None:
    made = await write(product)
    await act(product, made, "submit")
    meta.templates.clear()
    assert (await ask(product, f"/{made['id']}", method="DELETE")).status == 204


async def test_what_meta_does_not_delete_stays(product: Product, meta: TemplateMeta) -> None:
    made = await write(product)
    await act(product, made, "submit")
    meta.refuse = [{"message": "Not now", "code": 10}]
    assert (await ask(product, f"/{made['id']}", method="DELETE")).status == 409
    assert (await ask(product, f"/{made['id']}")).status == 200


async def test_with_a_review_another_administrator_hands_it_in(
    database: str, pool: Pool, tmp_path: Path, meta: TemplateMeta
) -> None:
    product = await open_product(database, pool, tmp_path, graph_url=meta.url, template_review=True)
    made, ada = await write(product), await another_admin(product)
    assert (await act(product, made, "approve")).status == 409  # nobody asked for it
    assert (await act(product, made, "submit")).json["status"] == "IN_REVIEW"
    assert (await act(product, made, "approve")).status == 409  # the same person
    assert not meta.posted()
    assert (await act(product, made, "approve", token=ada)).json["status"] == "PENDING"
    assert len(meta.posted()) == 1
    await approve(product, meta, "our_reminder")
    await ask(product, f"/{made['id']}", method="PATCH", body={"footer": "As you asked"})
    assert (await act(product, made, "submit", token=ada)).json["status"] == "IN_REVIEW"
    assert (await act(product, made, "approve")).json["status"] == "PENDING"


async def test_a_list_is_narrowed_and_paged(product: Product) -> None:
    await ask(product, "/pack", method="POST", body={"languages": ["en", "it"]})

    async def listed(query: str) -> Any:
        path = f"/api/integrations/{product.integration_id}/templates"
        answer = await product.call("GET", path, query=query, authorization=f"Bearer {product.owner_token}")
        return answer.json if answer.status == 200 else answer.status

    assert len((await listed(""))["items"]) == 14
    assert {each["language"] for each in (await listed("language=it"))["items"]} == {"it"}
    assert len((await listed("purpose=digest&status=PENDING"))["items"]) == 2
    assert (await listed("status=APPROVED"))["items"] == []
    page = await listed("limit=7")
    rest = await listed(f"limit=7&cursor={page['next']}")
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (7, 7, None)
    assert await listed("cursor=x") == 400
    assert await listed("status=%00") in {400, 422}


CALLS = [
    ("GET", ""), ("POST", ""), ("POST", "/pack"), ("POST", "/sync"), ("GET", "/{id}"), ("PATCH", "/{id}"),
    ("DELETE", "/{id}"), ("POST", "/{id}/submit"), ("POST", "/{id}/approve"), ("GET", "/{id}/history"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_it_is_for_administrators_alone(product: Product, meta: TemplateMeta, method: str, path: str) -> None:
    made = await write(product)
    body = {"POST": WORDS, "PATCH": {"footer": "x"}}.get(method) if path in {"", "/{id}"} else None
    path = path.format(id=made["id"])
    assert (await ask(product, path, method=method, body=body, token=product.ben.token)).status == 403
    bare = await product.ask(f"/api/integrations/{product.integration_id}/templates{path}", method=method, body=body)
    assert bare.status == 401
    assert not meta.asked
    assert await events_of(product, "our_reminder") == ["created"]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_what_does_not_exist_is_not_found(product: Product, meta: TemplateMeta, method: str, path: str) -> None:
    body = {"POST": WORDS, "PATCH": {"footer": "x"}}.get(method) if path in {"", "/{id}"} else None
    made = await write(product)
    elsewhere = f"/api/integrations/{NOWHERE}/templates{path.format(id=made['id'])}"
    assert (await product.ask(elsewhere, token=product.owner_token, method=method, body=body)).status == 404
    if "{id}" in path:
        for wrong in (NOWHERE, "x"):
            assert (await ask(product, path.format(id=wrong), method=method, body=body)).status == 404
    assert not meta.asked


async def test_without_a_token_nobody_is_asked(product: Product, meta: TemplateMeta) -> None:
    await product.pool.execute("delete from credentials where kind = 'access_token'")
    answer = await ask(product, "/pack", method="POST")
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, "access_token")
    assert not meta.asked
