"""The commands. Imports of the parts are inside them, so that `parse` and `version` start at once."""

import asyncio
import datetime as dt
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tasktalk import __version__
from tasktalk.backup.commands import add_commands as add_backup_commands
from tasktalk.errors import AppError, BadRequest, NotFound
from tasktalk.logs import keep_rotated, set_up_logs
from tasktalk.phrases import encode_told
from tasktalk.settings import Settings, load_settings
from tasktalk.up.benching import add_commands as add_bench_command
from tasktalk.up.care import add_commands as add_care_commands
from tasktalk.up.commands import add_commands as add_more_commands
from tasktalk.up.files import SANDBOX_CONFIG
from tasktalk.up.user_commands import add_commands as add_user_commands

app = typer.Typer(help="A task manager that people use by talking to it on WhatsApp.", no_args_is_help=True)
add_backup_commands(app)
_out = Console()

DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder.")]


@app.command()
def up(
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(help="Web port; 0 picks a free one.")] = None,
    sandbox_port: Annotated[int | None, typer.Option(help="The simulator's port; 0 picks a free one.")] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Where to write, as JSON, what runs where.")] = None,
) -> None:
    """Run everything on this machine: database, web, worker and the WhatsApp simulator."""
    from tasktalk.up.files import make_folder  # noqa: PLC0415
    from tasktalk.up.supervisor import Supervisor  # noqa: PLC0415

    settings = load_settings(data=data, port=port, sandbox_port=sandbox_port)
    make_folder(settings.data)
    _set_up_logs(settings, "up")
    with _out.status("Starting Tasktalk …") as status:

        def announce(facts: dict[str, Any]) -> None:
            status.stop()
            _announce(facts)

        Supervisor(settings).run(ready_file=ready_file, announce=announce)


