from collections.abc import Awaitable, Callable

import structlog

from product_kit import Answer, Product
from tasktalk.web.limits import STRANGERS_PER_MINUTE

Limited = Callable[..., Awaitable[Product]]


def standing(answer: Answer) -> tuple[str, str]:
    return answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"]


async def test_a_person_may_ask_so_often_and_is_told(limited: Limited) -> None:
    product = await limited(requests_per_minute=3)
    for left in ("2", "1", "0"):
        answer = await product.ask("/api/tasks", token=product.ana.token)
        assert (answer.status, standing(answer)) == (200, ("3", left))
        assert 1 <= int(answer.headers["ratelimit-reset"]) <= 60
    refused = await product.ask("/api/tasks", token=product.ana.token)
    assert (refused.status, refused.json["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    wait = refused.json["error"]["data"]["retry_after"]
    assert refused.headers["retry-after"] == str(wait)
    assert 1 <= wait <= 60
    assert standing(refused) == ("3", "0")
    assert (await product.ask("/api/tasks", token=product.ben.token)).status == 200


async def test_errors_count_and_say_so_too(limited: Limited) -> None:
    product = await limited(requests_per_minute=2)
    for body, status in (({}, 400), ({"title": "x"}, 201), ({"title": "x"}, 429)):
        answer = await product.ask("/api/tasks", token=product.ana.token, method="POST", body=body)
        assert answer.status == status
        assert answer.headers["ratelimit-limit"] == "2"


async def test_an_answer_that_is_given_again_counts_once_more(limited: Limited) -> None:
    product = await limited(requests_per_minute=2)
    auth = {"authorization": f"Bearer {product.ana.token}", "content_type": "application/json"}
    told = []
    for _ in range(3):
        answer = await product.call("POST", "/api/tasks", b'{"title": "x"}', idempotency_key="k", **auth)
        told.append((answer.status, *standing(answer)))
    assert told == [(201, "2", "1"), (201, "2", "0"), (429, "2", "0")]


async def test_administration_has_a_limit_of_its_own_for_what_changes(limited: Limited) -> None:
    product = await limited(admin_per_hour=1, requests_per_minute=2)
    order = {"action": "pause"}
    for status in (200, 429):
        answer = await product.ask("/api/workers/whatsapp", token=product.owner_token, method="POST", body=order)
        assert (answer.status, answer.headers["ratelimit-limit"]) == (status, "1")
    assert int(answer.headers["retry-after"]) > 60
    assert (await product.ask("/api/tasks", token=product.owner_token)).status == 200


async def test_strangers_are_counted_by_address_and_shut_nobody_out(limited: Limited) -> None:
    product = await limited()
    for _ in range(STRANGERS_PER_MINUTE):
        assert (await product.ask("/api/tasks", token="tt_guess")).status == 401
    assert (await product.ask("/api/tasks", token="tt_guess")).status == 429
    assert (await product.ask("/api/tasks")).status == 429
    assert (await product.ask("/api/tasks", token=product.ana.token)).status == 200


async def test_what_monitors_look_at_is_never_limited(limited: Limited) -> None:
    product = await limited(requests_per_minute=1)
    paths = ("/livez", "/readyz", "/metrics", "/api/webhooks/whatsapp/health", "/api/workers/whatsapp")
    for _ in range(3):
        for path in paths:
            answer = await product.ask(path, token=product.ana.token)
            assert (answer.status in {200, 503}, "ratelimit-limit" in answer.headers) == (True, False)
    for _ in range(3):
        assert (await product.say(product.ana, "today")).startswith("wamid")
    assert (await product.ask("/api/tasks", token=product.ana.token)).status == 200


async def test_limits_go_off_in_the_sandbox_alone(limited: Limited) -> None:
    with structlog.testing.capture_logs() as logged:
        product = await limited(requests_per_minute=1, sandbox=False, limits="off")
    assert [(line["event"], line["log_level"]) for line in logged] == [("limits_stay_on", "warning")]
    statuses = [(await product.ask("/api/tasks", token=product.ana.token)).status for _ in range(2)]
    assert statuses == [200, 429]


async def test_the_sandbox_without_limits(product: Product) -> None:
    for _ in range(150):
        answer = await product.ask("/api/projects", token=product.ana.token)
    assert (answer.status, "ratelimit-limit" in answer.headers) == (200, False)
