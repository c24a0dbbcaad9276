"""The table: on the terminal, and with `--write` in docs/reference/performance.md."""

from pathlib import Path
from statistics import median

from rich.table import Table

from bench.e2e import EndToEnd
from bench.intake import Intake
from bench.latency import Latency
from bench.pages import PAGES, Pages
from bench.reminders import Reminders
from bench.row import Row
from bench.start import Start
from bench.tasks import LISTS, Tasks
from bench.traffic import Traffic

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
_BEGIN, _END = "<!-- figures: written by `make bench ARGS=--write` -->", "<!-- end of figures -->"


_LIST_MS = 30
_OPERATOR_MS = 300
_PAGE_MS = 50


def intake_rows(found: Intake) -> list[Row]:
    """Requests a second, latency, and whether what was acknowledged is there."""
    rows = [
        Row(
            f"Intake, {side.name}",
            f"{side.rate:,.0f} requests/s (runs: {', '.join(f'{rate:,.0f}' for rate in side.rates)}); "
            f"p50 {median(side.p50s):.1f} ms, p99 {median(side.p99s):.1f} ms",
        )
        for side in found.sides
    ]
    for peer in found.peers:
        ratio = found.ratio(peer)
        rows.append(Row(f"Intake, times {peer.name}", f"{ratio:.2f}", "≥ 3", ratio >= 3))
    load = ", ".join(
        f"{side.load_cpu / side.acknowledged * 1e6:.0f} µs a request of {side.name}" for side in found.sides
    )
    rows.append(Row("Intake, processor of the load itself", load))
    handled = ", ".join(f"{side.handled:,} of {side.acknowledged:,}" for side in found.peers)
    rows.append(Row("Intake, acknowledged and seen by pywa's handler", handled))
    refused = sum(side.refused for side in found.sides)
    rows.append(Row("Intake, answers other than 200", f"{refused}", "0", not refused))
    kept = f"{found.lost} of {found.tasktalk.acknowledged:,}"
    rows.append(Row("Intake, acknowledged but not stored", kept, "0", not found.lost))
    return rows


def e2e_rows(found: EndToEnd) -> list[Row]:
    """Messages a second, one reply each, and where the time went."""
    busiest = sorted(found.cpu_seconds.items(), key=lambda entry: -entry[1])
    used = ", ".join(f"{name} {seconds:.1f}" for name, seconds in busiest if seconds > 0.05)
    each = sum(found.cpu_seconds.values()) * 1000 / found.messages
    wrong = found.missing + found.doubled + found.failed
    return [
        Row(
            f"End to end, {found.messages:,} messages of {found.people} people",
            f"{found.rate:,.0f} messages/s ({found.seconds:.1f} s; posted within {found.posted_seconds:.1f} s)",
            "≥ 400",
            found.rate >= 400,
        ),
        Row(
            "End to end, not exactly one reply",
            f"{found.missing} missing, {found.doubled} doubled, {found.failed} failed",
            "0",
            not wrong,
        ),
        Row("End to end, processor seconds", f"{used}; {each:.2f} ms a message"),
    ]


def latency_rows(found: Latency) -> list[Row]:
    """Percentiles from the webhook and from the thumb to the reply on the phone."""

    def line(*, webhook: bool) -> str:
        return ", ".join(f"p{percent} {found.ms(percent, webhook=webhook):.0f} ms" for percent in (50, 95, 99))

    good = found.ms(50, webhook=True) <= 60 and not found.missing
    missing = f"; {found.missing} missing" if found.missing else ""
    return [
        Row(f"Webhook to reply at {found.per_second}/s", line(webhook=True) + missing, "p50 ≤ 60 ms", good),
        Row(f"Phone to reply at {found.per_second}/s", line(webhook=False)),
    ]


