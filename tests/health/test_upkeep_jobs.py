"""The jobs that sweep, on a database with something to sweep."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from product_kit import Product, count
from tasktalk.health.upkeep import list_jobs
from tasktalk.queue.upkeep import run_due
from tasktalk.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_the_trash_and_its_files_go_after_their_days(product: Product, tmp_path: Path) -> None:
    token, now = product.ana.token, datetime.now(UTC)
    jobs, stop = list_jobs(Settings(data=tmp_path, trash_days=2)), asyncio.Event()

    async def sweep(at: datetime) -> None:
        for name, job in jobs.items():
            await run_due(product.pool, name, job, now=at, stop=stop)

    task = (await product.ask("/api/tasks", token=token, method="POST", body={"title": "Paint"})).json
    answer = await product.call(
        "POST",
        "/api/attachments",
        PNG,
        query=f"task_id={task['id']}&name=wall.png",
        authorization=f"Bearer {token}",
        content_type="image/png",
        content_length=str(len(PNG)),
    )
    assert answer.status == 201, answer.body
    assert len(files_in(tmp_path / "files")) == 1

    await product.ask(f"/api/tasks/{task['id']}", token=token, method="DELETE")
    await sweep(now + timedelta(days=1))
    assert await count(product.pool, "from tasks") == 1
    await sweep(now + timedelta(days=3))
    assert await count(product.pool, "from tasks") == 0
    assert await count(product.pool, "from attachments") == 0
    await sweep(now + timedelta(days=3, hours=2))
    assert files_in(tmp_path / "files") == []


async def test_old_answers_and_sessions_go(product: Product, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    await product.pool.execute(
        "insert into idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at) "
        "values ($1, 'old', '', 200, '[]', '', $2), ($1, 'new', '', 200, '[]', '', $3)",
        product.ana.id,
        now - timedelta(hours=25),
        now - timedelta(hours=1),
    )
    await product.pool.execute(
        "insert into sessions (token_hash, user_id, csrf, expires_at) values ('old', $1, '', $2), ('new', $1, '', $3)",
        product.ana.id,
        now - timedelta(hours=1),
        now + timedelta(hours=1),
    )
    for name, job in list_jobs(Settings(data=tmp_path)).items():
        await run_due(product.pool, name, job, now=now, stop=asyncio.Event())
    assert [row["key"] for row in await product.pool.fetch("select key from idempotency_keys")] == ["new"]
    assert [row["token_hash"] for row in await product.pool.fetch("select token_hash from sessions")] == [b"new"]
