"""What replies say of files and voice notes: where a file lies, what was heard, and what was in the way."""

import datetime as dt
from dataclasses import dataclass, replace

from tasktalk.assistant.outcomes import Exported, Fetched
from tasktalk.assistant.replies.pen import Pen, bold, short
from tasktalk.assistant.replies.sentences import more
from tasktalk.assistant.replies.sentences import tasks as count_tasks
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.assistant.reply import Enclosed, FileKind, Reply, Trouble, Utterance
from tasktalk.tasks.model import Task

_LONGEST, _SHORTEST = 500, 120  # characters of a note that are shown
_ROOM = 1000  # that they share with the rest, so that it keeps its buttons

_KINDS: dict[FileKind, str] = {
    "photo": phrase("Photo {day}"),
    "video": phrase("Video {day}"),
    "audio": phrase("Audio {day}"),
    "voice": phrase("Voice note {day} {time}"),
}
FULL = phrase("This task has as many files as a task can have.")
NOT_HEARD: dict[str, str] = {
    "off": phrase("🎙️ I cannot listen to voice notes here, so yours is kept as a file. Write to me what to do."),
    "silence": phrase("🎙️ I heard no words in your voice note, so it is kept as a file."),
    "unclear": phrase("🎙️ I could not make out your voice note, so it is kept as a file."),
    "too_long": phrase("🎙️ I listen to voice notes of up to {most} minutes; yours is longer and kept as a file."),
    "late": phrase("🎙️ I could not listen to your voice note right now, so it is kept as a file."),
    "away": phrase("🎙️ I could not listen to your voice note right now, so it is kept as a file."),
}
NOT_FETCHED: dict[str, str] = {
    "vanished": phrase("📎 WhatsApp does not have this file any more. Please send it again."),
    "too_large": phrase("📎 This file is too large: {most} MiB at the most."),
    "no_room": phrase("📎 There is no room for this file: delete some that you do not need, in the trash too."),
    "kind": phrase("📎 This file is not what it says it is, so I did not keep it."),
    "empty": phrase("📎 This file is empty, so I did not keep it."),
    "away": phrase("📎 I could not get this file from WhatsApp. Please send it again."),
    "infected": phrase("🦠 There is a virus in this file, so I did not keep it."),
    "unscanned": phrase(
        "📎 Files cannot be checked for viruses right now, so I did not keep this one. Please send it later."
    ),
}


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a file; `refused`: why it is not with the task, in English.

    `task`: whose it is now, where nothing else was done to that.
    """

    name: str
    task: Task | None = None
    refused: str | None = None


def name_of(file: Enclosed, at: dt.datetime, speech: Speech) -> str:
    """What a task is called that is there for a file: its name, or `Photo 27 Nov`."""
    if file.kind is None:
        return file.kept.name
    day = speech.say("{day} {month}", day=at.day, month=speech.months[at.month - 1])
    return speech.say(_KINDS[file.kind], day=day, time=f"{at:%H:%M}")


def complete(reply: Reply | None, said: Utterance, pen: Pen, filed: Filed | None) -> Reply:
    """The reply with what was heard before it, and the file and what went wrong after it."""
    speech, parts = pen.speech, []
    if reply is None and filed is not None and filed.task is not None:
        reply = Reply(buttons=(pen.undo(),), task_ids=(filed.task.id,))
    elif reply is not None or filed is not None:
        parts.append(f"{reply.text if reply else ''}{_beside(filed, speech)}".strip())
    if filed is not None and filed.task is not None:
        where = speech.say("📎 With {where}:", where=bold(filed.task.title))
        parts.append(f"{where}\n{short(filed.name)}")
    if said.trouble is not None:
        parts.append(say_trouble(said.trouble, speech))
    text = "\n\n".join(parts)
    if said.heard:
        heard = short(" ".join(said.text.split()), max(_SHORTEST, min(_LONGEST, _ROOM - len(text))))
        text = f"🎙️ “{heard}”\n\n{text}"
    return replace(reply or Reply(), text=text)


def exported(outcome: Exported, speech: Speech) -> Reply:
    """What stands below the document."""
    tasks = count_tasks(outcome.number, speech)
    if outcome.project is not None:
        text = speech.say("📄 #{project}: {tasks}.", project=outcome.project, tasks=tasks)
    else:
        text = speech.say("📄 All you have, open and done: {tasks}.", tasks=tasks)
    if outcome.file.export is not None and outcome.file.export.format == "csv":
        text += "\n" + speech.say("For paper say _export as pdf_.")
    return Reply(text, files=(outcome.file,))


def fetched(outcome: Fetched, speech: Speech) -> Reply:
    """What stands below the first of the files."""
    text = f"📎 {bold(outcome.task.title)}"
    if outcome.left:
        text += "\n" + more(outcome.left, speech)
    return Reply(text, task_ids=(outcome.task.id,), files=outcome.files)


def _beside(filed: Filed | None, speech: Speech) -> str:
    """The file in a line below what was done to its task."""
    if filed is None or filed.task is not None:
        return ""
    return f"\n⚠️ {speech.say(filed.refused)}" if filed.refused is not None else f"\n📎 {short(filed.name)}"


def say_trouble(trouble: Trouble, speech: Speech) -> str:
    """One sentence."""
    return speech.say(trouble.sentence, most=f"{trouble.most:g}")
