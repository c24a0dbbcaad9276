"""`tasktalk rotate-key` and `tasktalk audit …`: their options, and what they print."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tasktalk.settings import Settings, load_settings

if TYPE_CHECKING:
    from tasktalk.accounts.audit.chain import Verdict
    from tasktalk.backup.keys import Rotation

Database = Callable[[Settings], AbstractContextManager[str]]
Data = Annotated[Path | None, typer.Option("--data", help="The data folder.")]


def add_commands(app: typer.Typer, database: Database) -> None:
    """Both, to the program's; `database` gives the dsn for a block."""

    @app.command("rotate-key")
    def rotate_key(
        *,
        drop_old: Annotated[bool, typer.Option("--drop-old", help="Forget the keys before this one.")] = False,
        data: Data = None,
    ) -> None:
        """Put a new master key in the old one's place, while Tasktalk runs; safe to stop and to repeat."""
        from tasktalk.backup import keys  # noqa: PLC0415

        settings = load_settings(data=data)
        with database(settings) as dsn:
            if drop_old:
                asyncio.run(keys.drop_old(dsn, settings=settings))
                typer.echo(_DROPPED)
                return
            done = asyncio.run(keys.rotate(dsn, settings=settings, progress=_show_progress))
        typer.echo(_told(done))

    audit = typer.Typer(help="The audit log.", no_args_is_help=True)
    app.add_typer(audit, name="audit")

    @audit.command("verify")
    def verify(
        seen: Annotated[str | None, typer.Option(help="A hash noted before, which must still be in the chain.")] = None,
        data: Data = None,
    ) -> None:
        """Say whether every entry is as it was written, and none is missing."""
        with database(load_settings(data=data)) as dsn:
            verdict = asyncio.run(_verify(dsn, seen))
        if verdict.misfit is None:
            typer.echo(f"{verdict.entries} entries, each as it was written. The last hash is {verdict.hash or 'none'}")
            return
        misfit = verdict.misfit
        when = f" of {misfit.at:%Y-%m-%d %H:%M:%S} UTC ({misfit.id})" if misfit.at else ""
        typer.echo(f"Entry {misfit.place}{when} does not fit: {misfit.why}. The {verdict.entries} before it do.")
        raise typer.Exit(1)


async def _verify(dsn: str, seen: str | None) -> "Verdict":
    from tasktalk.accounts.audit.chain import verify  # noqa: PLC0415
    from tasktalk.db.pool import connect  # noqa: PLC0415

    conn = await connect(dsn)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            return await verify(conn, seen=seen)
    finally:
        await conn.close()


def _show_progress(column: str, done: int) -> None:
    typer.echo(f"  {column}: {done} sealed again", err=True)


def _told(done: "Rotation") -> str:
    lines = ["A new key is in force." if done.made else "The key in force is the one that was given."]
    rest = f"{done.left} that were in use need the old one still: run this again." if done.left else _ALL_SEALED
    lines.append(f"{done.sealed} values were sealed with it again; {rest}")
    if done.unreadable:
        lines.append(f"{done.unreadable} values could not be read with any key, and stay as they are.")
    lines.append(
        "Buttons sent before count for 30 days: keep the old key until then, then `tasktalk rotate-key --drop-old`."
    )
    return "\n".join(lines)


_ALL_SEALED = "nothing needs the old one any more to be read."
_DROPPED = "The old keys are forgotten. Where one came from the environment, take SECRET_KEY_OLD away too."
