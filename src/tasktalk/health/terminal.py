"""What the terminal shows of `tasktalk doctor` and `tasktalk send-test`."""

from rich.console import Console
from rich.markup import escape

from tasktalk.health.doctor import Report
from tasktalk.integrations.checks.check import Status
from tasktalk.messaging.trials.trial import Trial

_MARKS: dict[Status, str] = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}
SANDBOX = "Sandbox: what is said of a simulated number is the simulator's word, not Meta's."


def show_report(console: Console, report: Report) -> None:
    """Part by part, a line a check, and below it what to do."""
    for part in report.parts:
        console.print(f"\n[bold]{escape(part.name)}[/bold]")
        for check in part.checks:
            console.print(f"  {_MARKS[check.status]} {escape(check.message)}", soft_wrap=True)
            if check.what_to_do:
                console.print(f"      → {escape(check.what_to_do)}", style="dim", soft_wrap=True)
    console.print()
    if report.sandbox:
        console.print(SANDBOX, style="dim", soft_wrap=True)
    console.print("[green]All is well.[/green]" if report.ok else "[red]Something does not work.[/red]")


def show_trial(console: Console, trial: Trial, *, simulated: bool) -> None:
    """One sentence, Meta's own words, and what to do."""
    console.print(f"{_MARKS['ok' if trial.ok else 'failed']} {escape(trial.message)}", soft_wrap=True)
    if trial.said:
        console.print(f"  WhatsApp said: {escape(trial.said)}", soft_wrap=True)
    if trial.what_to_do:
        console.print(f"  → {escape(trial.what_to_do)}", style="dim", soft_wrap=True)
    if trial.wamid:
        console.print(f"  Sent as a {trial.sent_as}: {escape(trial.wamid)}", style="dim", soft_wrap=True)
    if simulated:
        console.print("  Sandbox: it went to a simulated phone.", style="dim")
