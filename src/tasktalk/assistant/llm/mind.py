"""The model that is configured, if one is: what to ask, how long, how often, and whether it answers these days."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tasktalk.queue.breaker import Breaker
from tasktalk.settings import BadSetting, Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_MISSING = (
    "TASKTALK_MODEL is set, but what it needs is not installed ({error}). Install it with "
    "`.venv/bin/python -m pip install --require-hashes -r requirements/model.lock`, or the extra `model`; "
    "providers other than OpenAI's need an extra of pydantic-ai-slim"
)


@dataclass(slots=True)
class Mind:
    """A model and its limits. Requests and tokens are of one person on one day of theirs."""

    model: "Model"
    output: Literal["tools", "json"] = "tools"
    timeout_seconds: float = 20.0
    requests_per_day: int = 100
    tokens_per_day: int = 500_000
    breaker: Breaker = field(default_factory=Breaker)
    testing: bool = False  # half-open: one call is under way, and no other


def open_mind(settings: Settings) -> Mind | None:
    """What the settings name; None: there is none, and nothing of it is loaded. Raises BadSetting."""
    if not settings.model:
        return None
    try:
        from tasktalk.assistant.llm.providers import open_model  # noqa: PLC0415  (an extra, and a second to load)

        key = settings.model_key.get_secret_value() if settings.model_key else None
        model = open_model(settings.model, url=settings.model_url, key=key, timeout=settings.model_timeout_seconds)
    except ImportError as error:
        raise BadSetting(_MISSING.format(error=error.name or "a package")) from error
    return Mind(
        model,
        settings.model_output,
        settings.model_timeout_seconds,
        settings.model_requests_per_day,
        settings.model_tokens_per_day,
    )
