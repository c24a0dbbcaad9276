"""Replies about a day, a week, a month: figures first, then what is next."""

import datetime as dt

from tasktalk.assistant.actions import Action
from tasktalk.assistant.movable import code_of
from tasktalk.assistant.overviews import Day, Finished, Report
from tasktalk.assistant.replies import sentences
from tasktalk.assistant.replies.pen import Pen, fit, short
from tasktalk.assistant.replies.speech import Speech
from tasktalk.assistant.reply import Button, Reply, Row
from tasktalk.tasks.model import Task

_ROW_NAME = 24  # characters that WhatsApp shows of one
_EVENING = dt.time(18)
_TO = "\u2013"
_RUN = 2  # days, which are the fewest in a row


def day(outcome: Day, pen: Pen) -> Reply:
    """What was done, what is left, what is next; in the evening, what of it tomorrow."""
    speech, coming = pen.speech, outcome.coming
    is_evening = pen.now.time() >= _EVENING
    figures = ["✔️ " + speech.count("{number} done", "{number} done", outcome.done)]
    if outcome.due or not outcome.overdue:
        figures.append("📅 " + speech.count("{number} still due today", "{number} still due today", outcome.due))
    if outcome.overdue:
        figures.append("⚠️ " + sentences.overdue(outcome.overdue, speech))
    lines = [f"{'🌙' if is_evening else '☀️'} *{speech.day(pen.today)}*", " · ".join(figures)]
    if coming is not None:
        lines.append(_next(coming, pen))
    else:
        lines.append(speech.say("Nothing is left for today. 🎉"))
    if outcome.tomorrow and (is_evening or coming is None):
        lines.append("🌅 " + speech.count("{number} due tomorrow", "{number} due tomorrow", outcome.tomorrow))
    return Reply("\n".join(lines), _day_buttons(outcome, pen, is_evening), task_ids=(coming.id,) if coming else ())


def _day_buttons(outcome: Day, pen: Pen, is_evening: bool) -> tuple[Button, ...]:  # noqa: FBT001  (it is or it is not)
    label, coming = pen.speech.label, outcome.coming
    if coming is None:
        if outcome.tomorrow:
            return (pen.button(label("Tomorrow"), Action("list", argument="0:tomorrow")),)
        return (pen.button(label("Coming days"), Action("list", argument="0:7 days")),)
    buttons = [pen.done(coming)]
    if is_evening and outcome.rest:
        buttons.append(rest_button(label("Rest to tomorrow"), outcome.rest, pen))
    elif outcome.due + outcome.overdue > 1:
        buttons.append(pen.button(label("Plan my day"), Action("plan")))
    if outcome.overdue:
        buttons.append(pen.button(label("Overdue"), Action("list", argument="0:overdue")))
    elif outcome.due > 1:
        buttons.append(pen.button(label("Today"), Action("list", argument="0:today")))
    return tuple(buttons)


def rest_button(title: str, task_ids: tuple[object, ...], pen: Pen) -> Button:
    """Moves these to tomorrow, and nothing that came to be since."""
    return pen.button(title, Action("rest", argument="".join(map(code_of, task_ids))))  # type: ignore[arg-type]


def report(outcome: Report, pen: Pen) -> Reply:
    """A week or a month so far, with what comes."""
    speech = pen.speech
    lines = [f"🗓️ *{_name_period(outcome, speech)}*", "✔️ " + _done(outcome, speech)]
    if outcome.busiest is not None:
        project, number = outcome.busiest
        lines.append(
            "🏆 "
            + speech.count(
                "Most in #{project}: {number}", "Most in #{project}: {number}", number, project=short(project)
            )
        )
    if outcome.running >= _RUN:
        lines.append("🔥 " + speech.count("{number} day in a row", "{number} days in a row", outcome.running))
    figures = ["📝 " + speech.count("{number} new", "{number} new", outcome.created)]
    if outcome.overdue:
        figures.append("⚠️ " + sentences.overdue(outcome.overdue, speech))
    lines.append(" · ".join(figures))
    if outcome.ahead:
        lines.append("📅 " + sentences.ahead(outcome.ahead, speech))
    elif not outcome.overdue:
        lines.append(sentences.all_clear(speech))
    if outcome.coming is not None:
        lines.append(_next(outcome.coming, pen))
    ids = (outcome.coming.id,) if outcome.coming else ()
    return Reply("\n".join(lines), _report_buttons(outcome, pen), task_ids=ids)


def _name_period(outcome: Report, speech: Speech) -> str:
    if outcome.period == "week":
        week, last = speech.say("This week"), outcome.first + dt.timedelta(days=6)
        return f"{week} ({speech.day(outcome.first)} {_TO} {speech.day(last)})"
    month = speech.say("This month")
    return f"{month} ({_month(outcome.first, speech)})"


