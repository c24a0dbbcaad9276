"""Meta's limits, kept to the letter: of the number, and of one conversation; with a clock that is set by hand."""

import random
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from fake_graph import FakeGraph
from hypothesis import given
from hypothesis import strategies as st
from sender_kit import PACING, add_contacts, answered, has_outcomes, put, rest, sending, set_throughput, states

from product_kit import Product, until
from tasktalk.messaging.pacing import PAIR_BURST, PAIR_DEBT_SECONDS, PAIR_SECONDS, Pairs, Throughput
from tasktalk.messaging.sender import Lane, Q
from tasktalk.sandbox.graph.rates import Rates

ONE = uuid4()
gaps = st.lists(st.floats(0, 400) | st.floats(0, 0.5) | st.just(6.0), min_size=1, max_size=200)


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 5000.0
    seen: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def note(self, text: str, _wamid: str, _opaque: str) -> None:
        self.seen.append((self.now, text))


@pytest.fixture
def clock(graph: FakeGraph) -> Clock:
    one = Clock()
    graph.told = one.note
    return one


def most_in(seconds: float, times: list[float]) -> int:
    """The most of `times` that lie within `seconds` of each other."""
    return max(sum(start <= time < start + seconds for time in times) for start in times)


@given(gaps)
def test_what_a_conversation_may_get_meta_takes(waits: list[float]) -> None:
    pairs, meta, now, times = Pairs(), Rates(), 1000.0, []
    for wait in waits:
        now += wait
        if not pairs.list_held(now):
            meta.check_pair("447700900123", now=now)
            pairs.charge(ONE, now)
            times.append(now)
    assert most_in(PAIR_SECONDS, times) <= PAIR_BURST
    assert most_in(3600, times) <= 600 + PAIR_BURST


def test_a_conversation_gets_all_that_meta_takes() -> None:
    """45 at once, then one in six seconds; and 45 again when all is paid."""
    pairs, now = Pairs(), 1000.0
    for _ in range(PAIR_BURST):
        assert not pairs.list_held(now)
        pairs.charge(ONE, now)
    for _ in range(10):
        assert pairs.list_held(now + 5.99) == [ONE]
        assert pairs.seconds_to_next(now) == pytest.approx(6)
        now += 6
        assert not pairs.list_held(now)
        pairs.charge(ONE, now)
    now += PAIR_DEBT_SECONDS
    for _ in range(PAIR_BURST):
        assert not pairs.list_held(now)
        pairs.charge(ONE, now)
    assert pairs.list_held(now) == [ONE]


@given(st.sampled_from([20, 80, 1000]), st.lists(st.floats(0, 0.2), min_size=1, max_size=100))
def test_no_second_has_more_than_the_number_may_send(per_second: int, waits: list[float]) -> None:
    bucket, now, times = Throughput(per_second), 1000.0, []
    for wait in waits:
        now += wait
        free = bucket.count_free(now, most=500)
        bucket.spend(free)
        times += [now] * free
    assert not times or most_in(1.0, times) <= per_second


def test_the_number_is_used_to_the_full() -> None:
    bucket, sent = Throughput(80), 0
    for step in range(1000):
        free = bucket.count_free(1000 + step / 100, most=500)
        bucket.spend(free)
        sent += free
    assert sent >= 0.94 * 800


def answer(bucket: Throughput, now: float, *, accepted: int, refused: int) -> None:
    for _ in range(accepted):
        bucket.accepted()
    for _ in range(refused):
        bucket.refused(now)


def test_refused_it_halves_once_a_second_and_recovers() -> None:
    bucket = Throughput(1000)
    bucket.count_free(1000.0, most=1)
    answer(bucket, 1000.0, accepted=0, refused=20)
    assert bucket.rate == 500
    assert bucket.count_free(1000.0, most=9) == 0
    answer(bucket, 1000.9, accepted=20, refused=20)
    assert bucket.rate == 500
    answer(bucket, 1001.0, accepted=0, refused=1)
    assert bucket.rate == 250
    bucket.count_free(1005.0, most=1)
    assert bucket.rate == pytest.approx(400)
    bucket.count_free(1020.0, most=1)
    assert bucket.rate == 1000


def test_refused_now_and_then_it_is_a_little_slower() -> None:
    bucket = Throughput(80)
    answer(bucket, 1000.0, accepted=8, refused=2)
    assert bucket.rate == pytest.approx(72)
    for second in range(1, 20):
        answer(bucket, 1000.0 + second, accepted=8, refused=1)
    assert bucket.rate >= 40


def test_while_some_get_through_it_is_as_fast_as_the_slowest_number() -> None:
    """And when none do, it comes down to one a second, and stands still at no time."""
    bucket = Throughput(80)
    for second in range(10):
        answer(bucket, 1000.0 + second, accepted=1, refused=1)
    assert bucket.rate == 20
    for second in range(10, 20):
        answer(bucket, 1000.0 + second, accepted=0, refused=1)
    assert bucket.rate == 1
    assert bucket.seconds_to_free(1019.0) < 2.2