def tasks_rows(found: Tasks) -> list[Row]:
    """Lists by who asks and over how many connections, the batch, the yardstick, reminders."""
    rows = []
    for name in LISTS:
        for much in (False, True):
            who = f"{found.own(much=much):,} tasks of their own"
            each = [(found.ms(name, n, 50, much=much), found.ms(name, n, 95, much=much)) for n in (1, 4)]
            figure = f"p50 {each[0][0]:.0f} ms, p95 {each[0][1]:.0f} ms; by four at once p50 {each[1][0]:.0f} ms, "
            figure += f"p95 {each[1][1]:.0f} ms"
            rows.append(Row(f"Tasks, {name}, {who}", figure, "p95 ≤ 30 ms", each[0][1] <= _LIST_MS))
    slowest = max(found.batch_seconds)
    made = f"{median(found.batch_seconds):.2f} s (slowest {slowest:.2f} s)"
    rows.append(Row("Tasks, 1,000 created in a batch", made, "≤ 1 s", slowest <= 1))
    if found.yardstick:
        for much in (False, True):
            who = f"{found.own(much=much):,} tasks"
            ours, theirs = median(found.yardstick.ours[much]), median(found.yardstick.orm[much])
            figure = f"{theirs / ours:.1f} ({theirs:.1f} ms; ours {ours:.1f} ms)"
            rows.append(
                Row(f"Tasks, list in one process, times SQLAlchemy's ORM, {who}", figure, "≥ 1", theirs >= ours)
            )
    return rows + (_reminder_rows(found.rings) if found.rings else [])


def pages_rows(found: Pages) -> list[Row]:
    """A row a page, of who has little and who has much."""
    rows = []
    for name in PAGES:
        each = [
            f"{found.own(much=much):,} tasks p50 {found.ms(name, 50, much=much):.0f} ms, "
            f"p95 {found.ms(name, 95, much=much):.0f} ms"
            for much in (False, True)
        ]
        slowest = max(found.ms(name, 95, much=much) for much in (False, True))
        rows.append(Row(f"Page, {name}", "; ".join(each), "p95 ≤ 50 ms", slowest <= _PAGE_MS))
    return rows


def traffic_rows(found: Traffic) -> list[Row]:
    """What an operator asks of a month."""
    rows = []
    for name in found.took:
        slow = found.ms(name, 95)
        figure = f"p50 {found.ms(name, 50):.0f} ms, p95 {slow:.0f} ms"
        rows.append(Row(f"Operator, {found.messages:,} messages, {name}", figure, "p95 ≤ 300 ms", slow <= _OPERATOR_MS))
    rows.append(Row(f"Operator, {found.messages:,} messages counted at once", f"{found.counting_seconds:.1f} s"))
    return rows


def _reminder_rows(found: Reminders) -> list[Row]:
    rest = ", ".join(f"{name} {share:.1%} ({found.cpu_without[name]:.1%} without)" for name, share in found.cpu.items())
    last = max(found.late, default=0.0)
    late = f"{found.late_seconds(50):.2f} s late, p95 {found.late_seconds(95):.2f} s, last {last:.2f} s"
    missing = f"; {found.missing} missing" if found.missing else ""
    return [
        Row(
            f"Reminders, {found.pending:,} pending, none due: of one core",
            rest,
            "≤ 1 % more",
            found.more <= 0.01,
        ),
        Row(
            f"Reminders, {found.due:,} due within {found.within_seconds:.0f} s",
            f"p50 {late}{missing}",
            "all left within it",
            not found.missing and last <= found.within_seconds,
        ),
    ]


def start_rows(found: Start) -> list[Row]:
    """Cold and warm."""
    return [
        Row("Start to ready, first time", f"{found.cold:.1f} s"),
        Row("Start to ready, warm", f"{found.warm_median:.1f} s", "≤ 5 s", found.warm_median <= 5),
    ]


def as_table(rows: list[Row]) -> Table:
    """For the terminal."""
    table = Table("measured", "figure", "target", "")
    for row in rows:
        mark = "" if row.good is None else "[green]reached[/green]" if row.good else "[red]missed[/red]"
        table.add_row(row.what, row.figure, row.target, mark)
    return table


def write(rows: list[Row], *, machine: str, load: str) -> None:
    """Put the figures into the page, between its two marks."""
    lines = [_BEGIN, "", f"{machine}; {load}.", "", "| measured | figure | target |", "|---|---|---|"]
    for row in rows:
        missed = " (missed)" if row.good is False else ""
        lines.append(f"| {row.what} | {row.figure} | {row.target}{missed} |")
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    PAGE.write_text(head + "\n".join([*lines, "", _END]) + tail, encoding="utf-8")
