"""`tasktalk bench`: what `make bench` runs, from a checkout of the source."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

_SOURCE = Path(__file__).parents[3]


def add_commands(app: typer.Typer) -> None:
    """To the program's."""

    @app.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
    def bench(
        options: Annotated[
            list[str] | None, typer.Argument(help="`--quick`, `--only PART`, …; `--help` has them.")
        ] = None,
    ) -> None:
        """Measure it beside a peer and print a table. Wants a checkout, and the tools that `make bench` installs."""
        if not (_SOURCE / "bench" / "__main__.py").is_file():
            typer.echo("tasktalk: bench is in the source: clone it, and run make bench there", err=True)
            raise typer.Exit(1)
        command = [sys.executable, "-m", "bench", *(options or [])]
        raise typer.Exit(subprocess.call(command, cwd=_SOURCE))  # noqa: S603  (whoever calls it could run it themselves)
