"""The limits of listening, an ear at an address, and one in a process of its own."""

import asyncio
import sys
import textwrap
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tasktalk.assistant.hearing import endpoint
from tasktalk.assistant.hearing.ear import Ear, Heard, transcribe
from tasktalk.assistant.hearing.endpoint import Endpoint, address_of
from tasktalk.assistant.hearing.lengths import find_seconds
from tasktalk.assistant.hearing.listened import Deaf, Listened, Part, Sound
from tasktalk.assistant.hearing.local import Whisper
from tasktalk.assistant.hearing.opening import open_ear
from tasktalk.settings import BadSetting, Settings


def ogg(seconds: float) -> bytes:
    """The frame of an Ogg file with Opus, as far as its length is read."""

    def page(position: int, content: bytes) -> bytes:
        return b"OggS\0\0" + position.to_bytes(8, "little") + bytes(13) + content

    head = b"OpusHead\x01\x01" + (312).to_bytes(2, "little") + bytes(8)
    return page(0, head) + page(48_000, b"sound") + page(round(seconds * 48_000) + 312, b"more")


class Fake:
    """An ear that says what it is told to."""

    def __init__(self, *answers: str | Exception | float) -> None:
        self.answers, self.asked = list(answers), list[Sound]()
        self.at_once = self.most = 0

    async def listen(self, sound: Sound) -> Listened:
        self.asked.append(sound)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, float):
                await asyncio.sleep(answer)
                answer = "Buy milk."
            return Listened((Part(answer),), "en", 2.0)
        finally:
            self.at_once -= 1

    async def nothing(self) -> None:
        pass

    def ear(self, *, timeout: float = 5, longest: float = 300, room: int = 1) -> Ear:
        return Ear(self.listen, self.nothing, self.nothing, asyncio.Semaphore(room), longest, timeout)


async def hear(ear: Ear, content: bytes = b"", **more: Any) -> Heard:
    return await transcribe(ear, content or ogg(2), mime_type="audio/ogg; codecs=opus", language="en", **more)


def test_the_length_is_read_off_the_file() -> None:
    assert find_seconds(ogg(3.5)) == 3.5
    for broken in (b"", b"OggS", b"OpusHead", b"ID3" + ogg(2), ogg(2)[:40], b"\0" * 999):
        assert find_seconds(broken) is None
    unending = ogg(2) + b"OggS\0\0" + b"\xff" * 8
    assert find_seconds(unending) == 2


async def test_words_are_heard_and_names_shown_to_the_ear() -> None:
    fake = Fake("Buy milk.")
    heard = await hear(fake.ear(), hints=["Ana", "Buy  milk", "x" * 50, *(f"task number {n}" for n in range(99))])
    assert heard == Heard("Buy milk.", "en", 2.0)
    assert fake.asked[0].prompt.startswith("Ana. Buy milk. task number 0.")
    assert len(fake.asked[0].prompt) <= 400


async def test_a_long_note_is_not_listened_to() -> None:
    fake = Fake("Buy milk.")
    assert await hear(fake.ear(longest=10), ogg(11)) == Heard(seconds=11.0, failed="too_long")
    assert not fake.asked
    assert (await hear(fake.ear(longest=1), b"ID3 of unknown length")).failed == "too_long"


async def test_a_prompt_read_out_is_asked_about_again_without_it() -> None:
    fake = Fake("Ana. Ben. Home.", "Call the bank")
    assert (await hear(fake.ear(), hints=["Ana", "Ben", "Home"])).text == "Call the bank"
    assert [sound.prompt for sound in fake.asked] == ["Ana. Ben. Home.", ""]


@pytest.mark.parametrize("why", ["away", "unclear", "too_long"])
async def test_a_deaf_ear_is_an_answer(why: Any) -> None:
    assert (await hear(Fake(Deaf(why, "said so")).ear())).failed == why


async def test_time_is_limited_and_room_too() -> None:
    assert (await hear(Fake(5.0).ear(timeout=0.02))).failed == "late"
    assert (await hear(Fake(5.0).ear(), seconds=0.02)).failed == "late"
    assert (await hear(Fake(5.0).ear(), seconds=-3)).failed == "late"
    fake = Fake(0.01)
    ear = fake.ear(room=2)
    assert {each.text for each in await asyncio.gather(*(hear(ear) for _ in range(6)))} == {"Buy milk."}
    assert fake.most == 2


