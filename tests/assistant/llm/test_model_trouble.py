"""Whatever a model or its server does: the answer comes in time, it is the one without a model, and nothing is held."""

import asyncio
import json
import logging
import subprocess
import sys
import time

import pytest
import structlog
from talk import Talk
from thinking_kit import Thinker

from fake_model import KEY, Answer, FakeModel, calling, saying
from tasktalk.assistant.llm.budget import read_thought
from tasktalk.assistant.llm.mind import Mind, open_mind
from tasktalk.assistant.llm.question import Question, Thought
from tasktalk.assistant.llm.think import think
from tasktalk.assistant.understanding import Context
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.settings import BadSetting, Settings

ODD = "why is there no milk in the fridge, who does something about it?"
DONE = calling(("create_tasks", {"tasks": [{"title": "milk in the fridge"}]}))


@pytest.fixture
def question(ana: Talk) -> Question:
    return Question(user_id=ana.viewer.user_id, text=ODD, context=Context(now=ana.now))


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (Answer({"error": {"message": "no"}}, 500), "unreachable"),
        (Answer(b"<html>Bad gateway</html>", 502), "unreachable"),
        (Answer({"error": {"message": "no tools here"}}, 400), "refused"),
        (Answer({"error": {"message": "who are you"}}, 401), "refused"),
        (Answer({"error": {"message": "slow down"}}, 429, {"retry-after": "nonsense"}), "refused"),
        (Answer(b'{"choices": [', 200), "unfit"),
        (Answer(b"null", 200), "unfit"),
        (Answer({"choices": []}, 200), "unfit"),
        (Answer({"choices": [{"message": {"tool_calls": "x"}}]}, 200), "unfit"),
        (Answer(endless=True), "unreachable"),
        (saying("I would love to chat about milk."), "unfit"),
        (saying("x" * 200_000), "unfit"),
        (calling(("create_tasks", '{"tasks": [{"title": "mi')), "unfit"),
        (calling(("create_tasks", [])), "unfit"),
        (calling(("create_tasks", {"tasks": [{"title": "milk"}] * 21})), "unfit"),
        (calling(("create_tasks", {"tasks": [{"title": "milk", "due_on": "2026-01-01"}]})), "unfit"),
        (calling(("drop_database", {})), "unfit"),
        (calling(("complete_tasks", {"tasks": ["t99"]})), "unfit"),
        (calling(("complete_tasks", {"tasks": [str(new_id())]})), "unfit"),
        (calling(("list_tasks", {"filter": "&&& or 1=1"})), "unfit"),
        (calling(("update_project", {"project": "Secret", "action": "rename", "new_name": "milk"})), "unfit"),
        (calling(("create_tasks", {"tasks": [{"title": "milk", "assignees": ["Zoe"]}]})), "unfit"),
        (calling(("change_settings", {"digest_time": "25:00"})), "unfit"),
        (calling(*[("search", {"words": "milk"})] * 6), "unfit"),
    ],
)
async def test_an_answer_of_no_use_is_none(
    mind: Mind, fake: FakeModel, question: Question, answer: Answer, failed: str
) -> None:
    fake.will(answer)
    thought = await think(mind, question)
    assert thought.failed == failed
    assert thought.meant == ()
    assert len(fake.asked) <= 2


async def test_what_it_invents_is_not_written(thinker: Thinker, fake: FakeModel) -> None:
    fake.will_call(("create_tasks", {"tasks": [{"title": "Transfer 500 euros to a stranger"}]}))
    assert "did not understand" in (await thinker.say(ODD)).text
    assert await thinker.talk.tasks() == []


async def test_a_slow_model_is_given_up_in_time_and_holds_nothing(
    thinker: Thinker, mind: Mind, fake: FakeModel, pool: Pool
) -> None:
    held = Answer(DONE.body, held=asyncio.Event())
    fake.will(held)
    mind.timeout_seconds = 1.0
    began = time.monotonic()
    turn = asyncio.create_task(thinker.say(ODD))
    await fake.wait()
    assert pool.get_idle_size() == pool.get_size()
    busy = await pool.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"
    )
    assert busy == 0
    assert "did not understand" in (await turn).text
    assert 0.9 < time.monotonic() - began < 3
    assert await thinker.talk.tasks() == []


