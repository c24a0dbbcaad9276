"""A phone that nobody knows becomes somebody's, by a code that it sends itself; and is nobody's again."""

import aiohttp

from process_kit import Phone, Up, post, text_of


class NewPhone(Phone):
    """A phone that the simulator gets to know when it writes."""

    def __init__(self, session: aiohttp.ClientSession, up: Up, wa_id: str) -> None:
        self.session, self.up, self.name, self.wa_id, self.last = session, up, wa_id, wa_id, ""


async def test_a_stranger_links_by_a_code_adds_a_task_and_unlinks(
    up: Up, session: aiohttp.ClientSession, someone: Phone
) -> None:
    phone = NewPhone(session, up, "447700900888")
    assert "not linked" in text_of(await phone.ask("buy milk tomorrow 5pm"))
    token = up.person(someone.name)["api_token"]
    made = await post(session, up, "/api/users/me/phone-link", {}, token=token)
    digits = "".join(filter(str.isdigit, up.facts["display_phone_number"]))
    assert made["wa_me"] == f"https://wa.me/{digits}?text=link%20{made['code']}"
    assert "this phone is linked to you now" in text_of(await phone.ask(f"link {made['code']}"))
    assert "buy milk" in text_of(await phone.ask("buy milk tomorrow 5pm"))
    assert [task["title"] for task in await someone.tasks()] == ["buy milk"]
    phones = (await someone.api("/api/users/me/phones"))["items"]
    assert [each["phone"] for each in phones] == [f"+{someone.wa_id}", "+447700900888"]
    assert "not linked any more" in text_of(await phone.tap(await phone.ask("unlink"), "Unlink"))
    await phone.say("buy bread")
    assert "buy cheese" in text_of(await someone.ask("buy cheese"))
    assert {task["title"] for task in await someone.tasks()} == {"buy milk", "buy cheese"}
