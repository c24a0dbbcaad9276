"""Figures of a time: what was counted when its quarters were over, and what has happened since."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tasktalk.analytics.costs import Charge, Prices, Q, cost_of, list_charges, sum_up
from tasktalk.analytics.periods import HOUR, Hour, Window, whole_days
from tasktalk.analytics.shown import (
    Analytics,
    Averages,
    HourFigures,
    NumberFigures,
    QueueFigures,
    SystemAnalytics,
    Totals,
)
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.phrases import phrase
from tasktalk.queue.control import get_figures

Row = Mapping[str, Any]

_SUMS = ("received", "sent", "delivered", "read", "refused", "failed", "replies", "reply_ms")
_NOTHING = dict.fromkeys(_SUMS, 0)
Sums = dict[str, int]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is asked for. `upto`: what is younger is not counted yet; `fresh`: that, a row a quarter and person."""

    numbers: Sequence[Row]
    window: Window
    upto: datetime
    fresh: Sequence[Row]
    charges: Sequence[Charge]

    @property
    def ids(self) -> list[UUID]:
        return [row["id"] for row in self.numbers]

    @property
    def starts(self) -> list[datetime]:
        return [hour.begins for hour in self.window.hours]

    @property
    def counted(self) -> dict[str, Any]:
        """For queries of what was counted."""
        return {"ids": self.ids, "upto": self.upto, "since": self.window.since, "until": self.window.until}


async def get_analytics(conn: Conn, *, integration_id: UUID, window: Window, prices: Prices) -> Analytics:
    """Of one number. Raises NotFound. Wants a transaction that sees one moment (repeatable read)."""
    numbers = [row async for row in Q.list_numbers(conn) if row["id"] == integration_id]
    if not numbers:
        raise NotFound(phrase("There is no such integration."))
    return Analytics(**await _figures(conn, await _scope(conn, numbers, window, prices), prices))


async def get_system(conn: Conn, *, window: Window, prices: Prices) -> SystemAnalytics:
    """Of all numbers, and the queue. Wants a transaction that sees one moment."""
    scope = await _scope(conn, [row async for row in Q.list_numbers(conn)], window, prices)
    queue = await get_figures(conn)
    return SystemAnalytics(
        **await _figures(conn, scope, prices),
        integrations=await _numbers(conn, scope, prices),
        queue=QueueFigures(
            status=queue.status,
            size=queue.size,
            processing=queue.processing,
            completed=queue.completed,
            failed=queue.failed,
            oldest_seconds=queue.oldest_seconds,
            per_minute=queue.per_minute,
            average_time=queue.average_ms,
            error_rate=queue.error_rate,
            workers=queue.workers,
            memory_mib=queue.memory_mib,
            outbox_waiting=await Q.count_outbox(conn),
        ),
    )


async def _scope(conn: Conn, numbers: Sequence[Row], window: Window, prices: Prices) -> _Scope:
    upto = await Q.get_counted(conn)
    asked = {"ids": [row["id"] for row in numbers], "upto": upto, "since": window.since, "until": window.until}
    fresh = [row async for row in Q.list_fresh(conn, **asked)]
    return _Scope(numbers, window, upto, fresh, await list_charges(conn, **asked, prices=prices))


async def _figures(conn: Conn, scope: _Scope, prices: Prices) -> dict[str, Any]:
    window, starts = scope.window, scope.starts
    sums, slowest = await _hours(conn, scope)
    dead = {
        row["hour"]: row["dead"]
        async for row in Q.list_dead(conn, ids=scope.ids, starts=starts, since=window.since, until=window.until)
    }
    writers = await _writers(conn, scope)
    people = await Q.count_people(
        conn,
        **scope.counted,
        **whole_days(window.since, min(window.until, scope.upto)),
        people=_column(scope.fresh, "person"),
        received=_column(scope.fresh, "received"),
    )
    total = {key: sum(of_hour[key] for of_hour in sums.values()) for key in _SUMS}
    return {
        "since": window.since.astimezone(window.zone),
        "until": window.until.astimezone(window.zone),
        "timezone": window.zone.key,
        "totals": Totals(
            messages_received=total["received"],
            messages_sent=total["sent"],
            messages_delivered=total["delivered"],
            messages_read=total["read"],
            messages_failed=total["failed"],
            unique_users=people["writers"],
            total_conversations=people["people"],
            error_count=total["failed"] + sum(dead.values()),
        ),
        "averages": Averages(
            avg_response_time=_share(total["reply_ms"], total["replies"]),
            avg_messages_per_user=_share(total["received"], people["writers"]),
            avg_conversation_length=_share(total["received"] + total["sent"], people["people"]),
        ),
        "hourly_data": [
            _hour(
                hour,
                sums.get(place, _NOTHING),
                slowest=slowest[place],
                writers=writers[place],
                dead=dead.get(place, 0),
            )
            for place, hour in enumerate(window.hours, 1)
        ],
        "cost": await sum_up(conn, scope.charges, prices=prices, currencies=_column(scope.numbers, "currency")),
    }


