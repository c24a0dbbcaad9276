"""The pack: worded by the rules, handed in by one call, chosen by language, filled as Meta takes it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from product_kit import Product, count, open_product
from tasktalk.db import Pool
from tasktalk.integrations.findings import words_of
from tasktalk.messaging.templates.choosing import NOTHING, Purpose, Template, find_template, render_template
from tasktalk.messaging.templates.drafts import Draft
from tasktalk.messaging.templates.pack import KINDS, LANGUAGES, write, write_pack
from tasktalk.messaging.templates.parts import list_places
from tasktalk.messaging.templates.rules import check_draft
from tasktalk.sandbox.filling import fill as fill_as_meta
from tasktalk.sandbox.template_rules import check_components
from tasktalk.sandbox.templates import Template as MetaTemplate
from template_kit import TemplateMeta, approve, ask, events_of, row_of, serving_templates, tell


@pytest.fixture
async def meta() -> AsyncIterator[TemplateMeta]:
    async with serving_templates(TemplateMeta()) as one:
        yield one


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path, meta: TemplateMeta) -> Product:
    return await open_product(database, pool, tmp_path, graph_url=meta.url)


def as_template(draft: Draft) -> Template:
    names = tuple(sample.name for sample in draft.samples)
    return Template(UUID(int=1), draft.name, draft.language, "reminder", draft.named, draft.to_components(), names)


def shown_by(draft: Draft, message: dict[str, Any]) -> dict[str, Any]:
    """What the simulator, with Meta's rules for parameters, shows of a message; it raises for what Meta refuses."""
    style = "NAMED" if draft.named else "POSITIONAL"
    at_meta = MetaTemplate(
        id="1",
        name=draft.name,
        language=draft.language,
        status="APPROVED",
        category=draft.category,
        parameter_format=style,
        components=draft.to_components(),
    )
    return fill_as_meta(at_meta, message["template"])


