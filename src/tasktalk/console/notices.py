"""What WhatsApp tells of beside messages, in words, by the field of its webhook."""

from collections.abc import Mapping

from tasktalk.assistant.replies.speech import Speech
from tasktalk.phrases import phrase

_WORDS: Mapping[str, str] = {
    "message_template_status_update": phrase("A template's status changed"),
    "message_template_quality_update": phrase("A template's quality changed"),
    "message_template_components_update": phrase("A template's text changed"),
    "template_category_update": phrase("A template's category changed"),
    "phone_number_name_update": phrase("The number's name was reviewed"),
    "phone_number_quality_update": phrase("The number's quality or limit changed"),
    "account_update": phrase("The account changed"),
    "account_review_update": phrase("The account was reviewed"),
    "account_alerts": phrase("An alert about the account"),
    "business_capability_update": phrase("The account's limits changed"),
    "security": phrase("The number's PIN changed"),
    "user_preferences": phrase("Somebody changed what they want to receive"),
}


def notice_words(field: str, speech: Speech) -> str:
    """`A template's status changed`; the field itself for one that we do not know."""
    words = _WORDS.get(field)
    return speech.say(words) if words else speech.say("Notice: {field}", field=field)