async def _hours(conn: Conn, scope: _Scope) -> tuple[dict[int, Sums], Counter[int]]:
    """Sums of each hour by its place, and its slowest reply in milliseconds."""
    starts, sums, slowest = scope.starts, defaultdict[int, Sums](_NOTHING.copy), Counter[int]()
    rows = [(row["hour"], row) async for row in Q.list_hours(conn, starts=starts, **scope.counted)]
    rows += [(bisect_right(starts, row["quarter"]), row) for row in scope.fresh]
    for place, row in rows:
        for key in _SUMS:
            sums[place][key] += row[key]
        slowest[place] = max(slowest[place], row["slowest_ms"])
    return sums, slowest


async def _writers(conn: Conn, scope: _Scope) -> Counter[int]:
    """How many people wrote in each hour, by its place. Most were counted when the hour was over."""
    hours, starts = scope.window.hours, scope.starts
    places = {begins: place for place, begins in enumerate(starts, 1)}
    whole = {each.begins for each in hours if each.ends - each.begins == HOUR and each.ends <= scope.upto}
    rows = Q.list_whole_writers(conn, ids=scope.ids, hours=list(whole))
    found = Counter({places[row["beginning"]]: row["writers"] async for row in rows})
    odd = [each for each in hours if each.begins not in whole]
    if odd:
        fresh = [row for row in scope.fresh if row["received"]]
        rows = Q.list_odd_writers(
            conn,
            ids=scope.ids,
            starts=starts,
            odd=[places[each.begins] for each in odd],
            upto=scope.upto,
            since=odd[0].begins,
            until=odd[-1].ends,
            quarters=_column(fresh, "quarter"),
            people=_column(fresh, "person"),
        )
        found.update({row["hour"]: row["writers"] async for row in rows})
    return found


async def _numbers(conn: Conn, scope: _Scope, prices: Prices) -> list[NumberFigures]:
    sums = defaultdict[UUID, Sums](_NOTHING.copy)
    for row in [row async for row in Q.list_number_sums(conn, **scope.counted)] + list(scope.fresh):
        for key in ("received", "sent", "failed"):
            sums[row["integration_id"]][key] += row[key]
    return [
        NumberFigures(
            id=row["id"],
            name=row["name"],
            messages_received=sums[row["id"]]["received"],
            messages_sent=sums[row["id"]]["sent"],
            messages_failed=sums[row["id"]]["failed"],
            currency=row["currency"],
            cost=cost_of((each for each in scope.charges if each.integration_id == row["id"]), prices),
        )
        for row in scope.numbers
    ]


def _hour(hour: Hour, sums: Sums, *, slowest: int, writers: int, dead: int) -> HourFigures:
    errors, handled = sums["failed"] + dead, sums["received"] + sums["sent"] + sums["refused"]
    return HourFigures(
        date=hour.on,
        hour=hour.hour,
        messages_received=sums["received"],
        messages_sent=sums["sent"],
        messages_delivered=sums["delivered"],
        messages_read=sums["read"],
        messages_failed=sums["failed"],
        unique_users=writers,
        avg_response_time=_share(sums["reply_ms"], sums["replies"]),
        max_response_time=slowest,
        error_rate=round(errors / max(handled, errors, 1), 4),
    )


def _column(rows: Iterable[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]


def _share(whole: int, parts: int) -> float:
    return round(whole / parts, 2) if parts else 0.0