async def settle(product: Product, graph: FakeGraph, clock: Clock, lane: Lane, *, seconds: float = 0) -> None:
    """Let so many seconds go by, and whatever may leave then leave."""
    clock.now += seconds
    lane.wake.set()
    mark = f"mark {len(graph.asked)}"
    await put(product, mark, to=product.ben)
    await until(lambda: _has(graph, mark))


async def _has(graph: FakeGraph, text: str) -> bool:
    return text in graph.carried_out


def to_ana(graph: FakeGraph) -> list[str]:
    return [text for text in graph.carried_out if text.startswith("ana")]


async def test_45_at_once_then_one_in_six_seconds_in_order(product: Product, graph: FakeGraph, clock: Clock) -> None:
    """Whoever else is written to meanwhile does not wait for that."""
    await set_throughput(product, 100_000)
    texts = [f"ana {number}" for number in range(50)]
    async with sending(product, graph, clock=clock) as lane:
        await put(product, *texts)
        await until(lambda: answered(graph, 45))
        await settle(product, graph, clock, lane, seconds=5.9)
        assert to_ana(graph) == texts[:45]
        clock.now += 0.1
        for number in range(46, 51):
            lane.wake.set()
            await until(lambda number=number: _has(graph, f"ana {number - 1}"))
            await settle(product, graph, clock, lane, seconds=5.9)
            assert len(to_ana(graph)) == number
            clock.now += 0.1
    assert to_ana(graph) == texts
    meta = Rates()
    for at, text in clock.seen:
        if text.startswith("ana"):
            meta.check_pair("447700900123", now=at)  # raises where Meta would refuse


async def test_what_is_owed_outlives_the_worker(product: Product, graph: FakeGraph, clock: Clock) -> None:
    await set_throughput(product, 100_000)
    async with sending(product, graph, clock=clock):
        await put(product, *(f"ana {number}" for number in range(47)))
        await until(lambda: answered(graph, 45))
    async with sending(product, graph, clock=clock) as lane:
        await settle(product, graph, clock, lane)
        assert len(to_ana(graph)) == 45
        clock.now += 6.0
        lane.wake.set()
        await until(lambda: _has(graph, "ana 45"))
        await settle(product, graph, clock, lane)
        assert len(to_ana(graph)) == 46


@pytest.mark.parametrize("seed", range(4))
async def test_debts_are_read_as_they_were_counted(product: Product, seed: int) -> None:
    """What was sent more than an hour ago may have left the most that can be owed."""
    chance = random.Random(seed)
    many = [0.0, *(chance.uniform(0, 3500) for _ in range(chance.choice([3, 40, 300])))]
    [sent] = await put(product, "hello")
    await product.pool.execute(
        "insert into attempts (outbox_id, number, started_at, finished_at, outcome) "
        "select $1, n, now() - ago * interval '1 s', now() - ago * interval '1 s', "
        "       case when n % 2 = 0 then 'accepted' else 'unknown' end "
        "from unnest($2::float8[]) with ordinality as t (ago, n)",
        sent,
        many,
    )
    await product.pool.execute(
        "insert into attempts select $1, 9999, now(), now(), 'retry', 400, 130429, 'not sent'", sent
    )
    expected, now = PAIR_DEBT_SECONDS - 3600, 0.0
    for ago in sorted(many, reverse=True):
        expected = max(expected, now - ago) + PAIR_SECONDS
    async with product.pool.acquire() as conn:
        debts = Q.list_debts(
            conn, integration_id=product.integration_id, a_message=PAIR_SECONDS, most=PAIR_DEBT_SECONDS
        )
        [debt] = [row["seconds"] async for row in debts]
    assert debt == pytest.approx(expected, abs=1)


async def test_too_fast_for_meta_waits_alone_and_keeps_its_place(
    product: Product, graph: FakeGraph, clock: Clock
) -> None:
    """However long: 4^n seconds, by what Meta said before."""
    graph.plans["ana 0"] = [(400, 131056)] * 4
    async with sending(product, graph, clock=clock) as lane:
        (first, _) = await put(product, "ana 0", "ana 1")
        for tries, seconds in enumerate((1, 4, 16, 64), 1):
            await until(lambda tries=tries: has_outcomes(product, first, tries))
            wait = "select extract(epoch from next_try_at - now())::float8 from outbox where id = $1"
            assert seconds - 1 < await product.pool.fetchval(wait, first) <= seconds
            await settle(product, graph, clock, lane)
            assert not to_ana(graph)
            await product.pool.execute("update outbox set next_try_at = now() where id = $1", first)
            clock.now += seconds
            lane.wake.set()
        await until(lambda: _has(graph, "ana 1"))
    assert to_ana(graph) == ["ana 0", "ana 1"]


async def test_too_fast_for_meta_all_that_is_for_them_waits(product: Product, graph: FakeGraph) -> None:
    """Over a restart too; what was put earlier as well."""
    (_, second, _) = await put(product, "ana 0", "ana 1", "ana 2")
    await product.pool.execute(
        "update outbox set next_try_at = now() + interval '5 minutes', error_code = 131056 where id = $1", second
    )
    async with sending(product, graph):
        await put(product, "ben", to=product.ben)
        await until(states(product, "waiting", "waiting", "waiting", "accepted"))


