"""Where strangers' bytes come in: whatever they are, they are taken or refused in words, and harm nothing else.

More examples with `-m slow`. (The cutting of deliveries, the readers of payloads, the filter language and the grammar
have tests of this kind of their own, beside theirs.)
"""

import json
from datetime import date
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from product_kit import HOOK, SECRET, Product, count
from tasktalk.errors import BadRequest
from tasktalk.tasks.recurrence import check_recurrence, first_occurrence
from tasktalk.whatsapp.signature import sign

SHORT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LONG = settings(SHORT, max_examples=2000)

ODD = st.text(st.characters(codec=None) | st.characters(categories=["Cs"]), max_size=12) | st.just("\0") | st.just("")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ODD
VALUES = st.recursive(SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(ODD, part, max_size=3))
TYPES = st.sampled_from([
    *("text", "image", "audio", "interactive", "button", "reaction", "location", "contacts", "system", "order"),
    *("unsupported", "sticker", "document", "edit", "revoke", "request_welcome", ""),
])  # fmt: skip
MESSAGES = st.builds(
    lambda kind, part, id_, sender, more: {"type": kind, kind: part, "id": id_, "from": sender, **more},
    *(
        TYPES,
        VALUES,
        ODD | st.uuids().map(str),
        st.just("447700900123") | ODD,
        st.dictionaries(ODD, VALUES, max_size=2),
    ),
)
DELIVERIES = st.builds(
    lambda key, items, number: {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
            "metadata": {"phone_number_id": number}, key: items}}]}],
    },
    *(st.sampled_from(["messages", "statuses"]), st.lists(MESSAGES | VALUES, max_size=3)),
    st.just("301000000000001") | ODD,
)  # fmt: skip
BODIES = st.binary(max_size=80) | (DELIVERIES | VALUES).map(lambda value: json.dumps(value).encode())


async def deliver_anything(product: Product, body: bytes) -> None:
    for signature, allowed in ((sign(body, SECRET), {200, 400}), ("sha256=" + "0" * 64, {403}), ("x", {403})):
        answer = await product.call("POST", HOOK, body, length=len(body), x_hub_signature_256=signature)
        assert answer.status in allowed, (answer.status, answer.body)
    await product.settle()
    assert not await count(product.pool, "from inbox where state = 'dead'")


@SHORT
@given(BODIES)
async def test_any_delivery_is_stored_or_refused_and_never_sticks(product: Product, body: bytes) -> None:
    await deliver_anything(product, body)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@LONG
@given(BODIES)
async def test_any_delivery_at_length(product: Product, body: bytes) -> None:
    await deliver_anything(product, body)


KEYS = "BYDAY BYMONTH BYMONTHDAY BYSETPOS BYHOUR BYMINUTE BYYEARDAY WKST INTERVAL COUNT UNTIL EXDATE FREQ"
PARTS = "DAILY WEEKLY MONTHLY YEARLY HOURLY SECONDLY MO -1FR 53SU 0 1 -1 31 29 366 9999999999 20260231 99991231"
WHOLE = ("RRULE:", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYDAY=5MO", "\u0663", "\0", "\n", ";", ",")
WORDS = st.sampled_from((*(f"{key}=" for key in KEYS.split()), *PARTS.split(), *WHOLE))
RULES = st.lists(WORDS, max_size=14).map("".join) | st.text(max_size=30)


@pytest.mark.timeout(60)
@settings(max_examples=400, deadline=None)
@given(RULES)
@example("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=97")
def test_any_rule_is_refused_or_has_a_next_time_and_one_spelling(text: str) -> None:
    try:
        known = check_recurrence({"rrule": text})
    except BadRequest:
        return
    assert check_recurrence(dict(known)) == known
    first_occurrence(known, date(2026, 11, 23))


NAMES = ODD | st.sampled_from(
    ["../../etc/passwd", "a/b.png", "CON", "x" * 400, "a\r\nb.txt", '"; evil', "résumé.pdf", ".", "…"]
)
KINDS = st.sampled_from(
    ["image/png", "text/html", "image/svg+xml", "application/pdf", "text/plain", "", "a/b; c=d", "x"]
)
HEADS = st.sampled_from(
    [b"", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"GIF89a", b"PK\x03\x04", b"<svg>", b"MZ", b"#!/bin/sh\n"]
)
CONTENTS = st.builds(lambda head, rest: head + rest, HEADS, st.binary(max_size=60))


@pytest.fixture
async def task_id(product: Product) -> str:
    made = await product.ask("/api/tasks", token=product.ana.token, method="POST", body={"title": "Paint"})
    return str(made.json["id"])


@settings(SHORT, max_examples=25)
@given(name=NAMES, kind=KINDS, content=CONTENTS, as_form=st.booleans(), boundary=st.sampled_from(["b", "", "é", "b b"]))
async def test_any_file_is_kept_as_it_is_or_refused(
    product: Product, task_id: str, name: str, kind: str, content: bytes, *, as_form: bool, boundary: str
) -> None:
    token = {"authorization": f"Bearer {product.ana.token}"}
    body, query, headers = content, f"task_id={task_id}", {"content_type": _latin(kind), **token}
    if as_form:
        said = f'form-data; name="file"; filename="{name}"'.encode(errors="surrogatepass")
        body = b"--b\r\nContent-Disposition: " + said + b"\r\n\r\n" + content + b"\r\n--b--\r\n"
        headers["content_type"] = _latin(f"multipart/form-data; boundary={boundary}")
    else:
        query += "&name=" + _quoted(name)
    answer = await product.call("POST", "/api/attachments", body, query=query, content_length=str(len(body)), **headers)
    assert answer.status in {201, 400, 413}, (answer.status, answer.body)
    if answer.status == 201:
        kept = await product.pool.fetchrow("select * from attachments where id = $1", UUID(answer.json["id"]))
        assert (kept["sha256"], kept["size"]) == (sha256(content).digest(), len(content))
        back = await product.call("GET", f"/api/attachments/{answer.json['id']}/content", **token)
        assert back.headers["x-content-type-options"] == "nosniff"
        assert back.headers["content-disposition"].startswith("attachment")
        assert back.headers["content-type"] not in {"text/html", "image/svg+xml"}
        assert not {"/", "\\", "\0", "\r", "\n"} & set(kept["name"])


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode(errors="surrogatepass"))
