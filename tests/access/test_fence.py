"""Two people and a stranger try every route, filter, id, file and phrase on each other's data.

The routes are those of the API's own description, so a new one is tried as soon as it is there.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from treasure import MARK, Operation, Treasure, list_operations, send

OPERATIONS = list_operations()
WITH_IDS = [each for each in OPERATIONS if each.parameters]
LISTS = [each for each in OPERATIONS if each.method == "get" and not each.parameters]
WITH_BODIES = [each for each in OPERATIONS if each.example is not None]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")

# What a viewer of a project may do there all the same: look, speak, be reminded, leave, choose what to hear of.
_FOR_VIEWERS = {
    "POST /api/comments",
    "PATCH /api/projects/{project_id}/members/me",
    "POST /api/projects/{project_id}/copy",  # the copy is their own
}


_ADMINISTRATION = ("/api/users/", "/api/integrations/", "/api/alerts/", "/api/workers/")


def test_the_routes_are_all_there() -> None:
    assert len(WITH_IDS) > 45
    assert len(LISTS) > 12
    known = {name for each in WITH_IDS for name in each.parameters}
    assert known <= {
        *("task_id", "project_id", "section_id", "label_id", "filter_id", "comment_id", "relation_id", "reminder_id"),
        *("attachment_id", "invitation_id", "team_id", "user_id", "token_id"),
        *("integration_id", "finding_id", "template_id", "contact_id", "mapping_id", "phone_id", "token", "message_id"),
        *("webhook_id", "delivery_id", "feed_id"),
        *("alert_id", "seq", "thing_id"),
    }, "a new kind of id: bury one in treasure.py"


async def test_nobody_reaches_what_is_anas_by_its_id(treasure: Treasure) -> None:
    before = await treasure.photograph()
    product = treasure.product
    for operation in WITH_IDS:
        for token in (product.ben.token, treasure.zoe_token):
            answer = await send(product, operation, treasure.private, token=token)
            # Administration is closed to members altogether, whatever the id.
            allowed = {403, 404} if operation.path.startswith(_ADMINISTRATION) else {404}
            assert answer.status in allowed, (str(operation), answer.status, answer.body)
            assert MARK.encode() not in answer.body, str(operation)
        assert await treasure.photograph() == before, str(operation)


async def test_nobody_reaches_a_subtask_or_the_trash(treasure: Treasure) -> None:
    before = await treasure.photograph()
    for name in ("inbox_task", "subtask", "trashed"):
        ids = {**treasure.private, "task_id": treasure.private[name]}
        for operation in WITH_IDS:
            if "task_id" in operation.parameters:
                answer = await send(treasure.product, operation, ids, token=treasure.zoe_token)
                assert answer.status == 404, (str(operation), answer.status, answer.body)
    assert await treasure.photograph() == before


async def test_no_list_shows_what_is_anas(treasure: Treasure) -> None:
    product = treasure.product
    for operation in LISTS:
        for token in (product.ben.token, treasure.zoe_token):
            queries = ["", "limit=500"]
            queries += [f"task_id={treasure.private['task_id']}"] if "task_id" in operation.query else []
            for query in queries:
                answer = await send(product, operation, {}, token=token, query=query)
                assert MARK.encode() not in answer.body, (str(operation), query)
                shown = set(_UUID.findall(answer.body.decode())) & set(treasure.private.values())
                # Ben knows Ana: they share a project; and everybody writes to the same number.
                known = {treasure.private["user_id"], treasure.private["integration_id"]}
                assert shown <= known, (str(operation), query)
    mine = await product.ask("/api/tasks", token=product.ana.token)
    assert MARK in mine.body.decode()  # the net has no hole: Ana does see it


FILTERS = [
    f"search: {MARK}",
    f'search: "{MARK} task"',
    f"#{MARK}*",
    f"/{MARK}*",
    f"@{MARK}*",
    "all",
    "trash",
    "p1",
    "recurring",
    "!#nothing",
    f"!search: {MARK} | search: {MARK}",
    "assigned to: Ana",
    "added by: Ana",
    "blocked | !blocked",
    "has comments | has attachments | has reminders",
    "done | open | cancelled",
    "created before: tomorrow",
]


async def test_no_filter_finds_what_is_anas(treasure: Treasure) -> None:
    found = {}
    for text in FILTERS:
        for sort in ("id", "due", "-position"):
            query = f"filter={quote(text)}&sort={sort}"
            answer = await treasure.product.call(
                "GET", "/api/tasks", query=query, authorization=f"Bearer {treasure.zoe_token}"
            )
            assert (answer.status, answer.json["items"]) == (200, []), text
        mine = await treasure.product.call(
            "GET", "/api/tasks", query=query, authorization=f"Bearer {treasure.product.ana.token}"
        )
        found[text] = len(mine.json["items"])
    assert sum(count > 0 for count in found.values()) > 12, found  # the net catches something


_TERMS = st.sampled_from([each for each in FILTERS if "|" not in each])
_EXPRESSIONS = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        inner.map(lambda each: f"!({each})"),
        st.tuples(inner, st.sampled_from([" & ", " | ", ", "]), inner).map(lambda each: f"({''.join(each)})"),
    ),
    max_leaves=8,
)


async def test_no_combination_of_filters_does(treasure: Treasure) -> None:
    product, tried = treasure.product, 0
    expressions: list[str] = []

    @settings(max_examples=60, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(_EXPRESSIONS)
    def collect(text: str) -> None:
        expressions.append(text)

    collect()
    for text in expressions:
        answer = await product.call(
            "GET", "/api/tasks", query=f"filter={quote(text)}", authorization=f"Bearer {treasure.zoe_token}"
        )
        assert (answer.status, answer.json["items"]) == (200, []), text
        tried += 1
    assert tried >= 60


async def test_no_body_smuggles_an_id_of_anas(treasure: Treasure) -> None:
    """Every id in every example is replaced by each of Ana's in turn."""
    before = await treasure.photograph()
    tried = 0
    for operation in WITH_BODIES:
        for body in _smuggled(operation, treasure.private):
            smuggling = Operation(operation.method, operation.path, operation.parameters, operation.query, body)
            zoes = dict.fromkeys(operation.parameters, "00000000-0000-7000-8000-000000000000")
            answer = await send(treasure.product, smuggling, zoes, token=treasure.zoe_token)
            tried += 1
            assert answer.status < 500, (str(operation), body, answer.body)
            assert MARK.encode() not in answer.body, (str(operation), body)
            if operation.path == "/api/tasks/batch":
                assert all(result["status"] >= 400 for result in answer.json["results"] if "task" not in result)
        assert await treasure.photograph() == before, str(operation)
    assert tried > 40


