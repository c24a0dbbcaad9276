"""Commands that add to a task: "add a subtask buy flour to bake the cake", "subtask: buy flour"."""

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.intents import as_intent
from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.understanding import Intent


@reads("add_subtask")
def _add_subtask(order: Order) -> Intent | None:
    """The new task, whose target is what it is to be a part of: the one in focus where none is named."""
    target = order.known_target()  # "add subtask support to the app" is a task
    draft = capture(order["text"] or "", order.context, order.engine, order.book).draft
    if target is None or not draft.title:
        return None
    return structs.replace(as_intent(draft, LIKELY), target=target, spans=())
