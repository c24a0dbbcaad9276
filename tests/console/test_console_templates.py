"""Message templates on screen: the list, the pack by one click, the editor with its phone, review, history."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk import Browser, Desk

from product_kit import WABA
from tasktalk.console.bubble import bubble
from tasktalk.ids import new_id
from tasktalk.integrations.connections import save_credential, save_integration
from tasktalk.settings import Settings
from template_kit import TemplateMeta, serving_templates

WORDS = {
    "name": "our_comment",
    "language": "en",
    "purpose": "comment",
    "body": "There is *news* by {{actor}} about {{task}} for you.",
    "footer": "As you asked",
    "sample-actor": "Ben",
    "sample-task": "Pay <i>rent</i>",
    "button-text-0": "Show task",
    "button-kind-1": "URL",
    "button-text-1": "Open",
    "button-value-1": "https://a.example",
}


@pytest.fixture
async def meta() -> AsyncIterator[TemplateMeta]:
    async with serving_templates(TemplateMeta()) as one:
        yield one


@pytest.fixture
async def place(desk: Desk, meta: TemplateMeta) -> str:
    """The address of a number's templates."""
    desk.app.state.settings = Settings(_env_file=None, limits="off")
    async with desk.pool.acquire() as conn, conn.transaction():
        number = await save_integration(
            conn, name="Front <desk>", waba_id=WABA, phone_number_id="2", graph_url=meta.url
        )
        await save_credential(
            conn,
            keyring=desk.app.state.keyring,
            integration_id=number,
            kind="access_token",
            secret="EAA-a-token-of-tests-0123456789",
            now=datetime.now(UTC),
        )
    return f"/integrations/{number}/templates"


async def write(browser: Browser, place: str, **more: str) -> str:
    """A new template by the form; its address."""
    answer = await browser.send(f"{place}/new", on=f"{place}/new", **WORDS | {"do": "save"} | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def main_of(page: str) -> str:
    """The page's own part, its white space made single."""
    return " ".join(page.partition("<main")[2].partition("</main>")[0].split())


async def test_the_pack_is_submitted_by_one_click_and_each_outcome_told(
    ana: Browser, meta: TemplateMeta, place: str
) -> None:
    empty = await ana.read(place)
    assert "No templates yet" in empty
    assert f'formaction="{place}/pack"' in empty
    meta.refuse = [{"message": "Bad words.", "code": 100, "error_subcode": 2388299}]
    answer = await ana.send(f"{place}/pack", on=place)
    shown = main_of(answer.text)
    assert answer.status_code == 200
    assert "55 templates are handed to WhatsApp" in shown
    assert "1 was refused and stays a draft." in shown
    assert "Bad words." in shown
    assert len(meta.templates) == 55
    again = await ana.send(f"{place}/pack", on=place)
    assert "1 template is handed to WhatsApp" in again.text
    narrowed = main_of(await ana.read(f"{place}?language=pt_BR&purpose=reminder"))
    assert narrowed.count('class="mono"') == 1
    assert "Portuguese (Brazil) · Utility · Reminder" in narrowed
    assert (await ana.open(f"{place}?status=%00&after=nonsense")).status_code == 200


async def test_what_meta_changed_is_told_in_plain_words(
    ana: Browser, desk: Desk, meta: TemplateMeta, place: str
) -> None:
    meta.add("paused", status="PAUSED")
    meta.add("moved", status="APPROVED", category="MARKETING")
    meta.add("no", status="REJECTED", rejected_reason="PROMOTIONAL", quality_score={"score": "RED"})
    assert (await ana.send(f"{place}/sync", on=place)).status_code == 303
    await desk.pool.execute("update templates set wanted_category = 'UTILITY'")
    page = main_of(await ana.read(place))
    assert "WhatsApp paused it because people blocked or reported it." in page
    assert "WhatsApp counts it as Marketing; we asked for Utility." in page
    assert "The reason: it promotes something." in page
    assert "quality: low" in page
    meta.refuse, meta.url = [], ""
    await desk.pool.execute("delete from credentials")
    without = await ana.send(f"{place}/sync", on=place)
    assert (without.status_code, "Enter the access token first." in without.text) == (400, True)


async def test_a_template_is_written_looked_at_and_handed_in(
    ana: Browser, desk: Desk, meta: TemplateMeta, place: str
) -> None:
    looked = await ana.send(f"{place}/new", on=f"{place}/new", **WORDS | {"do": "look", "sample-actor": " "})
    phone = looked.text.partition('id="phone"')[2].partition("</figure>")[0]
    assert "There is <b>news</b> by" in phone
    assert '<mark class="place">{{actor}}</mark>' in phone
    assert "Pay &lt;i&gt;rent&lt;/i&gt;" in phone
    assert "As you asked" in phone
    assert phone.count("phone-button") == 2
    assert looked.text.count('id="button-') == 3  # one more to fill
    assert "Give an example for {{actor}}." in looked.text
    assert await desk.pool.fetchval("select count(*) from templates") == 0
    one = await write(ana, place, do="submit")
    page = main_of(await ana.read(one))
    assert "WhatsApp reviews it" in page
    assert "Handed to WhatsApp" in page
    assert "draft → in review" in page
    assert 'name="body"' not in page  # nothing is changed while it is looked at
    assert meta.find("our_comment")["components"][-1]["buttons"][1]["url"] == "https://a.example"


async def test_new_words_and_numbered_places(ana: Browser, desk: Desk, place: str) -> None:
    numbered = {"body": "News by {{1}} about {{2}} for you today.", "sample-1": "Ben", "sample-2": "Rent"}
    one = await write(ana, place, **numbered)
    stored = await desk.pool.fetchval("select samples from templates")
    assert [each["name"] for each in stored] == ["actor", "task"]
    page = await ana.read(one)
    assert "News by Ben about Rent for you today." in page
    assert re.search(r'name="meaning-2".*?<option selected>task</option>', page, re.DOTALL)
    swapped = numbered | {"meaning-1": "task", "meaning-2": "actor"}
    assert (await ana.send(one, on=one, **WORDS | swapped | {"do": "save"})).status_code == 303
    stored = await desk.pool.fetchval("select samples from templates")
    assert [each["name"] for each in stored] == ["task", "actor"]
    assert "samples" in main_of(await ana.read(one))  # its history says what was changed


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Our comment"}, "name"),
        ({"language": "english"}, "language"),
        ({"purpose": "spam"}, "purpose"),
        ({"body": "{{task}}"}, "body"),
        ({"body": " \x00 "}, "body"),
        ({"header": "x" * 61}, "header"),
        ({"footer": "{{task}}"}, "footer"),
        ({"sample-task": ""}, "samples"),
        ({"button-value-1": "javascript:alert(1)"}, "buttons"),
        ({"button-kind-0": "SPAM"}, "buttons"),
        ({"body": " ".join(f"{{{{a{n}}}}} is this" for n in range(300))}, "samples"),
    ],
)
async def test_what_cannot_be_is_told_in_place_and_nothing_is_kept(
    ana: Browser, desk: Desk, place: str, wrong: dict[str, str], field: str
) -> None:
    answer = await ana.send(f"{place}/new", on=f"{place}/new", **WORDS | {"do": "save"} | wrong)
    assert answer.status_code == 400
    assert re.search(rf'role="alert" id="{field}-wrong"', answer.text), re.findall(r'role="alert".{90}', answer.text)
    assert await desk.pool.fetchval("select count(*) from templates") == 0


