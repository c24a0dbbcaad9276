"""Commands about the person's own settings and files: zone, language, digest, quiet hours, notifications, exports."""

from tasktalk.assistant.grammar.orders import LIKELY, READERS, SURE, Order, Reader, reads
from tasktalk.assistant.grammar.reading import read_slots
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Query, Settings


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


def _by_email(on: bool) -> Reader:  # noqa: FBT001  (on or off is all there is)
    def read(_order: Order) -> Intent:
        return Intent(intent="settings", confidence=LIKELY, settings=Settings(by_email=on))

    return read


READERS["email_off"] = _by_email(on=False)
READERS["email_on"] = _by_email(on=True)
READERS["budget_off"] = _no("monthly_messages")


@reads("budget")
def _budget(order: Order) -> Intent | None:
    """Read "at most 50 messages a month"."""
    most = int(order["count"] or 0)
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(monthly_messages=most)) if most else None


@reads("export_as")
def _export(order: Order) -> Intent | None:
    """Read "export #Home as pdf"; "export the report" is something to do, unless there is such a project."""
    said = (order["project"] or "").strip(" .\"'“”")
    name = said.removeprefix("#")
    known = next((each for each in order.context.projects if fold(each) == fold(name)), None)
    if said and known is None and not said.startswith("#"):
        return None
    format_ = {"excel": "csv"}.get(named := fold(order["format"] or ""), named)
    query = Query(text=format_) if format_ else None
    return Intent(intent="settings", confidence=SURE, action="export", project=known or name or None, query=query)


def _files(kind: str) -> Reader:
    def read(order: Order) -> Intent | None:
        target = order.known_target()
        query = Query(text=kind)
        return (
            Intent(intent="list_tasks", confidence=LIKELY, target=target, query=query, action="files")
            if target
            else None
        )

    return read


for _kind in ("file", "photo", "voice"):
    READERS[f"show_{_kind}"] = _files(_kind)