async def test_a_zoe_who_has_things_cannot_tie_them_to_anas(treasure: Treasure) -> None:
    product, private = treasure.product, treasure.private
    before = await treasure.photograph()
    made = await product.ask("/api/tasks", token=treasure.zoe_token, method="POST", body={"title": "Zoe's"})
    own = made.json["id"]
    attempts: list[tuple[str, str, Any]] = [
        ("PATCH", f"/api/tasks/{own}", {"project": private["project_id"]}),
        ("PATCH", f"/api/tasks/{own}", {"parent_id": private["task_id"]}),
        ("PATCH", f"/api/tasks/{own}", {"assignees": [private["user_id"]]}),
        ("POST", "/api/tasks", {"title": "x", "parent_id": private["inbox_task"]}),
        ("POST", "/api/tasks", {"title": "x", "project": private["project_id"]}),
        ("POST", "/api/tasks", {"title": "x", "assignees": [private["user_id"]]}),
        ("POST", f"/api/tasks/{own}/relations", {"kind": "blocks", "task_id": private["task_id"]}),
        ("POST", "/api/comments", {"task_id": private["task_id"], "text": "hello"}),
        ("POST", "/api/reminders", {"task_id": private["task_id"], "offset": "PT0S"}),
    ]
    for method, path, body in attempts:
        answer = await product.ask(path, token=treasure.zoe_token, method=method, body=body)
        assert answer.status in {400, 404}, (method, path, body, answer.body)
        assert MARK.encode() not in answer.body
    upload = await product.call(
        "POST",
        "/api/attachments",
        b"mine now",
        query=f"task_id={private['task_id']}&name=x.txt",
        authorization=f"Bearer {treasure.zoe_token}",
        content_type="text/plain",
    )
    assert upload.status == 404
    assert await treasure.photograph() == before


