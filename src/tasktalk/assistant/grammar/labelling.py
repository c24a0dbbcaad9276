"""Commands that file a task under a label: "add the label money to 2", "tag gym with sport"."""

from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Target


@reads("add_label")
def _add_label(order: Order) -> Intent | None:
    """Read what speaks of a label by that word, so that the task may be one that is not known."""
    return _labelled(order, order.target())


@reads("label_as")
def _label_as(order: Order) -> Intent | None:
    """Read "tag gym with money", where such a task is open: one tags photos, too."""
    return _labelled(order, order.known_target())


def _labelled(order: Order, target: Target | None) -> Intent | None:
    labels = list_labels(order)
    if not labels or target is None or order.only_time(order["labels"] or ""):  # "tag it tomorrow"
        return None
    return Intent(intent="update_task", confidence=LIKELY, target=target, labels=labels)


def list_labels(order: Order) -> tuple[str, ...]:
    """The labels it names, known ones in their own spelling; none where one is a whole phrase, or a person's name."""
    said = [name.strip(" @*.\"'“”«»„") for name in order.book.people_joins.split(order["labels"] or "")]
    known = {fold(label): label for label in order.context.labels}
    people = {fold(person) for person in order.context.people}
    labels = tuple(known.get(fold(name), name) for name in said if name)
    whole = all(fold(label) in known or " " not in label for label in labels)
    return labels if whole and not people & set(map(fold, labels)) else ()