async def choose(product: Product, purpose: Purpose, language: str) -> Template | None:
    async with product.pool.acquire() as conn:
        return await find_template(conn, integration_id=product.integration_id, purpose=purpose, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_purpose_and_keeps_the_rules(language: str) -> None:
    for draft in write_pack((language,)):
        check_draft(draft)
        check_components(draft.to_components(), category=draft.category, named=draft.named)
        assert all(len(button.text) <= 20 for button in draft.buttons), draft
        if draft.category == "UTILITY":
            assert len(draft.buttons) == len(KINDS[draft.purpose].actions), draft  # type: ignore[index]
            assert set(list_places(draft.body)) == set(KINDS[draft.purpose].values)  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_values_meta_takes_the_message(language: str) -> None:
    nasty = ["", " \t\n", "a\nb\tc\r\nd", "x     y", "🙂" * 2000, "\x00\ud800\u202e", "{{task}}", "\u2028"]
    for draft in write_pack((language,)):
        if draft.category != "UTILITY":
            continue
        for value in nasty:
            values = dict.fromkeys((sample.name for sample in draft.samples), value)
            payloads = [f"tap{number}" for number in range(len(draft.buttons))]
            shown = shown_by(draft, render_template(as_template(draft), values, payloads))
            assert len(shown["body"].encode("utf-16-le")) // 2 <= 1024
            assert [button["payload"] for button in shown.get("buttons", [])] == payloads


def test_values_are_put_in_their_places_and_a_missing_one_is_a_dash() -> None:
    draft = write("reminder", "en")
    message = render_template(as_template(draft), {"task": "Pay\n the   rent", "foreign": "x"}, ["done.1"])
    shown = shown_by(draft, message)
    assert shown["body"] == f"Reminder you set: Pay the rent. Due: {NOTHING}. Reply to this message to change it."
    assert [button["payload"] for button in shown["buttons"]] == ["done.1", "In 1 hour", "Tomorrow"]
    assert message["template"]["language"] == {"code": "en"}


def test_only_the_longest_value_is_cut() -> None:
    draft = write("comment", "en")
    values = {"actor": "Ben", "task": "Paint the fence", "comment": "long " * 400}
    body = shown_by(draft, render_template(as_template(draft), values))["body"]
    assert "by Ben on your task Paint the fence: long long" in body
    assert body.endswith("long…. Tap the button to see the task.")
    assert 1000 < len(body) <= 1024


def test_numbered_places_are_filled_by_their_numbers() -> None:
    draft = Draft(
        "n",
        "en",
        "UTILITY",
        "It is due {{2}} and named {{1}} by you, so look.",
        samples=write("reminder", "en").samples,
    )
    assert not draft.named
    shown = shown_by(draft, render_template(as_template(draft), {"task": "Rent", "due": "today"}))
    assert shown["body"] == "It is due today and named Rent by you, so look."


def test_a_sign_in_code_is_in_the_text_and_on_the_button() -> None:
    draft = write("login_code", "de")
    message = render_template(as_template(draft), {"code": "123 456"})
    code = [{"type": "text", "text": "123 456"}]
    assert message["template"]["components"] == [
        {"type": "body", "parameters": code},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
    ]


def test_a_payload_that_meta_would_refuse_is_a_bug() -> None:
    for payload in ("", "x" * 257):
        with pytest.raises(ValueError, match="payload"):
            render_template(as_template(write("reminder", "en")), {}, [payload])


async def test_one_call_hands_in_what_is_not_there(product: Product, meta: TemplateMeta) -> None:
    meta.add("tasktalk_reminder", status="APPROVED", components=write("reminder", "en").to_components())
    answer = await ask(product, "/pack", method="POST", body={"languages": ["en", "de"]})
    assert answer.status == 200, answer.body
    assert (answer.json["submitted"], answer.json["refused"]) == (13, 0)
    outcomes = {(each["name"], each["language"]): each["outcome"] for each in answer.json["items"]}
    assert len(outcomes) == 14
    assert outcomes["tasktalk_reminder", "en"] == "exists"
    assert len(meta.posted()) == 13
    sent = next(each for each in meta.posted() if each["name"] == "tasktalk_login_code")
    assert (sent["category"], "parameter_format" in sent) == ("AUTHENTICATION", False)
    again = (await ask(product, "/pack", method="POST", body={"languages": ["en", "de"]})).json
    assert {each["outcome"] for each in again["items"]} == {"exists"}
    assert len(meta.posted()) == 13
    assert await events_of(product, "tasktalk_digest", "de") == ["submitted", "status"]
    assert await count(product.pool, "from audit where action = 'template.pack_submitted'") == 2


async def test_the_whole_pack_goes_without_a_word(product: Product, meta: TemplateMeta) -> None:
    answer = (await ask(product, "/pack", method="POST")).json
    assert answer["submitted"] == len(meta.templates) == len(LANGUAGES) * len(KINDS)


async def test_what_was_deleted_at_meta_is_handed_in_again(product: Product, meta: TemplateMeta) -> None:
    await ask(product, "/pack", method="POST", body={"languages": ["en"]})
    del meta.templates[meta.find("tasktalk_digest")["id"]]
    again = (await ask(product, "/pack", method="POST", body={"languages": ["en"]})).json
    assert again["submitted"] == 1
    row = await row_of(product, "tasktalk_digest")
    assert (row["status"], row["meta_id"]) == ("PENDING", meta.find("tasktalk_digest")["id"])


async def test_what_is_refused_stays_a_draft_and_is_told(product: Product, meta: TemplateMeta) -> None:
    meta.refuse = [{"message": "Too promotional", "code": 132007}]
    answer = (await ask(product, "/pack", method="POST", body={"languages": ["fr"]})).json
    assert (answer["submitted"], answer["refused"]) == (6, 1)
    refused = next(each for each in answer["items"] if each["outcome"] == "refused")
    assert "Too promotional" in refused["message"]
    assert (await row_of(product, refused["name"], "fr"))["status"] == "DRAFT"
    assert (await ask(product, "/pack", method="POST", body={"languages": ["fr"]})).json["submitted"] == 1


async def test_a_token_that_is_over_is_asked_once_not_56_times(product: Product, meta: TemplateMeta) -> None:
    meta.refuse = [{"message": "Session has expired", "code": 190}] * 56
    answer = (await ask(product, "/pack", method="POST")).json
    assert (answer["submitted"], answer["refused"]) == (0, 56)
    assert len(meta.posted()) <= 4  # as many as were under way


async def test_the_person_s_language_then_english_then_any(product: Product, meta: TemplateMeta) -> None:
    await ask(product, "/pack", method="POST", body={"languages": ["en", "de", "pt_BR"]})
    assert await choose(product, "reminder", "de") is None
    await approve(product, meta, "tasktalk_reminder", "pt_BR")
    found = {language: await choose(product, "reminder", language) for language in ("pt", "de", "en")}
    assert {each and each.language for each in found.values()} == {"pt_BR"}
    await approve(product, meta, "tasktalk_reminder", "en")
    await approve(product, meta, "tasktalk_reminder", "de")
    languages = {}
    for language in ("pt", "de", "en", "nl"):
        chosen = await choose(product, "reminder", language)
        languages[language] = chosen and chosen.language
    assert languages == {"pt": "pt_BR", "de": "de", "en": "en", "nl": "en"}
    assert await choose(product, "digest", "en") is None


@pytest.mark.parametrize("event", ["PAUSED", "DISABLED", "REJECTED", "PENDING_DELETION", "LOCKED"])
async def test_what_is_stopped_is_not_chosen(product: Product, meta: TemplateMeta, event: str) -> None:
    await ask(product, "/pack", method="POST", body={"languages": ["en"]})
    await approve(product, meta, "tasktalk_reminder")
    assert await choose(product, "reminder", "en") is not None
    await tell(product, "message_template_status_update", meta.find("tasktalk_reminder"), event=event, reason="NONE")
    assert await choose(product, "reminder", "en") is None


async def test_what_meta_counts_as_marketing_is_never_chosen(product: Product, meta: TemplateMeta) -> None:
    meta.became = "MARKETING"
    await ask(product, "/pack", method="POST", body={"languages": ["en"]})
    await approve(product, meta, "tasktalk_reminder")
    assert await choose(product, "reminder", "en") is None
    finding = await product.pool.fetchrow("select * from findings where resolved_at is null")
    assert finding["kind"] == "template_category"
    assert "tasktalk_assigned (en) → MARKETING" in words_of(finding["detail"])[0]


@pytest.mark.parametrize("body", [{"languages": ["xx"]}, {"languages": "en"}, {"language": ["en"]}])
async def test_a_bad_choice_of_the_pack_is_refused(product: Product, meta: TemplateMeta, body: Any) -> None:
    assert (await ask(product, "/pack", method="POST", body=body)).status in {400, 422}
    assert not meta.posted()