def _done(outcome: Report, speech: Speech) -> str:
    done = speech.count("{number} done", "{number} done", outcome.done)
    if not outcome.before:
        return done
    if outcome.period == "week":
        return speech.say("{done} (last week: {before})", done=done, before=outcome.before)
    return speech.say("{done} (last month: {before})", done=done, before=outcome.before)


def _report_buttons(outcome: Report, pen: Pen) -> tuple[Button, ...]:
    label, buttons = pen.speech.label, []
    if outcome.overdue:
        buttons.append(pen.button(label("Overdue"), Action("list", argument="0:overdue")))
    if outcome.ahead:
        buttons.append(pen.button(label("Coming days"), Action("list", argument="0:7 days")))
    if outcome.done:
        days = f"{outcome.first}..{pen.today}"
        buttons.append(pen.button(label("What I finished"), Action("finished", argument=f"0:{days}:")))
    return tuple(buttons)


def finished(outcome: Finished, pen: Pen) -> Reply:
    """What was done, with when; a row for each and one for what follows."""
    speech, days = pen.speech, outcome.days
    where = f"#{short(outcome.project)}" if outcome.project else ""
    when = _name_days(*days, pen) if days else ""
    about = " · ".join(part for part in (when, where) if part)
    head = f"*{about}*" if about else ""
    if not outcome.total:
        nothing = speech.say("Nothing finished in that time. Say _today_ for what is due.")
        return Reply("\n".join(part for part in (head, nothing) if part))
    head = f"✔️ {head} — " if head else "✔️ "
    head += speech.count("{number} done", "{number} done", outcome.total)
    one_day = days is not None and days[0] == days[1]

    def at(moment: dt.datetime) -> str:
        here = moment.astimezone(pen.now.tzinfo)
        return f"{here:%H:%M}" if one_day else speech.day(here.date(), year=here.year != pen.today.year)

    lines = [f"{{}} — {at(moment)}" for _, moment in outcome.tasks]
    titles = [f"{number}. {task.title}" for number, (task, _) in enumerate(outcome.tasks, outcome.first)]
    more = [speech.say("… Say _more_ for the next ones.")] if outcome.following else []
    text = "\n".join([head, *fit(titles, lines), *more])
    # A row can be opened once, and a repeating task may stand here twice.
    rows: dict[object, Row] = {}
    for title, (task, moment) in zip(titles, outcome.tasks, strict=True):
        rows.setdefault(task.id, Row(title, pen.encode(Action("show", task.id)), describe(title, at(moment), task)))
    following = []
    if outcome.following:
        number = outcome.first + len(outcome.tasks)
        following = [more_row(Action("finished", argument=outcome.following), number, pen)]
    return Reply(
        text,
        list_label=speech.label("Open a task"),
        rows=(*rows.values(), *following),
        task_ids=(*outcome.before, *(task.id for task, _ in outcome.tasks)),
    )


def more_row(action: Action, number: int, pen: Pen) -> Row:
    """The last row of a page, which leads to the next."""
    speech = pen.speech
    return Row(speech.label("More …"), pen.encode(action), speech.say("From number {number}", number=number))


def describe(name: str, when: str, task: Task) -> str:
    """Under a row's `name`: when and where; then all of the title, where a row has no room for it."""
    rest = short(task.title) if len(name) > _ROW_NAME else ""
    return " · ".join(part for part in (when, place(task), rest) if part)


def place(task: Task) -> str:
    """The project it lies in."""
    return f"#{task.project.name}" if task.project else ""


def _next(task: Task, pen: Pen) -> str:
    due = task.due.time if task.due and task.due.time and task.due.date == pen.today else pen.due(task)
    return pen.speech.say("➡️ Next: {task} — {due}", task=short(task.title), due=due)


def _name_days(first: dt.date, last: dt.date, pen: Pen) -> str:
    """`Oct 2026`, `2026`, a day, or from when to when; of what goes on today is the end."""
    speech = pen.speech
    if first == last:
        return speech.day(first, year=first.year != pen.today.year)
    after = last + dt.timedelta(days=1)
    if first.day == 1 and after == (first + dt.timedelta(days=32)).replace(day=1):
        return _month(first, speech)
    if (first.month, first.day, after.month, after.day) == (1, 1, 1, 1) and after.year == first.year + 1:
        return str(first.year)
    year = first.year != pen.today.year
    return f"{speech.day(first, year=year)} {_TO} {speech.day(last, year=year)}"


def _month(first: dt.date, speech: Speech) -> str:
    return f"{speech.months[first.month - 1]} {first.year}"
