import re
from datetime import UTC, datetime

from desk import PASSWORD, Browser, Desk

from tasktalk.accounts.tokens import find_token
from tasktalk.accounts.users import check_password, get_user


async def test_the_profile_is_changed_and_what_cannot_be_is_told_in_place(desk: Desk, ana: Browser) -> None:
    assert ana.viewer is not None
    answer = await ana.send("/account/profile", name="Ana B", language="es", timezone="America/Lima")
    assert answer.headers["location"] == "/account"
    user = await get_user(desk.pool, user_id=ana.viewer.user_id)
    assert (user.name, user.language, user.timezone) == ("Ana B", "es", "America/Lima")
    for field, value in (("timezone", "Mars"), ("name", " "), ("language", "tlh")):
        fields = {"name": "Ana B", "language": "es", "timezone": "America/Lima"} | {field: value}
        answer = await ana.send("/account/profile", **fields)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert (await get_user(desk.pool, user_id=ana.viewer.user_id)).name == "Ana B"


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(desk: Desk, ana: Browser) -> None:
    elsewhere = desk.browser()
    await elsewhere.http.post("/login", data={"email": "ana@example.com", "password": PASSWORD})
    answer = await ana.send("/account/password", current="wrong", password="another battery")
    assert answer.status_code == 400
    assert "not your current password" in answer.text
    answer = await ana.send("/account/password", current=PASSWORD, password="short")
    assert answer.status_code == 400
    assert (await elsewhere.open("/")).status_code == 200
    assert (await ana.send("/account/password", current=PASSWORD, password="another battery")).status_code == 303
    assert "1 other session signed out" in await ana.read("/account")
    assert (await elsewhere.open("/")).status_code == 302
    assert await check_password(desk.pool, email="ana@example.com", password="another battery")


async def test_a_token_is_shown_once_and_revoked_by_its_owner_alone(desk: Desk, ana: Browser, ben: Browser) -> None:
    assert ana.viewer is not None
    answer = await ana.send("/account/tokens", name="Robot", scope="read")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = re.search(r'id="secret">(tt_[^<]+)<', answer.text)
    assert found is not None
    known = await find_token(desk.pool, token=found[1], now=datetime.now(UTC))
    assert known is not None
    assert known[0].user_id == ana.viewer.user_id
    page = await ana.read("/account")
    assert found[1] not in page
    revoke = re.search(r'formaction="(/account/tokens/[^"]+/revoke)"', page)
    assert revoke is not None
    assert (await ben.send(revoke[1])).status_code == 404
    assert (await ana.send(revoke[1])).status_code == 303
    assert await find_token(desk.pool, token=found[1], now=datetime.now(UTC)) is None
    for name, scope in (("", "read"), ("Robot", "everything")):
        assert (await ana.send("/account/tokens", name=name, scope=scope)).status_code == 400
