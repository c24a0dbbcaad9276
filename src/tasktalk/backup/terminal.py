"""What `tasktalk backup` and `tasktalk restore` do and say in the terminal."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tasktalk.backup import archive
from tasktalk.backup.holding import forget_held, resume_sending
from tasktalk.backup.making import Made
from tasktalk.backup.nightly import name_of
from tasktalk.backup.restoring import Restored, Wishes, claimed, has_people, restore_backup
from tasktalk.backup.runs import run_backup
from tasktalk.backup.sealing import read_passphrase
from tasktalk.db import embedded
from tasktalk.db.pool import connect
from tasktalk.errors import BadRequest
from tasktalk.logs import set_up_logs
from tasktalk.settings import Settings, load_settings

_out = Console()
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `tasktalk restore`."""

    passphrase_file: Path | None
    replace: bool
    yes: bool
    new_key: bool
    resume: bool
    forget: bool


def make(file: Path | None, *, passphrase_file: Path | None, with_key: bool, data: Path | None) -> None:
    """A backup that somebody waits for."""
    settings = load_settings(data=data)
    set_up_logs(level="CRITICAL", process="backup")  # how it ends is told here
    passphrase = read_passphrase(passphrase_file, settings=settings)
    path = _target(file, settings, sealed=bool(passphrase))
    with _database(settings) as dsn, _progress() as progress:
        run = run_backup(dsn, path, settings=settings, passphrase=passphrase, with_key=with_key, progress=progress)
        try:
            made = asyncio.run(run)
        except ConnectionError:
            raise
        except OSError as error:
            raise BadRequest(f"{path} cannot be written: {error.strerror}.") from error
    _tell_made(made, path, sealed=bool(passphrase), with_key=with_key, settings=settings)


def make_for_worker(path: Path, *, id: UUID, kind: str, data: Path | None) -> None:  # noqa: A002  (a row's)
    """The backup of a row that a worker has taken; how it ends stands there and in the log."""
    settings = load_settings(data=data)
    set_up_logs(level=settings.log_level, process="backup", file=settings.data / "todo.log")
    with _database(settings) as dsn:
        asyncio.run(
            run_backup(
                dsn,
                path,
                settings=settings,
                kind="console" if kind == "console" else "nightly",
                id=id,
                passphrase=read_passphrase(None, settings=settings),
                progress=lambda _what, _done, _total: None,
            )
        )


def put_back(file: Path | None, asked: Asked, *, data: Path | None) -> None:
    """Restore, or without a file let go what an earlier restore has held."""
    settings = load_settings(data=data)
    set_up_logs(level="CRITICAL", process="restore")
    if asked.resume and asked.forget:
        raise BadRequest("Either --resume-sending or --forget-sending.")
    if file is None:
        _decide(settings, asked)
        return
    passphrase = read_passphrase(asked.passphrase_file, settings=settings)
    wishes = Wishes(passphrase, asked.replace, asked.new_key, asked.resume)
    with claimed(settings) as dsn:
        if asked.replace and not asked.yes and asyncio.run(has_people(dsn)):
            typer.confirm("Everything in this database now will be lost. Go on?", abort=True)
        with _progress() as progress:
            restored = asyncio.run(restore_backup(dsn, file, settings=settings, wishes=wishes, progress=progress))
        if asked.forget:
            asyncio.run(_let_go(dsn, resume=False))
    _tell_restored(restored, file, forgotten=asked.forget)


def _decide(settings: Settings, asked: Asked) -> None:
    if not (asked.resume or asked.forget):
        raise BadRequest("Name the backup to put back.")
    with _database(settings) as dsn:
        count = asyncio.run(_let_go(dsn, resume=asked.resume))
    _out.print(f"{count} messages {'leave now' if asked.resume else 'will not leave'}.")


async def _let_go(dsn: str, *, resume: bool) -> int:
    conn = await connect(dsn, application_name="tasktalk-restore", limited=True)
    try:
        async with conn.transaction():
            if resume:
                return await resume_sending(conn, by=None)
            return await forget_held(conn, by=None, at=dt.datetime.now(dt.UTC))
    finally:
        await conn.close()


def _target(file: Path | None, settings: Settings, *, sealed: bool) -> Path:
    name = name_of(dt.datetime.now(dt.UTC), sealed=sealed)
    if file is None:
        if settings.backup_dir is None:
            raise BadRequest("Name the file to write, or set TASKTALK_BACKUP_DIR.")
        return settings.backup_dir / name
    return file / name if file.is_dir() else file


def _tell_made(made: Made, path: Path, *, sealed: bool, with_key: bool, settings: Settings) -> None:
    manifest = made.manifest
    size = f"{made.bytes / _MIB:.1f} MiB" if made.bytes >= _MIB else f"{made.bytes / 1024:.0f} KiB"
    _out.print(f"{path}: {manifest.rows} rows, {made.files} files, {size}.", soft_wrap=True)
    if manifest.files_in != "backup":
        why = "that bucket needs a backup of its own, for TASKTALK_BACKUP_BUCKET is off."
        _out.print(f"Attachments stay in {manifest.files_in}: {why}", soft_wrap=True)
    if made.lost:
        _out.print(f"[yellow]{len(made.lost)} attachments are not in the store any more.[/yellow]")
    if not sealed:
        _out.print("It is not sealed: whoever reads it reads everything. --passphrase-file seals it.")
    if not with_key:
        kept = "SECRET_KEY" if settings.secret_key else str(settings.data / "secret.key")
        _out.print(
            f"The master key is not in it: keep {kept} elsewhere, or numbers must be connected anew.", soft_wrap=True
        )


def _tell_restored(restored: Restored, path: Path, *, forgotten: bool) -> None:
    manifest = restored.manifest
    _out.print(
        f"{path.name} of {manifest.made_at:%Y-%m-%d %H:%M} UTC is back: {manifest.rows} rows, {restored.files} files.",
        soft_wrap=True,
    )
    if manifest.files_in != "backup":
        _out.print(f"Attachments are in {manifest.files_in}: TASKTALK_FILES_URL must name it.")
    if restored.held and not forgotten:
        _out.print(
            f"{restored.held} messages that were on their way are held, for they may have left since. "
            "`tasktalk restore --resume-sending` sends them, `--forget-sending` drops them.",
            soft_wrap=True,
        )


def _database(settings: Settings) -> AbstractContextManager[str]:
    if settings.database_url is not None:
        return nullcontext(settings.database_url.get_secret_value())
    return embedded.running(settings.data)


@contextmanager
def _progress() -> Iterator[archive.Progress]:
    """A bar a step, on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_out, transient=True, disable=not _out.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                for task in tasks.values():
                    bars.remove_task(task)
                tasks.clear()
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield progress
