"""`tasktalk migrate` and `tasktalk export`: their options, and what they print."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from tasktalk.settings import Settings, load_settings

Database = Callable[[Settings], AbstractContextManager[str]]
Data = Annotated[Path | None, typer.Option("--data", help="The data folder.")]


def add_commands(app: typer.Typer, database: Database) -> None:
    """Both, to the program's; `database` gives the dsn for a block."""

    @app.command()
    def migrate(
        *,
        check: Annotated[
            bool, typer.Option("--check", help="Only say what there is to do; exit 1 if anything.")
        ] = False,
        data: Data = None,
    ) -> None:
        """Bring the database to this release's schema."""
        from tasktalk.db.migrate import list_pending  # noqa: PLC0415
        from tasktalk.db.migrate import migrate as migrate_database  # noqa: PLC0415

        with database(load_settings(data=data)) as dsn:
            if check:
                pending = asyncio.run(list_pending(dsn))
                typer.echo(f"To be done: {', '.join(pending)}." if pending else "The schema is up to date.")
                raise typer.Exit(1 if pending else 0)
            changed = asyncio.run(migrate_database(dsn))
        typer.echo("The schema was brought up to date." if changed else "The schema is up to date.")

    @app.command()
    def export(
        email: str,
        out: Annotated[
            Path, typer.Option(help="The file to write; it ends in .json, .zip (with all files), .csv or .pdf.")
        ],
        data: Data = None,
    ) -> None:
        """Write all that is one person's into a file, as their account's own export does."""
        from tasktalk.tasks.attachments.store import open_store  # noqa: PLC0415
        from tasktalk.up.exporting import export_person  # noqa: PLC0415

        settings = load_settings(data=data)
        with database(settings) as dsn:
            size = asyncio.run(export_person(dsn, email=email, path=out, store=open_store(settings)))
        typer.echo(f"{out}: {size} bytes.")