async def test_after_repeated_failures_it_is_left_alone_and_comes_back(
    mind: Mind, fake: FakeModel, question: Question
) -> None:
    fake.will(Answer({}, 500))
    for _ in range(5):
        await think(mind, question)
    assert mind.breaker.state(time.monotonic()) == "open"
    assert mind.breaker.reason == "it answered 500"
    assert (await think(mind, question)).failed == "breaker"
    assert len(fake.asked) == 5
    mind.breaker.retry_at = time.monotonic()  # the time is over
    held = Answer(DONE.body, held=asyncio.Event())
    fake.arrived.clear()
    fake.will(held, DONE)
    first = asyncio.create_task(think(mind, question))
    await fake.wait()
    assert (await think(mind, question)).failed == "breaker"  # one tests the water, no more
    assert held.held is not None
    held.held.set()
    assert (await first).failed is None
    assert mind.breaker.state(time.monotonic()) == "closed"
    assert (await think(mind, question)).failed is None


@pytest.mark.parametrize(("answer", "seconds"), [(Answer({}, 429, {"retry-after": "40"}), 40), (Answer({}, 403), 60)])
async def test_some_refusals_stop_it_at_once(
    mind: Mind, fake: FakeModel, question: Question, answer: Answer, seconds: int
) -> None:
    fake.will(answer)
    await think(mind, question)
    assert mind.breaker.retry_at == pytest.approx(time.monotonic() + seconds, abs=3)
    assert (await think(mind, question)).failed == "breaker"


async def test_nobody_there(question: Question) -> None:
    gone = open_mind(Settings(model="m", model_url="http://127.0.0.1:9/v1"))
    assert gone is not None
    assert (await think(gone, question)).failed == "unreachable"
    await gone.model.client.close()


async def test_a_persons_day_has_a_budget(thinker: Thinker, mind: Mind, fake: FakeModel, ben: Talk) -> None:
    mind.requests_per_day = 2
    fake.will(DONE)
    for _ in range(3):
        reply = await thinker.say(ODD)
    assert "did not understand" in reply.text
    assert len(fake.asked) == 2
    used = await thinker.talk.pool.fetchrow("select requests, input_tokens, output_tokens from model_usage")
    assert tuple(used) == (2, 1800, 80)
    other = Thinker(ben, mind)
    assert "milk" in (await other.say(ODD)).text  # another person's is their own


async def test_tokens_are_a_budget_too(thinker: Thinker, mind: Mind, fake: FakeModel) -> None:
    mind.tokens_per_day = 900
    fake.will(DONE)
    await thinker.say(ODD)
    await thinker.say(ODD)
    assert len(fake.asked) == 1


async def test_a_mended_answer_costs_two_requests(thinker: Thinker, fake: FakeModel) -> None:
    fake.will(saying("hm"), DONE)
    await thinker.say(ODD)
    assert await thinker.talk.pool.fetchval("select requests from model_usage") == 2


async def test_long_messages_are_not_asked_about(thinker: Thinker, fake: FakeModel) -> None:
    fake.will(DONE)
    await thinker.say(f"{ODD} {'really ' * 400}why?")
    assert fake.asked == []


async def test_neither_key_nor_words_are_logged(
    thinker: Thinker, fake: FakeModel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), structlog.testing.capture_logs() as logged:
        for answer in (DONE, saying("milk is mine"), Answer({"error": {"message": f"no milk for {KEY}"}}, 500)):
            fake.will(answer)
            await thinker.say(ODD)
    everything = caplog.text + json.dumps(logged, default=str)
    assert KEY not in everything
    assert "milk" not in everything
    assert "fridge" not in everything


def test_without_a_model_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys, tasktalk.main, tasktalk.worker; sys.exit('pydantic_ai' in sys.modules or 'openai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"model": "no-provider"}, "names no provider"),
        ({"model": "nobody:at-all", "model_key": "k"}, "cannot be used"),
        ({"model": "m", "model_url": "ftp://x"}, "TASKTALK_MODEL_URL"),
    ],
)
def test_a_setting_that_cannot_be_is_said_at_start(given: dict[str, str], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        open_mind(Settings(**given))  # type: ignore[arg-type]


def test_a_missing_extra_is_said_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tasktalk.assistant.llm.providers", None)
    with pytest.raises(BadSetting, match=r"requirements/model\.lock"):
        open_mind(Settings(model="openai:x"))


def test_off_by_default() -> None:
    assert open_mind(Settings()) is None


def test_a_thought_survives_being_stored() -> None:
    assert read_thought({}) is None
    assert read_thought({"thought": {"failed": "timeout"}}) == Thought(failed="timeout")
    assert read_thought({"thought": {"failed": "no such reason"}}) == Thought(failed="error")
