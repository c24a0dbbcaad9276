"""Any model that pydantic-ai knows, or any server that speaks OpenAI's protocol. Imported where one is configured."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from tasktalk.settings import BadSetting

MAX_ANSWER = 1 << 20  # bytes; a reading is a few hundred
_OPENAI = "https://api.openai.com/v1"


def open_model(name: str, *, url: str, key: str | None, timeout: float) -> Model:
    """`provider:model`, or with an address the model's name there. Raises BadSetting, or ImportError for an extra."""
    if url:
        if not url.startswith(("http://", "https://")):
            raise BadSetting("TASKTALK_MODEL_URL does not begin with http:// or https://")
        client = _client(url, key or "none", timeout)
        name = name.removeprefix("openai:")
        return OpenAIChatModel(name, provider=OpenAICompatibleProvider("model", openai_client=client))
    if ":" not in name:
        raise BadSetting("TASKTALK_MODEL names no provider, as in `openai:NAME`, and TASKTALK_MODEL_URL is not set")

    def open_provider(provider: str) -> Provider[Any]:
        if provider in {"openai", "openai-chat"} and key:
            return OpenAIProvider(openai_client=_client(_OPENAI, key, timeout))
        return infer_provider_class(provider)(api_key=key) if key else infer_provider(provider)  # type: ignore[call-arg]

    try:
        return infer_model(name.replace("openai:", "openai-chat:", 1), provider_factory=open_provider)
    except (UserError, ValueError, TypeError) as error:
        raise BadSetting(f"TASKTALK_MODEL cannot be used: {error}") from error


def _client(url: str, key: str, timeout: float) -> AsyncOpenAI:
    """Without retries: the breaker decides about those. So no connection is kept either, for a stale one would fail."""
    limits = httpx2.Limits(max_keepalive_connections=0)
    http = httpx2.AsyncClient(timeout=timeout, limits=limits, event_hooks={"response": [_bound]})
    return AsyncOpenAI(base_url=url, api_key=key, timeout=timeout, max_retries=0, http_client=http)


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends in an error when it is too long."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MAX_ANSWER:
                raise httpx2.ReadError("the answer goes on and on")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)
