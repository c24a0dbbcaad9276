"""`tasktalk user …`: people who sign in to the console. What a command does is imported when it does it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tasktalk.settings import Settings, load_settings

DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder.")]

_out = Console()


def add_commands(app: typer.Typer, database: Callable[[Settings], AbstractContextManager[str]]) -> None:
    """Adds them; `database` gives the dsn for as long as a command lasts."""
    user = typer.Typer(help="People who sign in to the console.", no_args_is_help=True)
    app.add_typer(user, name="user")

    @user.command("add")
    def add_user(
        email: str,
        name: Annotated[str, typer.Option(help="How others see them.")] = "",
        role: Annotated[str, typer.Option(help="owner, admin or member.")] = "member",
        data: DataOption = None,
    ) -> None:
        """Add a person and print a link that signs them in once."""
        from tasktalk.up.people import add_person  # noqa: PLC0415

        settings = load_settings(data=data)
        with database(settings) as dsn:
            link = asyncio.run(add_person(dsn, settings=settings, email=email, name=name or email, role=role))
        _out.print(f"{email} can sign in once with\n{link}", soft_wrap=True)

    @user.command("list")
    def list_users(data: DataOption = None) -> None:
        """Print who there is: address, name, role."""
        from tasktalk.up.people import list_people  # noqa: PLC0415

        with database(load_settings(data=data)) as dsn:
            people = asyncio.run(list_people(dsn))
        width = max((len(email) for email, *_ in people), default=0)
        for email, name, role, may_sign_in in people:
            typer.echo(f"{email or '-':{width}}  {role:6}  {name}{'' if may_sign_in else '  (disabled)'}")

    @user.command("link")
    def link_user(email: str, data: DataOption = None) -> None:
        """Print a new link that signs a person in once."""
        from tasktalk.up.people import link_person  # noqa: PLC0415

        settings = load_settings(data=data)
        with database(settings) as dsn:
            _out.print(asyncio.run(link_person(dsn, settings=settings, email=email)), soft_wrap=True)

    @user.command("link-phone")
    def link_phone(email: str, data: DataOption = None) -> None:
        """Print a code that links whichever phone sends it to a person: once, within ten minutes."""
        from tasktalk.up.people import link_phone as make_link  # noqa: PLC0415

        settings = load_settings(data=data)
        with database(settings) as dsn:
            made = asyncio.run(make_link(dsn, settings=settings, email=email))
        _out.print(f"link {made.code}", highlight=False)
        if made.wa_me:
            _out.print(made.wa_me, soft_wrap=True)

    @user.command("reset-two-factor")
    def reset_two_factor(email: str, data: DataOption = None) -> None:
        """Take a person's two-factor sign-in away, for they lost it."""
        from tasktalk.up.people import reset_person_factor  # noqa: PLC0415

        with database(load_settings(data=data)) as dsn:
            asyncio.run(reset_person_factor(dsn, email=email))
        _out.print(f"{email} signs in with a password or a link alone again.", soft_wrap=True)
