import re

from desk import Browser, Desk

URL = "https://hook.example.org/x"


async def make(browser: Browser, name: str = "Mirror", *events: str) -> tuple[str, str]:
    """The address of its page, and the secret."""
    chosen = {f"on:{event}": "on" for event in events or ("task.created",)}
    answer = await browser.send("/account/webhooks", on="/account/webhooks", name=name, url=URL, **chosen)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    secret = re.search(r">(whsec_[^<]+)<", answer.text)
    page = re.search(r'formaction="(/account/webhooks/[^/"]+)/test"', answer.text)
    assert secret is not None
    assert page is not None
    return page[1], secret[1].replace("&#43;", "+")


async def test_a_webhook_is_made_looked_at_tried_and_replayed(desk: Desk, ana: Browser) -> None:
    page, secret = await make(ana, "<b>Mirror</b>", "task.created", "message.failed")
    listed = await ana.read("/account/webhooks")
    assert "&lt;b&gt;Mirror" in listed
    assert "message.failed" in listed
    assert secret not in listed + await ana.read(page)
    answer = await ana.send(f"{page}/test", on=page)
    told = await ana.read(answer.headers["location"])
    assert "webhook.test" in told
    assert "Not tried yet" in told
    await desk.pool.execute(
        "update webhook_deliveries set state = 'failed', tries = 1, why = 'The address answered 500.'"
    )
    assert "The address answered 500." in await ana.read(answer.headers["location"])
    assert (await ana.send(f"{page}/replay", on=page)).status_code == 303
    assert "1 delivery leaves again." in await ana.read(page)
    assert await desk.pool.fetchval("select (state, tries) = ('waiting', 0::smallint) from webhook_deliveries")
    other = await ana.send(f"{page}/rotate", on=page)
    assert "whsec_" in other.text
    assert secret not in other.text
    await ana.send(f"{page}/off", on=page)
    assert await desk.pool.fetchval("select not is_on from webhooks")
    await ana.send(f"{page}/on", on=page)
    assert (await ana.send(f"{page}/delete", on=page)).headers["location"] == "/account/webhooks"
    assert (await ana.open(page)).status_code == 404


async def test_what_cannot_be_is_told_in_place_and_nobody_sees_anothers(desk: Desk, ana: Browser, ben: Browser) -> None:
    for fields, wrong in (
        ({"name": "x", "url": "https://127.0.0.1/", "on:task.created": "on"}, "url-wrong"),
        ({"name": " ", "url": URL, "on:task.created": "on"}, "name-wrong"),
        ({"name": "x", "url": URL}, "events-wrong"),
        ({"name": "x", "url": URL, "on:user.mapped": "on"}, "events-wrong"),
    ):
        answer = await ben.send("/account/webhooks", on="/account/webhooks", **fields)
        assert (answer.status_code in {400, 403}, f'id="{wrong}"' in answer.text) == (True, True), fields
        assert f'value="{fields["url"]}"' in answer.text
    assert "user.mapped" not in await ben.read("/account/webhooks")
    page, _ = await make(ana)
    told = (await ana.send(f"{page}/test", on=page)).headers["location"]
    for address in (page, told):
        assert (await ben.open(address)).status_code == 404
    for act in (
        page,
        *(f"{page}/{word}" for word in ("on", "off", "rotate", "test", "delete", "replay")),
        f"{told}/replay",
    ):
        answer = await ben.send(act, on="/account/webhooks", name="Mine", url=URL, **{"on:task.created": "on"})
        assert answer.status_code == 404, act
    assert await desk.pool.fetchval("select name from webhooks") == "Mirror"