class Server:
    """`/v1/audio/transcriptions`, as a test says; `plans` one a request, the last one stays."""

    def __init__(self) -> None:
        self.url = ""
        self.plans: list[Any] = [{"text": "Buy milk."}]
        self.asked: list[dict[str, Any]] = []

    async def handle(self, request: web.Request) -> web.Response:
        form: dict[str, Any] = dict(await request.post())
        form["content"] = form["file"].file.read()
        self.asked.append(form | {"path": request.path, "key": request.headers.get("Authorization")})
        plan = self.plans.pop(0) if len(self.plans) > 1 else self.plans[0]
        if isinstance(plan, int):
            return web.Response(status=plan, text="no")
        return web.Response(text=plan) if isinstance(plan, str) else web.json_response(plan)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    one = Server()
    app = web.Application()
    app.router.add_post("/{path:.*}", one.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.url = site.name
    yield one
    await runner.cleanup()


async def ask(url: str) -> Heard:
    source = Endpoint(url, "whisper-1", "k3y")
    try:
        return await hear(Ear(source.listen, source.prepare, source.close, asyncio.Semaphore(4), 300, 5), hints=["Ana"])
    finally:
        await source.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_PAUSES", (0.0, 0.0))


async def test_an_address_is_asked_as_openai_is(server: Server) -> None:
    segment = {"text": " Buy milk.", "no_speech_prob": 0.01, "avg_logprob": -0.2, "compression_ratio": 1}
    noise = {"text": " Thanks, bye.", "no_speech_prob": 0.99, "avg_logprob": -3, "compression_ratio": 1}
    server.plans = [{"text": "…", "language": "english", "duration": 2.5, "segments": [segment, noise]}]
    assert await ask(server.url) == Heard("Buy milk.", "english", 2.5)
    (form,) = server.asked
    assert form["path"] == "/v1/audio/transcriptions"
    assert form["key"] == "Bearer k3y"
    assert (form["model"], form["response_format"], form["language"]) == ("whisper-1", "verbose_json", "en")
    assert form["prompt"] == "Ana."
    assert (form["file"].filename, form["file"].content_type) == ("note.ogg", "audio/ogg")
    assert form["content"] == ogg(2)


async def test_a_model_that_cannot_say_how_sure_it_is(server: Server) -> None:
    server.plans = [400, {"text": "Buy milk."}]
    assert (await ask(server.url)).text == "Buy milk."
    assert [form["response_format"] for form in server.asked] == ["verbose_json", "json"]


async def test_a_hiccup_passes(server: Server) -> None:
    server.plans = [503, 429, {"text": "Buy milk."}]
    assert (await ask(server.url)).text == "Buy milk."


@pytest.mark.parametrize(
    ("plan", "asked"), [(401, 1), (404, 1), (500, 3), ("<html>", 1), ([1], 1), ({"text": None}, 1), ({"no": 1}, 1)]
)
async def test_what_no_ear_says_is_no_word(server: Server, plan: Any, asked: int) -> None:
    server.plans = [plan]
    assert (await ask(server.url)).failed == "away"
    assert len(server.asked) == asked


async def test_odd_segments_are_passed_over(server: Server) -> None:
    server.plans = [{"text": "Buy milk.", "duration": "2", "language": 5, "segments": [None, {"text": 5}, "x"]}]
    assert await ask(server.url) == Heard("Buy milk.")


async def test_nobody_at_the_address() -> None:
    assert (await ask("http://127.0.0.1:1/v1")).failed == "away"


def test_an_address_may_be_given_in_three_ways() -> None:
    whole = "http://ear:8000/v1/audio/transcriptions"
    for url in ("http://ear:8000", "http://ear:8000/", "http://ear:8000/v1", "http://ear:8000/v1/", whole):
        assert address_of(url) == whole


CHILD = """
    import json, os, sys, time
    print(json.dumps({"why": None}), flush=True)
    while line := sys.stdin.buffer.readline():
        order = json.loads(line)
        content = sys.stdin.buffer.read(order["size"])
        if content == b"hang":
            time.sleep(60)
        if content == b"env":
            content = " ".join(os.environ).encode()
        if content == b"die":
            os._exit(1)
        said = f"{os.getpid()} {order['prompt']} {content.decode()}"
        print(json.dumps({"listened": {"parts": [{"text": said}], "seconds": 1.0}}), flush=True)
"""


@pytest.fixture
async def whisper(tmp_path: Path) -> AsyncIterator[Whisper]:
    script = tmp_path / "child.py"
    script.write_text(textwrap.dedent(CHILD))
    one = Whisper("")
    one._command = (sys.executable, str(script))
    yield one
    await one.close()


def ear_of(whisper: Whisper, timeout: float = 20) -> Ear:
    return Ear(whisper.listen, whisper.prepare, whisper.close, asyncio.Semaphore(1), 300, timeout)


async def test_one_process_hears_note_after_note(whisper: Whisper) -> None:
    ear = ear_of(whisper)
    await whisper.prepare()
    first, second = await asyncio.gather(hear(ear, b"one", hints=["Ana"]), hear(ear, b"two"))
    assert first.text.endswith("Ana. one")
    assert first.text.split()[0] == second.text.split()[0]


async def test_a_process_that_hangs_or_dies_is_replaced(whisper: Whisper) -> None:
    before = (await hear(ear_of(whisper), b"one")).text.split()[0]
    process = whisper._process
    assert process is not None
    assert (await hear(ear_of(whisper, timeout=0.2), b"hang")).failed == "late"
    await process.wait()
    assert (await hear(ear_of(whisper), b"die")).failed == "away"
    after = (await hear(ear_of(whisper), b"one")).text.split()[0]
    assert before != after


async def test_the_process_knows_no_secrets(whisper: Whisper, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL_FILE", "TASKTALK_VOICE_KEY", "WHATSAPP_ACCESS_TOKEN", "HF_HOME"):
        monkeypatch.setenv(name, "x")
    said = (await whisper.listen(Sound(b"env", "", "en", "", 300))).parts[0].text
    assert "HF_HOME" in said
    assert "PATH" in said
    for word in ("SECRET", "DATABASE", "TASKTALK", "WHATSAPP"):
        assert word not in said


@pytest.mark.skipif(find_spec("faster_whisper") is not None, reason="the extra is installed")
async def test_without_the_extra_it_says_what_is_missing() -> None:
    whisper = Whisper("base")
    assert (await hear(ear_of(whisper))).failed == "away"
    with pytest.raises(Deaf, match=r"tasktalk\[voice\]"):
        await whisper.listen(Sound(ogg(2), "", "en", "", 300))
    await whisper.close()


def test_the_settings_choose_the_ear() -> None:
    assert open_ear(Settings()) is None
    assert open_ear(Settings(voice="off", voice_url="http://ear")) is None
    ear = open_ear(Settings(voice_url="http://ear", voice_max_seconds=7))
    assert ear is not None
    assert ear.longest_seconds == 7
    assert open_ear(Settings(voice="base")) is not None
    with pytest.raises(BadSetting, match="TASKTALK_VOICE_URL"):
        open_ear(Settings(voice_url="ear:8000"))
