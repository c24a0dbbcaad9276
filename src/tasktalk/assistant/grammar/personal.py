"""Commands about the person's own settings: zone, language, digest, quiet hours, notifications."""

from tasktalk.assistant.grammar.orders import LIKELY, READERS, Order, Reader, reads
from tasktalk.assistant.grammar.reading import read_slots
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Settings


@reads("timezone")
def _timezone(order: Order) -> Intent:
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(timezone=(order["text"] or "").strip(" .")))


@reads("language")
def _language(order: Order) -> Intent | None:
    code = order.book.slots["languages"].get(fold(order["language"] or ""))
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(language=code)) if code else None


@reads("digest")
def _digest(order: Order) -> Intent | None:
    slots = order.when() or order.only_time(f"{order.book.at} {order['when']}")
    if slots is None or slots.due is None or slots.due.time is None:
        return None
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(digest_time=slots.due.time))


@reads("quiet")
def _quiet(order: Order) -> Intent | None:
    hours = []
    for name in ("from", "to"):
        words = order[name] or ""
        slots = read_slots(f"{order.book.at} {words}", order.context, order.engine, keep_time_alone=True)
        if slots.due is None or slots.due.time is None:
            return None
        # "from 10 to 7" is a night: the evening hour first
        hour, minute = map(int, slots.due.time.split(":"))
        bare = words.strip().isdigit()
        if bare and name == "from" and 6 <= hour < 12:  # noqa: PLR2004
            hour += 12
        if bare and name == "to" and 12 < hour < 24 and int(words) < 12:  # noqa: PLR2004
            hour -= 12
        hours.append(f"{hour:02}:{minute:02}")
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(quiet_hours=tuple(hours)))


def _no(setting: str) -> Reader:
    def read(_order: Order) -> Intent:
        return Intent(intent="settings", confidence=LIKELY, settings=Settings(), clear=(setting,))

    return read


READERS["quiet_off"] = _no("quiet_hours")
READERS["digest_off"] = _no("digest_time")


def _notify(on: bool) -> Reader:  # noqa: FBT001  (on or off is all there is)
    def read(_order: Order) -> Intent:
        return Intent(intent="settings", confidence=LIKELY, settings=Settings(notifications=on))

    return read


READERS["notifications_off"] = _notify(on=False)
READERS["notifications_on"] = _notify(on=True)
