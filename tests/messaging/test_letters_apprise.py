"""Apprise: an address that a person names reaches them, and never one of ours."""

import datetime as dt
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from product_kit import Product, open_product
from tasktalk.db import Pool
from tasktalk.errors import BadRequest
from tasktalk.ids import new_id
from tasktalk.messaging.letters import child
from tasktalk.messaging.letters.apprising import Apprising
from tasktalk.messaging.letters.carriers import Letter, Refused
from tasktalk.messaging.letters.opening import open_apprise
from tasktalk.messaging.letters.posting import Postman
from tasktalk.settings import Settings
from tasktalk.web.addresses import is_public

PATH = "/api/users/me/apprise"


@asynccontextmanager
async def listener(status: int = 200, headers: dict[str, str] | None = None) -> AsyncIterator[tuple[int, list[Any]]]:
    """Its port, and the bodies it gets."""
    taken: list[Any] = []

    async def handle(request: web.Request) -> web.Response:
        taken.append(await request.text())
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1], taken
    finally:
        await runner.cleanup()


def letter(address: str) -> Letter:
    return Letter(new_id(), new_id(), "Ana", "en", address, "Paint", "Ben gave you Paint", dt.datetime.now(dt.UTC))


async def test_where_it_may_it_reaches_this_machine(database: str, pool: Pool, tmp_path: Path) -> None:
    product = await open_product(database, pool, tmp_path, apprise_private="on")
    async with listener() as (port, taken):
        url = f"json://127.0.0.1:{port}/hook"
        assert (await product.ask(PATH + "/test", method="POST", token=product.ana.token)).status == 404
        named = await product.ask(PATH, method="PUT", token=product.ana.token, body={"url": url})
        assert (named.status, named.json) == (200, {"apprise": True})
        assert taken == []  # naming it sends nothing
        assert (await product.ask(PATH + "/test", method="POST", token=product.ana.token)).status == 200
        carriers: Any = {"apprise": open_apprise(Settings(apprise_private="on")).carry}
        assert await Postman(product.pool, product.keyring, carriers).post() == 1
    assert "This is how Tasktalk reaches you here." in taken[0]
    assert await product.pool.fetchval("select state from letters") == "sent"
    me = await product.ask("/api/users/me", token=product.ana.token)
    assert me.json["preferences"]["apprise"] is True
    assert url.encode() not in me.body
    assert url.encode() not in await product.pool.fetchval("select apprise_url from preferences")
    assert (await product.ask(PATH, method="DELETE", token=product.ana.token)).json == {"apprise": False}
    assert await product.pool.fetchval("select apprise_url from preferences") is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("json://127.0.0.1/x", child.PRIVATE),
        ("json://localhost:8000/x", child.PRIVATE),
        ("json://[::1]/x", child.PRIVATE),
        ("json://[::ffff:10.0.0.1]/x", child.PRIVATE),
        ("ntfys://192.168.1.4/topic", child.PRIVATE),
        ("json://169.254.169.254/latest", child.PRIVATE),
        ("json://printer.local/x", child.PRIVATE),
        ("json://2130706433/x", child.PRIVATE),
        ("nothing://x", child.UNKNOWN),
        ("words", child.UNKNOWN),
    ],
)
async def test_by_default_no_private_address_can_be_named(url: str, said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await open_apprise(Settings()).check(url)
    assert str(refused.value) == said
    assert refused.value.data == {"field": "url"}


async def test_bad_bodies_and_strangers(product: Product) -> None:
    for body in ({"url": ""}, {"url": "x" * 1001}, {"url": "json://a\nb"}, {"url": 1}, {}, {"url": "json://10.0.0.1"}):
        answer = await product.ask(PATH, method="PUT", token=product.ana.token, body=body)
        assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST"), body
    for method in ("PUT", "DELETE"):
        assert (await product.ask(PATH, method=method, body={"url": "json://example.org"})).status == 401


async def test_a_redirect_is_not_followed() -> None:
    async with listener() as (port, taken), listener(307, {"Location": f"http://127.0.0.1:{port}/"}) as (other, asked):
        with pytest.raises(Refused) as refused:
            await Apprising(public_alone=False).carry(letter(f"json://127.0.0.1:{other}/x"))
    assert (str(refused.value), len(asked), taken) == (child.NOT_TAKEN, 1, [])


@pytest.mark.parametrize("event", ["socket.connect", "socket.sendto", "socket.sendmsg"])
@pytest.mark.parametrize(
    ("family", "address", "allowed"),
    [
        (socket.AF_INET, ("93.184.216.34", 443), True),
        (socket.AF_INET, ("127.0.0.1", 443), False),
        (socket.AF_INET, ("example.org", 443), False),  # a name is looked up first, or it might mean anything
        (socket.AF_INET6, ("::1", 443, 0, 0), False),
        (socket.AF_UNIX, "/run/dbus/system_bus_socket", False),
        (socket.AF_INET, None, False),
    ],
)
def test_whatever_a_name_meant_is_checked_where_it_connects(
    event: str, family: socket.AddressFamily, address: Any, *, allowed: bool
) -> None:
    guard = child._Guard(public_alone=True)
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if allowed:
            guard(event, (sock, address))
        else:
            with pytest.raises(child.NotAllowed):
                guard(event, (sock, address))


async def test_it_is_ended_when_it_takes_too_long() -> None:
    with pytest.raises(Refused) as refused:
        await Apprising(public_alone=False, seconds=0.05).carry(letter("json://127.0.0.1:9/x"))
    assert not refused.value.permanent


@pytest.mark.parametrize(
    ("event", "args", "allowed"),
    [
        ("open", ("/etc/shadow", "r", 0), False),
        ("open", ("/etc/resolv.conf", "r", 0), True),
        ("open", ("/etc/ssl/../passwd", "r", 0), False),
        ("open", ("/dev/null", "w", 1), False),
        ("open", (3, "r", 0), True),
        ("subprocess.Popen", ("sh",), False),
        ("os.system", ("sh",), False),
        ("import", ("json",), True),
    ],
)
def test_what_it_must_not_do(event: str, args: tuple[Any, ...], *, allowed: bool) -> None:
    guard = child._Guard(public_alone=True)
    if allowed:
        guard(event, args)
    else:
        with pytest.raises(child.NotAllowed):
            guard(event, args)
    assert guard.stopped is not allowed


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::127.0.0.1", False),
        ("example.org", False),
    ],
)
def test_addresses(host: str, *, public: bool) -> None:
    assert is_public(host) is public
