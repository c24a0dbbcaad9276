import asyncio
from datetime import UTC, datetime

import pytest
from desk import PASSWORD, Browser, Desk

from tasktalk.accounts.request import COOKIE
from tasktalk.accounts.sessions import create_login_link


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back_to_where_they_wanted(
    desk: Desk, ana: Browser
) -> None:
    nobody = desk.browser()
    assert ana.viewer is not None
    answer = await nobody.open("/tasks?view=inbox")
    assert (answer.status_code, answer.headers["location"]) == (302, "/login?next=%2Ftasks%3Fview%3Dinbox")
    form = await nobody.read(answer.headers["location"])
    assert 'name="next" value="/tasks?view=inbox"' in form
    answer = await nobody.http.post(
        "/login", data={"email": "ANA@example.com", "password": PASSWORD, "next": "/tasks?view=inbox"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?view=inbox")
    assert "Ana" in await nobody.read("/tasks?view=inbox")
    assert (await nobody.open("/login")).headers["location"] == "/"


@pytest.mark.usefixtures("ana")
async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_over_https_from_the_wire(desk: Desk) -> None:
    fields = {"email": "ana@example.com", "password": PASSWORD}
    cookie = (await desk.browser().http.post("/login", data=fields)).headers["set-cookie"]
    assert cookie.startswith(COOKIE + "=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    answer = await desk.browser().http.post("https://console.test/login", data=fields)
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


@pytest.mark.usefixtures("ana")
async def test_wrong_passwords_are_told_in_place_and_five_of_them_wait(desk: Desk) -> None:
    nobody = desk.browser()
    fields = {"email": "ana@example.com", "password": "wrong wrong wrong"}
    for _ in range(5):
        answer = await nobody.http.post("/login", data=fields)
        assert answer.status_code == 401
        assert "is wrong" in answer.text
        assert 'value="ana@example.com"' in answer.text
    answer = await nobody.http.post("/login", data=fields | {"password": PASSWORD})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert COOKIE not in answer.cookies
    for _ in range(3):
        await nobody.http.post("/login", data=fields)
    [kept] = await desk.pool.fetch("select action, detail from audit")
    assert (kept["action"], kept["detail"]["rule"], kept["detail"]["count"]) == (
        *("security.violation", "sign_in_guessed", 1),
    )
    assert "ana@example.com" not in str(kept["detail"])


@pytest.mark.usefixtures("ana")
async def test_forty_guesses_at_once_are_counted_as_forty(desk: Desk) -> None:
    fields = {"email": "ana@example.com", "password": "wrong wrong wrong"}
    nobody = desk.browser()
    answers = await asyncio.gather(*(nobody.http.post("/login", data=fields) for _ in range(40)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 35


@pytest.mark.usefixtures("ana")
async def test_right_passwords_are_not_counted(desk: Desk) -> None:
    for _ in range(12):
        answer = await desk.browser().http.post("/login", data={"email": "ana@example.com", "password": PASSWORD})
        assert answer.status_code == 303


@pytest.mark.usefixtures("ana")
async def test_another_site_cannot_sign_somebody_in(desk: Desk) -> None:
    fields = {"email": "ana@example.com", "password": PASSWORD}
    answer = await desk.browser().http.post("/login", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.usefixtures("ana")
async def test_nobody_is_led_off_the_site(desk: Desk) -> None:
    fields = {"email": "ana@example.com", "password": PASSWORD}
    for onward in ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/a\r\nb"):
        answer = await desk.browser().http.post("/login", data=fields | {"next": onward})
        assert answer.headers["location"] == "/"


async def test_a_link_signs_in_once_whoever_comes_first(desk: Desk, ana: Browser) -> None:
    assert ana.viewer is not None
    link = await create_login_link(desk.pool, user_id=ana.viewer.user_id, now=datetime.now(UTC))
    looking_ahead = await desk.browser().open(f"/login/{link}", **{"Sec-Purpose": "prefetch"})
    assert looking_ahead.status_code == 204
    browsers = [desk.browser() for _ in range(6)]
    answers = await asyncio.gather(*(browser.open(f"/login/{link}") for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [303] + [404] * 5
    assert "Ask for a new one" in (await desk.browser().open(f"/login/{link}")).text
    came_in = browsers[[answer.status_code for answer in answers].index(303)]
    assert "Ana" in await came_in.read("/")


async def test_signing_out_ends_the_session_itself(ana: Browser) -> None:
    token = ana.http.cookies[COOKIE]
    answer = await ana.send("/logout")
    assert answer.headers["location"] == "/login"
    ana.http.cookies.set(COOKIE, token)
    assert (await ana.open("/")).status_code == 302


async def test_a_theme_is_kept_in_a_cookie(ana: Browser) -> None:
    assert 'data-theme="auto"' in await ana.read("/")
    assert (await ana.send("/theme/dark", on="/account")).headers["location"] == "/account"
    assert 'data-theme="dark"' in await ana.read("/")
    assert (await ana.send("/theme/plaid")).status_code == 404
    ana.http.cookies.set("tasktalk_theme", '"><script>')
    assert "<script>" not in await ana.read("/")
