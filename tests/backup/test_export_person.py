"""One person's data as a file, from the command line: as their account gives it, and nothing of anybody else's."""

import json
from pathlib import Path

import httpx
import pytest

from product_kit import open_product
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.store import open_store
from tasktalk.up.exporting import export_person


async def test_a_person_is_exported_as_by_their_account(database: str, pool: Pool, tmp_path: Path) -> None:
    product = await open_product(database, pool, tmp_path)
    for person, title in ((product.ana, "Ana's"), (product.ben, "Ben's")):
        made = await product.ask("/api/tasks", token=person.token, method="POST", body={"title": title})
        assert made.status == 201
    out, store = tmp_path / "ana.json", open_store(Settings(data=tmp_path))
    size = await export_person(database, email="ANA@example.org", path=out, store=store)
    assert size == out.stat().st_size
    assert out.stat().st_mode & 0o777 == 0o600
    headers = {"authorization": f"Bearer {product.ana.token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://x") as client:
        own = (await client.get("/api/export?format=json", headers=headers)).json()
    assert json.loads(out.read_text())["items"] == own["items"]
    assert [task["title"] for task in own["items"]] == ["Ana's"]
    entry = await pool.fetchrow("select * from audit order by seq desc limit 1")
    assert entry is not None
    assert (entry["action"], entry["subject_id"], entry["actor_id"]) == ("user.exported", product.ana.id, None)
    for email, name, error in (
        ("zoe@example.org", "zoe.json", NotFound),
        ("ana@example.org", "ana.json", Conflict),
        ("ana@example.org", "ana.exe", BadRequest),
    ):
        with pytest.raises(error):
            await export_person(database, email=email, path=tmp_path / name, store=store)
    assert not list(tmp_path.glob("*zoe*"))  # noqa: ASYNC240
