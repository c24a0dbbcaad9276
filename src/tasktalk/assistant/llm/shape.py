"""How a model hands its calls over: as tool calls, or, where a server knows none, as one JSON object by a schema."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from tasktalk.assistant.llm.prompt import ORDERS
from tasktalk.assistant.llm.tools import TOOLS, Tool

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import ModelRequestParameters


class Call(NamedTuple):
    """One call; `arguments` as JSON or decoded."""

    name: str
    arguments: str | Mapping[str, Any] | None
    id: str = ""


class Shape(Protocol):
    """What is sent to a model, and how its answer is taken apart."""

    parameters: "ModelRequestParameters"

    def tell(self, text: str) -> "ModelMessage":
        """The user turn, with our orders."""

    def list_calls(self, response: "ModelResponse") -> list[Call]:
        """What it wants done; nothing where it only talks."""

    def correct(self, calls: Sequence[Call], faults: Sequence[str]) -> "ModelMessage":
        """Tells it what was wrong with each call."""


@cache
def get_shape(output: Literal["tools", "json"]) -> Shape:
    """One of the two, made once."""
    return _Tools() if output == "tools" else _Json()


class _Tools:
    def __init__(self) -> None:
        from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415  (an extra)
        from pydantic_ai.tools import ToolDefinition  # noqa: PLC0415

        tools = [
            ToolDefinition(name=name, parameters_json_schema=_schema(tool), description=_describe(tool), strict=False)
            for name, tool in TOOLS.items()
        ]
        self.parameters = ModelRequestParameters(function_tools=tools, allow_text_output=False)

    def tell(self, text: str) -> "ModelMessage":
        return _user(text, ORDERS)

    def list_calls(self, response: "ModelResponse") -> list[Call]:
        return [Call(call.tool_name, call.args, call.tool_call_id) for call in response.tool_calls]

    def correct(self, calls: Sequence[Call], faults: Sequence[str]) -> "ModelMessage":
        from pydantic_ai.messages import ModelRequest, ToolReturnPart  # noqa: PLC0415  (an extra)

        if not calls:
            return self.tell(faults[0])
        parts = [
            ToolReturnPart(call.name, f"{fault or 'Right.'} Nothing is done yet: make all the calls again.", call.id)
            for call, fault in zip(calls, faults, strict=True)
        ]
        return ModelRequest(parts=parts, instructions=ORDERS)


class _Json:
    """`{"calls": [{"tool": …, "arguments": {…}}]}`."""

    def __init__(self) -> None:
        from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415  (an extra)
        from pydantic_ai.output import OutputObjectDefinition  # noqa: PLC0415

        schemas = {name: _schema(tool) for name, tool in TOOLS.items()}
        definitions: dict[str, Any] = {}
        for schema in schemas.values():
            definitions |= schema.pop("$defs", {})
        calls = [_object(tool={"const": name, "type": "string"}, arguments=each) for name, each in schemas.items()]
        schema = _object(calls={"type": "array", "minItems": 1, "maxItems": 5, "items": {"anyOf": calls}})
        self.parameters = ModelRequestParameters(
            output_mode="native",
            output_object=OutputObjectDefinition({**schema, "$defs": definitions}, name="calls", strict=False),
        )
        tools = "\n".join(f"- {name}: {_describe(tool)}" for name, tool in TOOLS.items())
        self._orders = (
            f'{ORDERS}\nAnswer with JSON alone: {{"calls":[{{"tool":…,"arguments":{{…}}}}]}}. Tools:\n{tools}'
        )

    def tell(self, text: str) -> "ModelMessage":
        return _user(text, self._orders)

    def list_calls(self, response: "ModelResponse") -> list[Call]:
        try:
            found = json.loads(response.text or "")
            return [Call(str(call["tool"]), call["arguments"]) for call in found["calls"]]
        except (ValueError, RecursionError, KeyError, TypeError):
            return []

    def correct(self, calls: Sequence[Call], faults: Sequence[str]) -> "ModelMessage":
        wrong = "\n".join(f"{call.name[:60]}: {fault}" for call, fault in zip(calls, faults, strict=False) if fault)
        return self.tell(f"Nothing is done yet. {wrong or faults[0]}\nAnswer again, with all the calls.")


def _user(text: str, orders: str) -> "ModelMessage":
    from pydantic_ai.messages import ModelRequest, UserPromptPart  # noqa: PLC0415  (an extra)

    return ModelRequest(parts=[UserPromptPart(text)], instructions=orders)


def _schema(tool: type[Tool]) -> dict[str, Any]:
    """Without what says the same twice."""
    return {key: value for key, value in tool.model_json_schema().items() if key not in {"title", "description"}}


def _describe(tool: type[Tool]) -> str:
    return " ".join((tool.__doc__ or "").split())


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
