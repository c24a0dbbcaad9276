"""One turn of a conversation: what every part of it needs to know."""

import datetime as dt
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tasktalk.assistant.dialogue import Dialogue
from tasktalk.assistant.questions import Kind, Question, new_question_id
from tasktalk.assistant.reply import Utterance
from tasktalk.db import Conn
from tasktalk.tasks.model import Act, Task

_LATEST = dt.timedelta(days=30)  # a clock that is further off than this is not believed


@dataclass(frozen=True, slots=True)
class Turn:
    """`now` is aware and in the person's zone. `about`: the tasks of the message that this one answers.

    `part`: which intent of the message is being done. `thinks`: a language model may be asked what is meant. `sure`:
    what the person said yes about, which is not asked again. `careful`: whatever takes something away asks first, even
    of one task, for the words may have been misread.
    """

    conn: Conn
    dialogue: Dialogue
    said: Utterance
    now: dt.datetime
    by: Act
    about: tuple[UUID, ...] = ()
    part: int = 0
    thinks: bool = False
    sure: tuple[UUID, ...] | None = None
    careful: bool = False

    @property
    def said_at(self) -> dt.datetime:
        """When it was said: "tomorrow" is counted from then, however late the message came."""
        said_at = self.said.said_at
        late = said_at is not None and dt.timedelta(0) < self.now - said_at < _LATEST
        return said_at.astimezone(self.now.tzinfo) if said_at is not None and late else self.now

    @property
    def today(self) -> dt.date:
        """The person's day."""
        return self.now.date()

    def done(self, tasks: list[Task]) -> None:
        """These were changed: one alone is in focus from now on, of several none."""
        self.dialogue.speak_of([task.id for task in tasks])
        if len(tasks) > 1:
            self.dialogue.part_from()

    def ask(self, kind: Kind, **about: Any) -> str:
        """Opens a question, see `questions.Question`; its id."""
        question = Question(kind=kind, id=new_question_id(), at=self.now, message_id=self.said.message_id, **about)
        return self.dialogue.ask(question)

    def name_others(self, tasks: Iterable[Task], known: Container[UUID] = ()) -> tuple[str, ...]:
        """Whom these tasks are given to beside the person, but for `known`: they hear of it."""
        me = self.dialogue.viewer.user_id
        people = {ref.id: ref.name for task in tasks for ref in task.assignees if ref.id != me and ref.id not in known}
        return tuple(people.values())