async def test_who_may_only_look_changes_nothing(treasure: Treasure) -> None:
    before = await treasure.photograph()
    product = treasure.product
    for operation in WITH_IDS:
        if operation.method == "get" or not set(operation.parameters) <= treasure.window.keys():
            continue
        answer = await send(product, operation, treasure.window, token=product.ben.token)
        expected = {200, 201} if str(operation) in _FOR_VIEWERS else {403, 404}
        assert answer.status in expected, (str(operation), answer.status, answer.body)
        if str(operation) not in _FOR_VIEWERS:
            assert await treasure.photograph() == before, str(operation)


async def test_reminders_labels_and_filters_stay_ones_own_in_a_shared_project(treasure: Treasure) -> None:
    product, ids = treasure.product, treasure.shared
    before = await treasure.photograph()
    for path in (f"/api/reminders/{ids['reminder_id']}", f"/api/labels/{treasure.private['label_id']}"):
        for method in ("GET", "DELETE"):
            assert (await product.ask(path, token=product.ben.token, method=method)).status == 404
    listed = await product.ask(f"/api/reminders?task_id={ids['task_id']}", token=product.ben.token)
    assert ids["reminder_id"] not in listed.body.decode()
    history = await product.ask(f"/api/tasks/{ids['task_id']}/history", token=product.ben.token)
    assert "reminder" not in {entry["subject"] for entry in history.json["items"]}
    edited = await product.ask(
        f"/api/comments/{ids['comment_id']}", token=product.ben.token, method="PATCH", body={"text": "not mine"}
    )
    assert edited.status == 403
    assert await treasure.photograph() == before


PHRASES = [
    "all",
    "today",
    f"find {MARK}",
    f"#{MARK} project",
    f"@{MARK}label",
    f"done {MARK} task",
    f"delete {MARK} task",
    f"move {MARK} task to friday",
    f"make {MARK} task p2",
    f"add note to {MARK} task: seen",
    f"remind me about {MARK} task tomorrow 9am",
    f"assign {MARK} task to Zoe",
    f"rename project {MARK} project to Mine",
    f"archive project {MARK} project",
    f"share {MARK} project with Zoe",
    f"delete project {MARK} project",
    "projects",
    "project status",
    "done 1 2 3",
    "delete all",
    "undo",
    "make it p1",
    "weekly report",
    "daily summary",
    "plan my day",
    "what did I finish this month",
    "show completed tasks",
    "more",
]


@pytest.mark.parametrize("who", ["ben", "zoe"])
async def test_no_phrase_reaches_what_is_anas(treasure: Treasure, who: str) -> None:
    product = treasure.product
    token = product.ben.token if who == "ben" else treasure.zoe_token
    private = {name: id_ for name, id_ in treasure.private.items() if name != "user_id"}
    before = await treasure.photograph()
    for text in PHRASES:
        answer = await product.ask("/api/assistant/messages", token=token, method="POST", body={"text": text})
        assert answer.status == 200, (text, answer.body)
        said = json.dumps(answer.json["reply"])
        # Their own words may come back to them; nothing else that is in Ana's rows does.
        for secret in (f"{MARK} notes", f"{MARK} inbox task", f"{MARK} subtask", f"{MARK} comment", *private.values()):
            assert secret not in said, (text, said)
        after = await treasure.photograph()
        assert after == before, text
        await product.ask("/api/assistant/messages", token=token, method="POST", body={"text": "undo"})
    for tap in treasure.taps:
        answer = await product.ask("/api/assistant/messages", token=token, method="POST", body={"tap": tap})
        assert MARK not in json.dumps(answer.json), tap
    assert await treasure.photograph() == before


def _smuggled(operation: Operation, ids: dict[str, str]) -> Iterator[Any]:
    """The example with each id in it replaced by each of Ana's."""
    text = json.dumps(operation.example)
    for found in dict.fromkeys(_UUID.findall(text)):
        for id_ in dict.fromkeys(ids.values()):
            yield json.loads(text.replace(found, id_))