async def test_the_number_s_rate_is_kept(product: Product, graph: FakeGraph, clock: Clock) -> None:
    contacts = await add_contacts(product, 12)
    for contact_id in contacts:
        await put(product, f"to {contact_id}", to=contact_id)
    async with sending(product, graph, clock=clock) as lane:
        await until(lambda: answered(graph, 4))
        for seconds, messages in ((0.0, 4), (0.01, 4), (0.01, 5), (0.06, 9)):
            clock.now += seconds
            lane.wake.set()
            await until(lambda messages=messages: answered(graph, messages))
            await rest(lane)
            assert len(graph.asked) == messages
        clock.now += 0.1
        await until(states(product, *["accepted"] * 12))


async def test_told_to_slow_down_it_does_and_the_breaker_stays_closed(
    product: Product, graph: FakeGraph, clock: Clock
) -> None:
    graph.plans["hello"] = [(429, 130429)]
    async with sending(product, graph, clock=clock) as lane:
        (sent,) = await put(product, "hello")
        await until(lambda: has_outcomes(product, sent, 1))
        assert lane.conduct.throughput.rate == 40
        assert lane.breaker.closed
        clock.now += 1
        await until(states(product, "accepted"))
    assert graph.asked == ["hello", "hello"]


async def test_told_how_long_it_waits_so_long(product: Product, graph: FakeGraph, clock: Clock) -> None:
    graph.plans["hello"] = [(429, 130429)]
    graph.headers = {"Retry-After": "20"}
    async with sending(product, graph, clock=clock) as lane:
        (sent,) = await put(product, "hello")
        await until(lambda: has_outcomes(product, sent, 1))
        await put(product, "ben", to=product.ben)
        await product.pool.execute("update outbox set next_try_at = now() where id = $1", sent)
        for seconds in (10, 9.9):
            clock.now += seconds
            await rest(lane)
            assert graph.asked == ["hello"]
        clock.now += 0.1
        lane.wake.set()
        await until(states(product, "accepted", "accepted"))


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"X-App-Usage": '{"call_count": 91, "total_time": 2, "total_cputime": 1}'}, 0),
        (
            {
                "X-Business-Use-Case-Usage": '{"201": [{"type": "whatsapp", "call_count": 95, "total_cputime": 5, '
                '"total_time": 6, "estimated_time_to_regain_access": 3}]}'
            },
            180,
        ),
    ],
)
async def test_it_slows_down_before_its_allowance_is_used_up(
    product: Product, graph: FakeGraph, clock: Clock, headers: dict[str, str], pause: float
) -> None:
    graph.headers = headers
    async with sending(product, graph, clock=clock) as lane:
        await put(product, "hello")
        await until(states(product, "accepted"))
        assert lane.conduct.throughput.rate == 40
        assert lane.conduct.throughput.seconds_to_free(clock.now) == pytest.approx(pause, abs=0.1)


async def test_without_limits_nothing_is_paced(product: Product, graph: FakeGraph, clock: Clock) -> None:
    """All while the clock stands still."""
    texts = [f"ana {number}" for number in range(60)]
    pacing = type(PACING)(8, 5, 0.4, limited=False)
    async with sending(product, graph, clock=clock, pacing=pacing):
        await put(product, *texts)
        await until(states(product, *["accepted"] * 60))
    assert graph.carried_out == texts


async def test_replies_go_before_notices_before_digests_and_nothing_starves(product: Product, graph: FakeGraph) -> None:
    await set_throughput(product, 100_000)
    contacts = iter(await add_contacts(product, 60))
    for kind, name, rank in (("notice", "digest", 2), ("notice", "notice", None), ("reply", "reply", None)):
        for number in range(20):
            await put(product, f"{name} {number}", to=next(contacts), kind=kind, rank=rank)
    async with sending(product, graph, pacing=type(PACING)(1, 5, 0.4)):
        await until(states(product, *["accepted"] * 60))
    turns = "".join(text[0] for text in graph.asked)
    assert turns[:24] == "rrrnrrrd" * 3
    assert "r" not in turns[27:]
    assert turns[: turns.rindex("n")].count("d") == 5
    for name in ("digest", "notice", "reply"):
        assert [text for text in graph.asked if text.startswith(name)] == [f"{name} {number}" for number in range(20)]


async def test_a_conversation_keeps_its_order_and_is_as_urgent_as_its_most_urgent(
    product: Product, graph: FakeGraph
) -> None:
    contacts: list[UUID] = await add_contacts(product, 3)
    for number, contact_id in enumerate(contacts):
        await put(product, f"other {number}", to=contact_id, kind="notice", rank=2)
    await put(product, "ana digest", kind="notice", rank=2)
    await put(product, "ana notice", kind="notice")
    await put(product, "ana reply")
    async with sending(product, graph, pacing=type(PACING)(1, 5, 0.4)):
        await until(states(product, *["accepted"] * 6))
    # While an answer is written down, somebody else has the turn.
    assert graph.asked[::2] == ["ana digest", "ana notice", "ana reply"]
