"""Approved templates, and Meta's refusals, for tests of how notices find their way."""

import json
from typing import Any
from uuid import UUID

from notice_kit import GATHER, Pair

from product_kit import Product, Someone, delivery, message
from tasktalk.ids import new_id
from tasktalk.messaging.notices.loop import Teller
from tasktalk.messaging.notices.ways import Means
from tasktalk.messaging.templates.choosing import Purpose
from tasktalk.messaging.templates.pack import LANGUAGES, write

EVERY_MEANS = Means(email=True, apprise=True, public_url="https://tasks.example.org")


async def approve(product: Product, *purposes: Purpose, languages: tuple[str, ...] = ("en",)) -> None:
    """Meta has approved these of the pack."""
    for language in languages:
        assert language in LANGUAGES
        for purpose in purposes:
            draft = write(purpose, language)
            await product.pool.execute(
                "insert into templates (id, integration_id, name, language, purpose, category, status, "
                "parameter_format, components, samples) "
                "values ($1, $2, $3, $4, $5, 'UTILITY', 'APPROVED', 'NAMED', $6, $7)",
                new_id(),
                product.integration_id,
                draft.name,
                language,
                purpose,
                draft.to_components(),
                [{"name": each.name, "example": each.example} for each in draft.samples],
            )


async def go_on(pair: Pair, *, means: Means = EVERY_MEANS) -> None:
    """All that is due happens, as a worker does it that can use `means`; what was held is looked at again."""
    teller = Teller(pair.product.pool, pair.product.keyring, GATHER, clock=lambda: pair.now, means=means)
    async with pair.product.pool.acquire() as conn:
        await teller._sweep(conn)
        await teller.tell_all(conn)


async def sent_to(product: Product, person: Someone) -> list[dict[str, Any]]:
    """Every notice in the outbox for a person, in order: its row with the message as an object."""
    rows = await product.pool.fetch(
        "select * from outbox where contact_id = $1 and kind = 'notice' order by seq", person.contact_id
    )
    return [dict(row) | {"message": json.loads(row["message"])} for row in rows]


async def refuse(product: Product, outbox_id: UUID, code: int) -> None:
    """Meta refuses it at once."""
    await product.pool.execute(
        "update outbox set state = 'refused', attempts = 1, error_code = $2, error = $3 where id = $1",
        outbox_id,
        code,
        f"(#{code}) refused",
    )


async def accept(product: Product, outbox_id: UUID) -> None:
    """Meta takes it: more is not known yet."""
    await product.pool.execute(
        "update outbox set state = 'accepted', attempts = 1, wamid = 'wamid.' || id, finished_at = now() where id = $1",
        outbox_id,
    )


async def say_status(product: Product, outbox_id: UUID, word: str, code: int | None = None) -> None:
    """A status by webhook."""
    more = {"errors": [{"code": code, "title": "As planned"}]} if code else {}
    one = {"id": f"wamid.{outbox_id}", "status": word, "timestamp": "1790000000", "recipient_id": "447700900123"}
    answer = await product.deliver(delivery(statuses=[one | {"biz_opaque_callback_data": str(outbox_id)} | more]))
    assert answer.status == 200
    await product.settle()


async def tap(product: Product, person: Someone, payload: str, title: str) -> None:
    """A tap on a template's quick reply."""
    tapped = {"type": "button", "button": {"payload": payload, "text": title}}
    await product.deliver(delivery(message(person, "", wamid=product.wamid()) | tapped))
    await product.settle()


def payloads_of(row: dict[str, Any]) -> list[str]:
    parts = row["message"]["template"]["components"]
    return [part["parameters"][0]["payload"] for part in parts if part["type"] == "button"]


def values_of(row: dict[str, Any]) -> dict[str, str]:
    parts = row["message"]["template"]["components"]
    return {
        each["parameter_name"]: each["text"] for part in parts if part["type"] == "body" for each in part["parameters"]
    }


async def letters_of(product: Product, person: Someone) -> list[tuple[str, str]]:
    """(way, subject) in order."""
    rows = await product.pool.fetch("select way, subject from letters where user_id = $1 order by id", person.id)
    return [(row["way"], row["subject"]) for row in rows]


async def ways_of(product: Product) -> list[tuple[str, str | None, str | None]]:
    """(way, outcome, why) of all that was tried, by notice and in order."""
    rows = await product.pool.fetch("select way, outcome, why from notice_tries order by notice_id, number")
    return [(row["way"], row["outcome"], row["why"]) for row in rows]
