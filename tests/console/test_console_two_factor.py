"""The second factor as a browser meets it: set up, asked for, guessed at, lost."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pyotp
from desk import PASSWORD, Browser, Desk

from tasktalk.accounts.request import COOKIE
from tasktalk.accounts.sessions import create_login_link
from tasktalk.accounts.two_factor.codes import STEP_SECONDS

FORM = {"email": "ana@example.com", "password": PASSWORD}


def code_of(secret: str, later: int = 0) -> str:
    """`later`: in half minutes. This one and the next count for as long as any test takes, so none waits."""
    return pyotp.TOTP(secret).at(int(datetime.now(UTC).timestamp()) + later * STEP_SECONDS)


async def set_up(person: Browser) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    here = "/account/security"
    begun = await person.send("/account/two-factor", on=here, **{"for-two-factor": PASSWORD})
    assert begun.status_code == 200
    assert begun.headers["cache-control"] == "no-store"
    found = re.search(r'<code id="totp-key">([A-Z2-7]{32})</code>', begun.text)
    assert found is not None
    assert "<svg" in begun.text.partition('class="qr"')[2]
    proved = await person.send("/account/two-factor/confirm", on=here, code=code_of(found[1]))
    assert (proved.status_code, proved.headers["cache-control"]) == (200, "no-store")
    block = re.search(r'<code id="recovery-codes">([^<]+)</code>', proved.text)
    assert block is not None
    return found[1], block[1].split()


async def test_a_code_is_asked_for_after_password_and_link_and_counts_once(desk: Desk, ana: Browser) -> None:
    assert ana.viewer is not None
    secret, recovery = await set_up(ana)
    assert (len(recovery), len(set(recovery))) == (10, 10)
    assert "10 recovery codes are left" in await ana.read("/account/security")
    stored = str(await desk.pool.fetch("select * from users")) + str(
        await desk.pool.fetch("select * from recovery_codes")
    )
    assert secret not in stored
    assert recovery[0] not in stored

    first = desk.browser()
    answer = await first.http.post("/login", data=FORM | {"next": "/tasks"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/code?next=%2Ftasks")
    assert COOKIE not in first.http.cookies
    assert (await first.open("/")).status_code == 302  # half way is not in
    assert 'autocomplete="one-time-code"' in await first.read("/login/code?next=/tasks")
    wrong = await first.http.post("/login/code", data={"code": "000000", "next": "/tasks"})
    assert (wrong.status_code, "not right" in wrong.text) == (400, True)
    code = code_of(secret, 1)
    answer = await first.http.post("/login/code", data={"code": f" {code[:3]} {code[3:]}", "next": "/tasks"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks")
    assert "Ana" in await first.read("/")

    second = desk.browser()
    link = await create_login_link(desk.pool, user_id=ana.viewer.user_id, now=datetime.now(UTC))
    assert (await second.open(f"/login/{link}")).headers["location"] == "/login/code"
    assert (await second.http.post("/login/code", data={"code": code})).status_code == 400  # somebody looked on
    spoken = recovery[0].upper().replace("-", " ")
    assert (await second.http.post("/login/code", data={"code": spoken})).status_code == 303
    third = desk.browser()
    await third.http.post("/login", data=FORM)
    assert (await third.http.post("/login/code", data={"code": recovery[0]})).status_code == 400
    assert "9 recovery codes are left" in await ana.read("/account/security")
    rows = await desk.pool.fetch("select action, detail from audit order by seq")
    assert [(row["action"], row["detail"]) for row in rows] == [
        ("user.two_factor_on", {}),
        ("session.opened", {"by": "password", "second": "code"}),
        ("session.opened", {"by": "link", "second": "recovery code"}),
    ]


async def test_guessing_is_stopped_for_the_account_wherever_it_comes_from(desk: Desk, ana: Browser) -> None:
    secret, _ = await set_up(ana)
    for guesses in (2, 3):
        guesser = desk.browser()
        await guesser.http.post("/login", data=FORM)
        for _ in range(guesses):
            answer = await guesser.http.post("/login/code", data={"code": "000000"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    answer = await guesser.http.post("/login/code", data={"code": code_of(secret, 1)})
    assert answer.status_code == 429
    await desk.pool.execute("update users set totp_wrong_at = totp_wrong_at - interval '15 minutes'")
    answer = await guesser.http.post("/login/code", data={"code": code_of(secret, 1)})
    assert answer.status_code == 303


async def test_nobody_comes_to_the_code_without_the_first_proof(desk: Desk, ana: Browser) -> None:
    secret, _ = await set_up(ana)
    stranger = desk.browser()
    assert (await stranger.open("/login/code")).headers["location"] == "/login"
    answer = await stranger.http.post("/login/code", data={"code": code_of(secret), "next": "//evil.example"})
    assert answer.headers["location"] == "/login"
    await stranger.http.post("/login", data=FORM)
    await desk.pool.execute("update sign_in_steps set expires_at = now()")
    answer = await stranger.http.post("/login/code", data={"code": code_of(secret)})
    assert answer.headers["location"] == "/login"
    assert COOKIE not in stranger.http.cookies


async def test_setting_up_wants_the_password_and_a_first_code(desk: Desk, ana: Browser) -> None:
    here = "/account/security"
    answer = await ana.send("/account/two-factor", on=here, **{"for-two-factor": "an open screen"})
    assert (answer.status_code, 'id="for-two-factor-wrong"' in answer.text) == (400, True)
    await ana.send("/account/two-factor", on=here, **{"for-two-factor": PASSWORD})
    answer = await ana.send("/account/two-factor/confirm", on=here, code="12345")
    assert (answer.status_code, 'id="code-wrong"' in answer.text, "<svg" in answer.text) == (400, True, True)
    assert (await desk.browser().http.post("/login", data=FORM)).headers["location"] == "/"  # it is not on yet
    await set_up(ana)
    assert (await ana.send("/account/two-factor", on=here, **{"for-two-factor": PASSWORD})).status_code == 409


async def test_a_code_turns_it_off_and_an_owner_resets_who_lost_theirs(desk: Desk, ana: Browser, ben: Browser) -> None:
    here = "/account/security"
    secret, recovery = await set_up(ana)
    assert (await ana.send("/account/two-factor/off", on=here, code="000000")).status_code == 400
    renewed = await ana.send("/account/two-factor/recovery-codes", on=here, code=recovery[0])
    assert recovery[1] not in renewed.text
    assert (await ana.send("/account/two-factor/off", on=here, code=recovery[1])).status_code == 400  # void by now
    assert (await ana.send("/account/two-factor/off", on=here, code=code_of(secret, 1))).status_code == 303
    assert (await desk.browser().http.post("/login", data=FORM)).headers["location"] == "/"

    await set_up(ben)
    assert ben.viewer is not None
    path = f"/people/{ben.viewer.user_id}"
    admin = await desk.person("Cleo", "admin")
    assert "Reset two-factor" not in await admin.read("/people")
    assert (await admin.send(path, on="/people", **{"two-factor": "reset"})).status_code == 403
    assert "Reset two-factor" in await ana.read("/people")
    assert (await ana.send(path, on="/people", **{"two-factor": "reset"})).status_code == 303
    answer = await desk.browser().http.post("/login", data=FORM | {"email": "ben@example.com"})
    assert answer.headers["location"] == "/"
    actions = await desk.pool.fetch("select actor, action from audit where action like 'user.%' order by seq")
    assert [tuple(row) for row in actions][-1] == ("Ana", "user.two_factor_reset")


async def test_where_it_is_demanded_administration_waits_for_it(desk: Desk, ana: Browser, ben: Browser) -> None:
    desk.app.state.settings = SimpleNamespace(two_factor="admins", sandbox=False, public_url="")
    refused = await ana.open("/people")
    assert (refused.status_code, "two-factor" in refused.text) == (403, True)
    assert (await ana.open("/tasks")).status_code == 200  # what is their own stays open
    assert 'href="/people"' not in await ana.read("/tasks")
    assert "administration is closed to you" in await ana.read("/account/security")
    assert "administration is closed to you" not in await ben.read("/account/security")
    await set_up(ana)
    assert (await ana.open("/people")).status_code == 200
    assert 'href="/people"' in await ana.read("/tasks")