async def test_another_administrator_approves_where_that_is_asked_for(
    ana: Browser, desk: Desk, meta: TemplateMeta, place: str
) -> None:
    desk.app.state.settings = Settings(_env_file=None, limits="off", template_review=True)
    ada = await desk.person("Ada", "admin")
    one = await write(ana, place)
    assert (await ana.send(f"{one}/submit", on=one)).status_code == 303
    assert not meta.posted()
    assert "somebody else approves it" in await ana.read(one)
    refused = await ana.send(f"{one}/approve", on=one)
    assert (refused.status_code, "Another administrator has to approve" in refused.text) == (409, True)
    assert f'formaction="{one}/approve"' in await ada.read(one)
    assert (await ada.send(f"{one}/approve", on=one)).status_code == 303
    assert meta.find("our_comment")["status"] == "PENDING"


async def test_what_meta_says_against_it_is_told_and_the_draft_stays(
    ana: Browser, meta: TemplateMeta, place: str
) -> None:
    one = await write(ana, place)
    meta.refuse = [{"message": "Not <so>.", "code": 100}] * 2
    answer = await ana.send(f"{one}/submit", on=one)
    assert answer.status_code == 409
    assert "WhatsApp refused it: Not &lt;so&gt;." in answer.text
    changed = await ana.send(one, on=one, **WORDS | {"footer": "Bye", "do": "submit"})
    assert changed.status_code == 303
    page = main_of(await ana.read(one))
    assert "WhatsApp did not take it" in page
    assert 'value="Bye"' in page
    assert 'role="alert"' not in page


async def test_one_is_deleted_after_being_asked(ana: Browser, desk: Desk, meta: TemplateMeta, place: str) -> None:
    one = await write(ana, place, do="submit")
    assert '<details class="sure">' in await ana.read(one)
    gone = await ana.send(f"{one}/delete", on=one)
    assert gone.headers["location"] == place
    assert not meta.templates
    assert await desk.pool.fetchval("select count(*) from templates") == 0
    assert (await ana.open(one)).status_code == 404


async def test_the_fence(ana: Browser, ben: Browser, place: str) -> None:
    one = await write(ana, place)
    for path in (place, f"{place}/new", one):
        assert (await ben.open(path)).status_code == 403, path
    for path in (f"{place}/pack", f"{place}/sync", f"{place}/new", one, f"{one}/submit", f"{one}/delete"):
        assert (await ben.send(path)).status_code == 403, path
    elsewhere = f"/integrations/{new_id()}/templates"
    stray = one.rpartition("/")[2]
    assert UUID(stray)
    for path in (elsewhere, f"{elsewhere}/new", f"{elsewhere}/{stray}", f"{place}/{new_id()}", f"{place}/x"):
        assert (await ana.open(path)).status_code == 404, path


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("*b* _i_ ~s~ ```*m*```", "<b>b</b> <i>i</i> <s>s</s> <code>*m*</code>"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("*<script>* {{x}}", '<b>&lt;script&gt;</b> <mark class="place">{{x}}</mark>'),
    ],
)
def test_a_bubble_draws_as_whatsapp_does(text: str, drawn: str) -> None:
    assert bubble(text) == drawn
