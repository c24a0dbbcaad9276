"""`tasktalk backup` and `tasktalk restore`: their options. What they do is imported when they do it."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

Data = Annotated[Path | None, typer.Option("--data", help="The data folder.")]
PassphraseFile = Annotated[Path | None, typer.Option(help="A file with the passphrase that seals the backup.")]


def add_commands(app: typer.Typer) -> None:
    """Both, to the program's."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path | None, typer.Argument(help="The file to write, or a folder for it.")] = None,
    *,
    passphrase_file: PassphraseFile = None,
    with_key: Annotated[bool, typer.Option("--with-key", help="Put the master key in; wants a passphrase.")] = False,
    run: Annotated[UUID | None, typer.Option(hidden=True)] = None,
    kind: Annotated[str, typer.Option(hidden=True)] = "command",
    data: Data = None,
) -> None:
    """Write everything into one file, while Tasktalk runs."""
    from tasktalk.backup.terminal import make, make_for_worker  # noqa: PLC0415

    if file is not None and run is not None:
        make_for_worker(file, id=run, kind=kind, data=data)
    else:
        make(file, passphrase_file=passphrase_file, with_key=with_key, data=data)


def restore(
    file: Annotated[Path | None, typer.Argument(help="The backup.")] = None,
    *,
    passphrase_file: PassphraseFile = None,
    replace: Annotated[bool, typer.Option("--replace", help="Give up what is in the database now.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before replacing.")] = False,
    new_key: Annotated[bool, typer.Option("--new-key", help="Go on without the old master key.")] = False,
    resume: Annotated[bool, typer.Option("--resume-sending", help="What was on its way may leave.")] = False,
    forget: Annotated[bool, typer.Option("--forget-sending", help="What was on its way never leaves.")] = False,
    data: Data = None,
) -> None:
    """Put a backup back; without a file, say what becomes of messages that a restore has held."""
    from tasktalk.backup.terminal import Asked, put_back  # noqa: PLC0415

    put_back(file, Asked(passphrase_file, replace, yes, new_key, resume, forget), data=data)
