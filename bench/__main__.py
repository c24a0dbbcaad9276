"""`python -m bench [--only NAME] [--quick] [--write]`: measure and print; see docs/reference/performance.md."""

import argparse
import sys

from rich.console import Console

from bench import e2e, intake, latency, machine, pages, report, start, system, tasks, traffic, understanding
from bench.row import Row
from bench.understanding_report import as_holdout, as_scoreboard, understanding_rows

_PARTS = ("start", "understanding", "intake", "e2e", "latency", "tasks", "pages", "traffic")
_PEOPLE = 400


def main() -> int:  # noqa: C901, PLR0915  (one part after the other)
    """Measure what was asked for. 1 when a message was lost, refused, left without its reply or answered twice."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=_PARTS, help="measure this alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help="short runs, for trying the tool out")
    parser.add_argument("--messages", type=int, help="how many go end to end")
    parser.add_argument("--write", action="store_true", help=f"put the figures into {report.PAGE.name}")
    given = parser.parse_args()
    parts, quick = given.only or _PARTS, given.quick
    out = Console()
    about, others = machine.describe(), machine.Others()
    out.print(about, style="dim", highlight=False)
    rows: list[Row] = []
    sound = True
    if "start" in parts:
        with out.status("Starting and stopping …"):
            rows += report.start_rows(start.measure(rounds=1 if quick else 3))
    if "understanding" in parts:
        with out.status("Reading what people write …"):
            understood = understanding.measure()
        rows += understanding_rows(understood)
        out.print(as_scoreboard(understood), as_holdout(understood))
    if "intake" in parts:
        with out.status("Intake, in turns with the peer …"):
            taken = intake.measure(seconds=1.0 if quick else 3.0, rounds=1 if quick else 4)
        rows += report.intake_rows(taken)
        sound &= not (taken.lost or any(side.refused for side in taken.sides))
    if "e2e" in parts or "latency" in parts:
        with system.temporary_folder() as folder, system.running(folder, people=_PEOPLE) as running:
            if "latency" in parts:
                with out.status("Latency at 20/s …"):
                    late = latency.measure(running, per_second=20, seconds=2 if quick else 10)
                rows += report.latency_rows(late)
                sound &= not late.missing
            if "e2e" in parts:
                with out.status("End to end …"):
                    ended = e2e.measure(running, messages=given.messages or (800 if quick else 4000))
                rows += report.e2e_rows(ended)
                sound &= not (ended.missing or ended.doubled or ended.failed)
    if "tasks" in parts:
        with (
            out.status("Lists and reminders in a large database …"),
            system.temporary_folder() as folder,
            system.running(folder, people=tasks.PEOPLE) as running,
        ):
            asked = tasks.measure(running, quick=quick)
        rows += report.tasks_rows(asked)
    if "pages" in parts:
        with (
            out.status("Pages in a large database …"),
            system.temporary_folder() as folder,
            system.running(folder, people=pages.PEOPLE) as running,
        ):
            shown = pages.measure(running, quick=quick)
        rows += report.pages_rows(shown)
    if "traffic" in parts:
        with (
            out.status("A month of a million messages …"),
            system.temporary_folder() as folder,
            system.running(folder) as running,
        ):
            month = traffic.measure(running, quick=quick)
        rows += report.traffic_rows(month)
    load = others.describe()
    out.print(report.as_table(rows))
    out.print(load, style="dim", highlight=False)
    if given.write:
        report.write(rows, machine=about, load=load)
        out.print(f"Written to {report.PAGE}.")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
