"""A newcomer is answered in the language they write in, without having to say so."""

from dataclasses import replace

from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.grammar.languages import language_of_greeting
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Understanding
from tasktalk.tasks.preferences.preferences import change_preferences

_ENOUGH = 3  # words: fewer may be a name, or a foreign dish
_GREETINGS = frozenset({"greet", "help"})


async def adopt_language(turn: Turn, text: str, understood: Understanding) -> None:
    """Make the language in which `text` was read the person's own.

    Only while nothing was shown or changed in their dialogue, and no preference but the account's own language was set.
    A line in the field that adds a task is no conversation: it changes no language of the pages around it.
    """
    dialogue = turn.dialogue
    greeted = language_of_greeting(text)
    viewer, language = dialogue.viewer, greeted or understood.language
    if language == viewer.language or turn.said.adds or dialogue.moved_on_at is not None:
        return
    if not greeted and len(text.split()) < _ENOUGH and understood.intents[0].intent not in _GREETINGS:
        return
    if await Q.has_preferences(turn.conn, user_id=viewer.user_id):
        return
    await change_preferences(turn.conn, viewer=viewer, changes={"language": language}, now=turn.by.at)
    dialogue.viewer = replace(viewer, language=language)