@app.command()
def serve(
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(help="Web port.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    fd: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the web process alone; several may share one database."""
    import uvloop  # noqa: PLC0415

    from tasktalk.main import serve as serve_web  # noqa: PLC0415

    settings = load_settings(data=data, port=port, host=host)
    _obey_supervisor()
    _set_up_logs(settings, "web")
    listener = socket.socket(fileno=fd) if fd is not None else None
    with _database(settings) as dsn:
        _connect_own_number(settings, dsn)
        uvloop.run(serve_web(settings, dsn=dsn, listener=listener))


@app.command()
def worker(data: DataOption = None) -> None:
    """Run one worker alone; several may share one database."""
    import uvloop  # noqa: PLC0415

    from tasktalk.worker import run_worker  # noqa: PLC0415

    settings = load_settings(data=data)
    _obey_supervisor()
    _set_up_logs(settings, "worker")
    with _database(settings) as dsn:
        _connect_own_number(settings, dsn)
        while uvloop.run(run_worker(settings, dsn=dsn)):
            pass


@app.command()
def sandbox(data: DataOption = None) -> None:
    """Run the WhatsApp simulator alone, as `tasktalk up` last configured it in this data folder."""
    config = load_settings(data=data).data / SANDBOX_CONFIG
    if not config.exists():
        raise NotFound(f"{config} is not there: run `tasktalk up` on this data folder once.")
    os.execv(sys.executable, [sys.executable, "-m", "tasktalk.sandbox", "--config", str(config)])  # noqa: S606


@app.command()
def parse(
    now: Annotated[str | None, typer.Option(help="What time to take it for, ISO 8601.")] = None,
    tz: Annotated[str, typer.Option(help="Time zone, such as Europe/Madrid.")] = "UTC",
    lang: Annotated[str, typer.Option(help="The person's language.")] = "en",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read JSON lines from standard input.")] = False,  # noqa: FBT002  (typer's way)
    text: Annotated[str | None, typer.Argument(help="A message, instead of lines.")] = None,
) -> None:
    """Show what the assistant understands; nothing is changed."""
    import msgspec  # noqa: PLC0415

    from tasktalk.assistant.parse_lines import parse_lines  # noqa: PLC0415

    try:
        moment = dt.datetime.fromisoformat(now) if now else None
    except ValueError as error:
        raise BadRequest(f"--now {now!r} is no ISO 8601 date and time, such as 2026-11-22T10:00") from error
    if text is not None and not jsonl:
        line = msgspec.json.encode({"text": text})
        (answer,) = parse_lines([line], now=moment, tz=tz, lang=lang)
        sys.stdout.buffer.write(msgspec.json.format(answer) + b"\n")
        return
    for answer in parse_lines(sys.stdin.buffer, now=moment, tz=tz, lang=lang):
        sys.stdout.buffer.write(answer.rstrip(b"\n") + b"\n")
        sys.stdout.buffer.flush()


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI description."""
    import msgspec  # noqa: PLC0415

    from tasktalk.main import describe_api  # noqa: PLC0415

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(describe_api())) + b"\n")


@app.command()
def healthcheck(
    url: Annotated[str | None, typer.Option(help="The web address; else this machine's, at TASKTALK_PORT.")] = None,
) -> None:
    """Exit 0 if the web process is ready, else 1: for container platforms."""
    from tasktalk.up.probe import ask_ready  # noqa: PLC0415

    url = url or f"http://127.0.0.1:{load_settings().port}"
    try:
        ask_ready(url, seconds=5)
    except (OSError, ValueError) as error:
        _out.print(f"not ready: {url}: {getattr(error, 'reason', error)}", soft_wrap=True)
        raise typer.Exit(1) from error
    _out.print("ready")


@app.command()
def doctor(
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002  (typer's way)
) -> None:
    """Look at this machine and at every connected number; each line that is not well says what to do."""
    import msgspec  # noqa: PLC0415

    from tasktalk.health.doctor import examine  # noqa: PLC0415
    from tasktalk.health.terminal import show_report  # noqa: PLC0415
    from tasktalk.up.people import find_web  # noqa: PLC0415

    settings = load_settings(data=data)
    set_up_logs(level="CRITICAL", process="doctor")  # what it finds it says itself
    report = asyncio.run(examine(settings, _database, web=find_web(settings)))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(report, enc_hook=encode_told)) + b"\n")
    else:
        show_report(_out, report)
    raise typer.Exit(0 if report.ok else 1)


@app.command("send-test")
def send_test(
    phone: Annotated[str, typer.Argument(help="With its country code, such as +44 7700 900123.")],
    number: Annotated[str | None, typer.Option(help="Which connected number sends: its name or id.")] = None,
    data: DataOption = None,
) -> None:
    """Send one WhatsApp message now, and say in plain words what came of it."""
    from tasktalk.health.terminal import show_trial  # noqa: PLC0415
    from tasktalk.messaging.trials.by_hand import send_by_hand  # noqa: PLC0415

    settings = load_settings(data=data)
    set_up_logs(level="CRITICAL", process="send-test")
    with _database(settings) as dsn:
        trial, integration = asyncio.run(send_by_hand(dsn, settings, to=phone, number=number))
    show_trial(_out, trial, simulated=settings.sandbox and integration.graph_url is not None)
    raise typer.Exit(0 if trial.ok else 1)


@app.command()
def mcp(
    *,
    url: Annotated[
        str, typer.Option(envvar="TASKTALK_URL", help="The web address of a running Tasktalk.")
    ] = "http://127.0.0.1:8000",
    token_file: Annotated[
        Path | None,
        typer.Option(envvar="TASKTALK_TOKEN_FILE", help="Holds the API token, where TASKTALK_TOKEN does not."),
    ] = None,
    http: Annotated[bool, typer.Option("--http", help="Serve HTTP; each request then brings its token.")] = False,
    host: Annotated[str, typer.Option(help="With --http: address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="With --http: port to listen on.")] = 8002,
    name: Annotated[
        list[str] | None, typer.Option(help="With --http: what a proxy in front is called, such as mcp.example.org.")
    ] = None,
) -> None:
    """Serve the assistant's intents as tools for AI clients: over standard input and output, or over HTTP."""
    from tasktalk.interop.mcp.server import build_server, read_token, serve_http  # noqa: PLC0415

    set_up_logs(level="WARNING", process="mcp")  # to standard error: standard output is the client's
    if http:
        serve_http(build_server(url, token=None), host=host, port=port, names=name or [])
    else:
        build_server(url, token=read_token(os.environ.get("TASKTALK_TOKEN"), token_file)).run("stdio")


@app.command()
def config(data: DataOption = None) -> None:
    """Show every setting in force and where it comes from; secrets only as set or not."""
    from tasktalk.health.configuration import list_shown  # noqa: PLC0415

    table = Table("setting", "value", "origin")
    for each in list_shown(load_settings(data=data)):
        value = ("set" if each.is_set else "not set") if each.is_secret else "—" if each.value is None else each.value
        table.add_row(each.name, value, each.origin)
    _out.print(table)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _database(settings: Settings) -> Any:
    """The dsn of DATABASE_URL, or of the embedded server: the running one, else one of our own."""
    from contextlib import nullcontext  # noqa: PLC0415

    from tasktalk.db import embedded  # noqa: PLC0415

    if settings.database_url is not None:
        return nullcontext(settings.database_url.get_secret_value())
    return embedded.running(settings.data)


def _obey_supervisor() -> None:
    """End at once with the supervisor that started us, if one did: the next one needs our port and our place."""
    from tasktalk.serving import die_with_parent  # noqa: PLC0415
    from tasktalk.up.children import SUPERVISOR  # noqa: PLC0415

    if SUPERVISOR in os.environ:
        die_with_parent(signal.SIGKILL, parent=int(os.environ[SUPERVISOR]))


def _connect_own_number(settings: Settings, dsn: str) -> None:
    """The number of the WHATSAPP_ settings, and what is kept; a supervisor has done it before it started us."""
    from tasktalk.up.children import SUPERVISOR  # noqa: PLC0415
    from tasktalk.up.own_number import set_up  # noqa: PLC0415

    if SUPERVISOR not in os.environ:
        asyncio.run(set_up(dsn, settings=settings))


def _set_up_logs(settings: Settings, process: str) -> None:
    """`up` rotates the log itself, for its children too."""
    from tasktalk.up.children import SUPERVISOR  # noqa: PLC0415

    file = settings.data / "todo.log"
    set_up_logs(level=settings.log_level, process=process, file=file)
    if process != "up" and SUPERVISOR not in os.environ:
        keep_rotated(file)


def _announce(facts: dict[str, Any]) -> None:
    _out.print("\n[bold]Tasktalk is running.[/bold] Stop it with Ctrl-C.\n")
    _out.print(f"  Console          {facts['admin_link']}  [dim](signs you in, once)[/dim]", soft_wrap=True)
    if facts["sandbox"]:
        _out.print(f"  Simulated phone  {facts['sandbox']}/  [dim](try: buy milk tomorrow 5pm)[/dim]", soft_wrap=True)
    _out.print("")


add_care_commands(app, _database)
add_bench_command(app)
add_more_commands(app, _database)
add_user_commands(app, _database)


def main() -> None:
    """Run a command; what a person can mend is told in one line."""
    try:
        app()
    except AppError as error:
        typer.echo(f"tasktalk: {error.message}", err=True)
        sys.exit(1)
