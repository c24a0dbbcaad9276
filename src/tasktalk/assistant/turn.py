"""One turn of a conversation: what every part of it needs to know."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tasktalk.assistant.dialogue import Dialogue
from tasktalk.assistant.reply import Utterance
from tasktalk.db import Conn
from tasktalk.tasks.model import Act, Task


@dataclass(frozen=True, slots=True)
class Turn:
    """`now` is aware and in the person's zone. `about`: the tasks of the message that this one answers."""

    conn: Conn
    dialogue: Dialogue
    said: Utterance
    now: dt.datetime
    by: Act
    about: tuple[UUID, ...] = ()

    @property
    def today(self) -> dt.date:
        """The person's day."""
        return self.now.date()

    def done(self, tasks: list[Task]) -> None:
        """These were changed: they are in focus, and undo takes this turn back."""
        self.dialogue.speak_of([task.id for task in tasks])
        self.dialogue.remember_change(self.by.change_set, self.now)
