"""Rows as the webhook, the turn, the sender and Meta's statuses leave them, at chosen moments."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from product_kit import PNID, Answer, Product
from tasktalk.analytics.counting import count_traffic
from tasktalk.ids import new_id

Json = dict[str, Any]


@dataclass
class Traffic:
    """Of the product's number, unless `number` says otherwise."""

    product: Product

    async def contact(self, bsuid: str, *, wa_id: str | None = None, name: str = "", **columns: Any) -> UUID:
        row = {"id": new_id(), "integration_id": self.product.integration_id, "bsuid": bsuid, "wa_id": wa_id}
        await self._insert("contacts", {**row, "profile_name": name, **columns})
        contact: UUID = row["id"]  # type: ignore[assignment]
        return contact

    async def received(self, who: str, at: datetime, *, text: str = "hello", **columns: Any) -> int:
        sender = {"from" if who.isdigit() else "from_user_id": who}
        message = {**sender, "id": f"wamid.{new_id().hex}", "type": "text", "text": {"body": text}}
        payload = {"field": "messages", "metadata": {"phone_number_id": PNID}, "contact": None, "message": message}
        row = {
            "key": new_id().bytes, "lane": f"c:{PNID}:{who}", "kind": "message", "phone_number_id": PNID,
            "payload": json.dumps(payload), "received_at": at, "state": "done", "finished_at": at,
        }  # fmt: skip
        seq: int = await self._insert("inbox", row | columns, "seq")
        return seq

    async def sent(self, contact: UUID, at: datetime, *, took: float = 1, text: str = "hi", **columns: Any) -> UUID:
        """Written at `at`, and settled `took` seconds later."""
        row = {
            "id": new_id(), "integration_id": self.product.integration_id, "contact_id": contact, "kind": "reply",
            "message": json.dumps({"type": "text", "text": {"body": text}}), "state": "accepted", "attempts": 1,
            "created_at": at, "finished_at": at + timedelta(seconds=took),
        }  # fmt: skip
        outbox_id: UUID = await self._insert("outbox", row | columns, "id")
        return outbox_id

    async def heard(self, outbox_id: UUID, status: str, at: datetime, *, pricing: str | None = None) -> None:
        row = {"outbox_id": outbox_id, "status": status, "at": at, "heard_at": at, "pricing": pricing}
        await self._insert("statuses", row)
        await self.product.pool.execute("update outbox set status = $2 where id = $1", outbox_id, status)

    async def count(self, now: datetime) -> None:
        """The upkeep's job, to its end."""
        while await count_traffic(self.product.pool, now):
            pass

    async def ask(self, path: str, *, token: str | None = None, **query: Any) -> Answer:
        headers = {"authorization": f"Bearer {token or self.product.owner_token}"}
        return await self.product.call("GET", path, query=urlencode(query), **headers)

    async def of_number(self, what: str, **query: Any) -> Any:
        answer = await self.ask(f"/api/integrations/{self.product.integration_id}/{what}", **query)
        assert answer.status == 200, answer.body
        return answer.json

    async def _insert(self, table: str, row: Json, returning: str = "") -> Any:
        places = ", ".join(f"${number + 1}" for number in range(len(row)))
        sql = f"insert into {table} ({', '.join(row)}) values ({places})"
        if returning:
            return await self.product.pool.fetchval(f"{sql} returning {returning}", *row.values())
        return await self.product.pool.execute(sql, *row.values())
