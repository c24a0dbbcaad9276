import re
from datetime import UTC, datetime

from desk import PASSWORD, Browser, Desk

from tasktalk.accounts.tokens import find_token
from tasktalk.accounts.users import check_password, get_user
from tasktalk.console.pages.account_security import device_words
from tasktalk.console.words import speech_of
from tasktalk.tasks.model import Act
from tasktalk.tasks.projects.projects import create_project

TABS = ("notifications", "phones", "security", "tokens", "calendar", "webhooks", "data")
PAGES = ["/account", *(f"/account/{tab}" for tab in TABS)]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"


async def test_the_pages_lead_to_each_other(ana: Browser) -> None:
    for here in PAGES:
        page = await ana.read(here)
        assert re.findall(
            r'<a href="([^"]+)" aria-current="page">', page.partition('class="tabs"')[2].partition("</nav>")[0]
        ) == [here]
        assert all(f'<a href="{each}"' in page for each in PAGES)


async def test_the_profile_is_changed_and_what_cannot_be_is_told_in_place(desk: Desk, ana: Browser) -> None:
    assert ana.viewer is not None
    answer = await ana.send("/account/profile", name="Ana B", language="es", timezone="America/Lima")
    assert answer.headers["location"] == "/account"
    user = await get_user(desk.pool, user_id=ana.viewer.user_id)
    assert (user.name, user.language, user.timezone) == ("Ana B", "es", "America/Lima")
    for field, value in (("timezone", "Mars<b>"), ("name", " "), ("language", "tlh")):
        fields = {"name": "Ana B", "language": "es", "timezone": "America/Lima"} | {field: value}
        answer = await ana.send("/account/profile", **fields)
        assert answer.status_code == 400
        assert f'role="alert" id="{field}-wrong"' in answer.text
        assert "Mars<b>" not in answer.text
    assert (await get_user(desk.pool, user_id=ana.viewer.user_id)).name == "Ana B"


async def test_a_session_left_open_guesses_no_password(desk: Desk, ana: Browser) -> None:
    """Whichever form asks for it: they count together, and the right one is not even looked at after five."""
    for form in ({"current": "wrong", "password": "another battery"}, {"for-two-factor": "wrong"}):
        path = "/account/password" if "current" in form else "/account/two-factor"
        for _ in range(3 if "current" in form else 2):
            assert "not your current password" in (await ana.send(path, **form)).text
    answer = await ana.send("/account/password", current=PASSWORD, password="another battery")
    assert "Too many wrong sign-ins" in answer.text
    assert await check_password(desk.pool, email="ana@example.com", password=PASSWORD)


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
    assert "1 other session signed out" in await ana.read("/account/security")
    assert (await elsewhere.open("/")).status_code == 302
    assert await check_password(desk.pool, email="ana@example.com", password="another battery")


async def test_sessions_are_listed_and_ended_by_their_person_alone(desk: Desk, ana: Browser, ben: Browser) -> None:
    others = []
    for agent in (FIREFOX, PHONE, "<i>robot</i>"):
        other = desk.browser()
        form = {"email": "ana@example.com", "password": PASSWORD}
        await other.http.post("/login", data=form, headers={"User-Agent": agent})
        others.append(other)
    page = await ana.read("/account/security")
    assert all(words in page for words in ("Firefox on Linux", "Chrome on Android", "&lt;i&gt;robot&lt;/i&gt;"))
    assert page.count(">this one<") == 1
    assert "Firefox on Linux" not in await ben.read("/account/security")
    found = re.search(r'(/account/sessions/[^"]+/close)" aria-label="Sign out Firefox', page)
    assert found is not None
    assert (await ben.send(found[1])).status_code == 404
    assert (await others[0].open("/")).status_code == 200
    assert (await ana.send(found[1])).headers["location"] == "/account/security"
    assert [(await each.open("/")).status_code for each in others] == [302, 200, 200]
    assert (await ana.send("/account/sessions/x/close")).status_code == 404
    assert (await ana.send("/account/sessions/close")).status_code == 303
    assert [(await each.open("/")).status_code for each in others] == [302, 302, 302]
    assert (await ana.open("/")).status_code == (await ben.open("/")).status_code == 200


def test_devices_are_named_as_far_as_they_say() -> None:
    speech = speech_of("en")
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    assert device_words(iphone, speech) == "Safari on iPhone"
    assert device_words("curl/8.0\n" + "x" * 99, speech) == "curl/8.0" + "x" * 52
    assert device_words("", speech) == "Something that does not say what it is"


async def test_a_token_is_shown_once_and_revoked_by_its_owner_alone(desk: Desk, ana: Browser, ben: Browser) -> None:
    assert ana.viewer is not None
    answer = await ana.send("/account/tokens", name="Robot", scopes="write admin")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = re.search(r'id="secret">(tt_[^<]+)<', answer.text)
    assert found is not None
    known = await find_token(desk.pool, token=found[1], now=datetime.now(UTC))
    assert known is not None
    assert (known[0].user_id, known[1]) == (ana.viewer.user_id, {"write", "admin"})
    page = await ana.read("/account/tokens")
    assert found[1] not in page
    revoke = re.search(r'formaction="(/account/tokens/[^"]+/revoke)"', page)
    assert revoke is not None
    assert (await ben.send(revoke[1])).status_code == 404
    assert (await ana.send(revoke[1])).status_code == 303
    assert await find_token(desk.pool, token=found[1], now=datetime.now(UTC)) is None
    for name, scopes, field in (("", "read", "name"), ("<Robot>", "everything", "scopes")):
        answer = await ana.send("/account/tokens", name=name, scopes=scopes)
        assert answer.status_code == 400
        assert f'id="{field}-wrong"' in answer.text
        assert "<Robot>" not in answer.text


async def test_ones_data_is_taken_away_and_nobody_elses(desk: Desk, ana: Browser, ben: Browser, act: Act) -> None:
    assert ana.viewer is not None
    await create_project(desk.pool, viewer=ana.viewer, name="Home & <garden>", by=act)
    await ana.send("/tasks", text="buy milk #Home")
    assert "Home &amp; &lt;garden&gt;</option>" in await ana.read("/account/data")
    for format_, mime_type in (("csv", "text/csv"), ("json", "application/json"), ("pdf", "application/pdf")):
        answer = await ana.open(f"/account/data/export?format={format_}&project=&filter=")
        assert answer.headers["content-type"].startswith(mime_type)
        assert re.search(rf'attachment; filename="tasks-[0-9-]+\.{format_}"', answer.headers["content-disposition"])
    assert "buy milk" in (await ana.open("/account/data/export?format=csv")).text
    assert "buy milk" not in (await ben.open("/account/data/export?format=csv")).text
    assert "buy milk" not in (await ana.open("/account/data/export?format=csv&filter=p1")).text
    for asked in ("format=exe", "format=csv&filter=(%3Cb%3E", "format=csv&project=Home&filter=p1", ""):
        answer = await ana.open(f"/account/data/export?{asked}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert "(<b>" not in answer.text
    assert (await desk.browser().open("/account/data/export?format=csv")).status_code == 302
