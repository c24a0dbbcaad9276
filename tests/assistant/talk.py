"""A person talking to the assistant, without any channel: what was said goes in, the Reply comes out, committed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.dialogue import load_dialogues, save_dialogues
from tasktalk.assistant.reply import Reply, Utterance
from tasktalk.assistant.respond import respond
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.tasks import Task, list_tasks

KEYRING = Keyring("a secret of the tests")


@dataclass
class Talk:
    """One person; time passes only when told to."""

    pool: Pool
    viewer: Viewer
    now: datetime
    replies: list[Reply] = field(default_factory=list)

    async def hear(self, said: Utterance) -> Reply | None:
        async with self.pool.acquire() as conn, conn.transaction():
            dialogue = (await load_dialogues(conn, [self.viewer]))[self.viewer.user_id]
            reply = await respond(conn, dialogue=dialogue, said=said, now=self.now, keyring=KEYRING)
            await save_dialogues(conn, [dialogue])
        self.viewer = dialogue.viewer
        return reply

    async def say(
        self,
        text: str,
        *,
        about: tuple[UUID, ...] = (),
        message_id: str | None = None,
        said_at: datetime | None = None,
    ) -> Reply:
        said = Utterance("test", text=text, about=about, message_id=message_id, said_at=said_at)
        reply = await self.hear(said)
        assert reply is not None
        return reply

    async def tap(self, reply: Reply, title: str) -> Reply:
        chosen = next(each for each in (*reply.buttons, *reply.rows) if each.title == title)
        answer = await self.hear(Utterance("test", tap=chosen.id))
        assert answer is not None
        return answer

    async def react(self, emoji: str, *, about: tuple[UUID, ...], message: str = "wamid.1") -> Reply | None:
        return await self.hear(Utterance("test", reaction=emoji, about=about, about_message=message))

    async def tasks(self, expression: str = "all") -> list[Task]:
        async with self.pool.acquire() as conn:
            page = await list_tasks(
                conn, viewer=self.viewer, filter=expression, now=self.now, zone=self.viewer.timezone
            )
        return list(page.items)

    async def titles(self, expression: str = "all") -> list[str]:
        return [task.title for task in await self.tasks(expression)]

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def rings(self) -> list[tuple[str, datetime]]:
        """Title and moment of everything that will ring for this person, by moment."""
        async with self.pool.acquire() as conn:
            rows = await conn.fetch(
                "select t.title, r.ring_at from reminders r join tasks t on t.id = r.task_id "
                "where r.user_id = $1 and r.ring_at is not null order by r.ring_at, r.id",
                self.viewer.user_id,
            )
        return [(row["title"], row["ring_at"].astimezone(ZoneInfo(self.viewer.timezone))) for row in rows]
