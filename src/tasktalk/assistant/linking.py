"""What a person says about the link of their phone itself: that it is linked already, and ending it."""

from uuid import UUID

from tasktalk.accounts.linking.mappings import unlink
from tasktalk.assistant.outcomes import Asked, Outcome, Said
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent


async def link_account(turn: Turn, intent: Intent) -> Outcome:
    """Whoever is understood here is linked; ending that is asked about first."""
    phone_id = turn.sure[0] if turn.sure else turn.said.phone_id
    if phone_id is None:
        return Said("on_the_phone")
    if intent.action == "unlink":
        return await _unlink(turn, intent, phone_id)
    return Said("linked_already", turn.dialogue.viewer.name)


async def _unlink(turn: Turn, intent: Intent, phone_id: UUID) -> Outcome:
    if turn.sure is None:
        return Asked("unlink", turn.ask("sure", text=turn.said.text, ids=(phone_id,), intent=intent))
    await unlink(turn.conn, by=turn.dialogue.viewer, contact_id=phone_id)
    turn.dialogue.parted.add(phone_id)
    return Said("unlinked")
