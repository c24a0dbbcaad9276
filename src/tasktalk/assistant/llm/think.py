"""Asking a model, with nothing open: no transaction, no connection. Whatever it does, a Thought comes back in time."""

import asyncio
import time
import traceback
from collections.abc import Mapping, Sequence

from msgspec import structs

from tasktalk import metrics
from tasktalk.assistant.llm.mind import Mind
from tasktalk.assistant.llm.prompt import write_data
from tasktalk.assistant.llm.question import Failure, Meant, Question, Reason, Thought
from tasktalk.assistant.llm.reader import Reader, Unfit
from tasktalk.assistant.llm.shape import Call, get_shape
from tasktalk.assistant.llm.tools import Decline, read_call
from tasktalk.logs import get_log

log = get_log("assistant.model")

_ROUNDS = 2  # one, and one more to mend what was unfit
_MAX_CALLS = 5
_MAX_OUTPUT = 2000  # tokens, thinking included
_OPERATOR_SECONDS = 60.0  # a key that is refused is not right a second later
_TOO_MANY_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 300.0
_TOO_MANY = 429
_KEY_REFUSED = frozenset({401, 403})
_SERVER_ERROR = 500


async def think(mind: Mind, question: Question) -> Thought:
    """What the model makes of `question`, within its time limit. Never raises, but for being cancelled."""
    state = mind.breaker.state(time.monotonic())
    if state == "open" or (state == "half_open" and mind.testing):
        return _counted(Thought(failed="breaker"), ())
    mind.testing = state == "half_open"
    cost: list[tuple[int, int]] = []
    began = time.monotonic()
    try:
        async with asyncio.timeout(mind.timeout_seconds):
            thought = await _ask(mind, question, cost)
        mind.breaker.succeeded(time.monotonic())
    except TimeoutError:
        thought = _fail(mind, "timeout", "it did not answer in time")
    except Exception as error:  # noqa: BLE001  (whatever a provider's library makes of a stranger's answer)
        thought = _explain(mind, error)
    finally:
        mind.testing = False
        metrics.MODEL_SECONDS.observe(time.monotonic() - began)
    return _counted(thought, cost)


def _counted(thought: Thought, cost: Sequence[tuple[int, int]]) -> Thought:
    into, out = sum(each for each, _ in cost), sum(each for _, each in cost)
    metrics.MODEL_CALLS.labels(thought.failed or ("declined" if thought.declined else "understood")).inc()
    metrics.MODEL_TOKENS.labels("input").inc(into)
    metrics.MODEL_TOKENS.labels("output").inc(out)
    log.info("model_asked", failed=thought.failed, declined=thought.declined, meant=len(thought.meant))
    return structs.replace(thought, requests=len(cost), input_tokens=into, output_tokens=out)


async def _ask(mind: Mind, question: Question, cost: list[tuple[int, int]]) -> Thought:
    from pydantic_ai.direct import model_request  # noqa: PLC0415  (an extra)
    from pydantic_ai.settings import ModelSettings  # noqa: PLC0415

    reader, shape = Reader(question), get_shape(mind.output)
    said = [shape.tell(write_data(question))]
    for _ in range(_ROUNDS):
        cost.append((0, 0))
        response = await model_request(
            mind.model,
            said,
            model_settings=ModelSettings(max_tokens=_MAX_OUTPUT, temperature=0.0),
            model_request_parameters=shape.parameters,
        )
        cost[-1] = (response.usage.input_tokens, response.usage.output_tokens)
        calls = shape.list_calls(response)
        thought, faults = _read(reader, calls)
        if not faults:
            return thought
        log.info("model_unfit", calls=len(calls), faults=sum(map(bool, faults)))
        said += [response, shape.correct(calls, faults)]
    return Thought(failed="unfit")


def _read(reader: Reader, calls: Sequence[Call]) -> tuple[Thought, list[str]]:
    """The thought, and for each call what is wrong with it, "" for nothing; no faults at all: it can be used."""
    meant: list[Meant] = []
    reason: Reason | None = None
    faults: list[str] = []
    if not calls:
        return Thought(), ["Answer with calls of the tools alone."]
    if len(calls) > _MAX_CALLS:
        return Thought(), [f"At most {_MAX_CALLS} calls."] * len(calls)
    for call in calls:
        try:
            tool = read_call(call.name, call.arguments)
            if isinstance(tool, Decline):
                reason = tool.reason
            else:
                meant.append(tool.read(reader))
            faults.append("")
        except Unfit as unfit:
            faults.append(str(unfit))
    if any(faults):
        return Thought(), faults
    return Thought(meant=meant, declined=None if meant else reason), []


def _explain(mind: Mind, error: Exception) -> Thought:
    """Why there is none, and how long to leave it alone. What an error says may quote people, so it is not logged."""
    from pydantic_ai.exceptions import (  # noqa: PLC0415  (an extra)
        ModelAPIError,
        ModelConnectionError,
        ModelHTTPError,
        ModelTimeoutError,
        UnexpectedModelBehavior,
    )

    now = time.monotonic()
    if isinstance(error, ModelHTTPError):
        status = error.status_code
        if status in _KEY_REFUSED:
            mind.breaker.trip(now, f"the key was refused ({status})", _OPERATOR_SECONDS)
        elif status == _TOO_MANY:
            mind.breaker.trip(now, "too many requests", _pause(error.headers))
        else:
            mind.breaker.failed(now, f"it answered {status}")
        return _note(error, "unreachable" if status >= _SERVER_ERROR else "refused", status=status)
    if isinstance(error, ModelTimeoutError):
        return _fail(mind, "timeout", "it did not answer in time")
    if isinstance(error, ModelConnectionError):
        return _fail(mind, "unreachable", "it cannot be reached")
    mind.breaker.failed(now, "its answers cannot be read")
    return _note(error, "unfit" if isinstance(error, ModelAPIError | UnexpectedModelBehavior) else "error")


def _fail(mind: Mind, failure: Failure, reason: str) -> Thought:
    mind.breaker.failed(time.monotonic(), reason)
    log.warning("model_failed", failure=failure)
    return Thought(failed=failure)


def _note(error: Exception, failure: Failure, **more: object) -> Thought:
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.warning(
        "model_failed", failure=failure, error=type(error).__name__, at=f"{place.filename}:{place.lineno}", **more
    )
    return Thought(failed=failure)


def _pause(headers: Mapping[str, str] | None) -> float:
    """Seconds until it wants to be asked again, as its `Retry-After` says, within reason."""
    try:
        wanted = float((headers or {}).get("retry-after", ""))
    except ValueError:
        return _TOO_MANY_SECONDS
    return min(max(wanted, 1.0), _LONGEST_PAUSE_SECONDS) if wanted == wanted else _TOO_MANY_SECONDS  # noqa: PLR0124  (NaN)
