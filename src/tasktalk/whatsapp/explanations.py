"""Meta's error codes in plain words: what it means, and what a person can do (facts sheet section 9)."""

from typing import NamedTuple

from tasktalk.phrases import phrase
from tasktalk.whatsapp.errors import GraphError


class Explanation(NamedTuple):
    """Two sentences for a person: phrases, which are said in their language."""

    meaning: str
    what_to_do: str


_ENTER_ANEW = phrase("Generate a new access token for a system user and enter it under Credentials.")
_WAIT = phrase("There is nothing to do: it is tried again by itself.")
_RIGHTS = phrase(
    "Give the system user the app and the WhatsApp account with full control, generate a token with "
    "whatsapp_business_messaging and whatsapp_business_management, and enter it."
)
_OURS = phrase("Report it to whoever maintains Tasktalk, with the code.")
_TEMPLATE = phrase("Look at the template under Templates: its status, its language and its parameters.")
_REGISTER = phrase("Register the number with its six-digit PIN: the repair `register`, or in WhatsApp Manager.")

_BY_CODE: dict[int, Explanation] = {
    **dict.fromkeys((0, 190), Explanation(phrase("The access token is not valid, or no longer."), _ENTER_ANEW)),
    **dict.fromkeys((1, 131000), Explanation(phrase("Something went wrong at WhatsApp."), _WAIT)),
    **dict.fromkeys((2, 131016, 133004), Explanation(phrase("WhatsApp is not available right now."), _WAIT)),
    **dict.fromkeys((3, 10, 131005), Explanation(phrase("The access token may not do this."), _RIGHTS)),
    **dict.fromkeys((4, 80007, 80008), Explanation(phrase("WhatsApp was asked too often within the hour."), _WAIT)),
    33: Explanation(
        phrase("This number is not at WhatsApp any more."), phrase("Check the Phone Number ID in WhatsApp Manager.")
    ),
    100: Explanation(phrase("WhatsApp did not understand a value that it was sent."), _OURS),
    368: Explanation(
        phrase("WhatsApp has blocked this account for a while for breaking its policy."),
        phrase("See the Business Support Home at Meta for the reason, and appeal there."),
    ),
    130429: Explanation(phrase("More was sent in a second than this number may."), _WAIT),
    130472: Explanation(
        phrase("WhatsApp withheld it: the person takes part in an experiment of Meta's."),
        phrase("There is nothing to do."),
    ),
    130497: Explanation(
        phrase("This business may not write to people in that country."), phrase("Reach them in another way.")
    ),
    **dict.fromkeys((131008, 131009), Explanation(phrase("WhatsApp refused the form of the message."), _OURS)),
    131021: Explanation(
        phrase("The message was addressed to the number that sends it."), phrase("Enter another phone number.")
    ),
    131026: Explanation(
        phrase("It cannot be delivered: the phone may not be on WhatsApp, have an old version, or have blocked us."),
        phrase("Check the number, and ask the person to write to us first."),
    ),
    131030: Explanation(
        phrase("A test number may only write to the recipients that were listed for it."),
        phrase("Add the phone number under WhatsApp > API Setup > To, or use a number of your own."),
    ),
    131031: Explanation(
        phrase("Meta has locked this account."), phrase("See the Business Support Home at Meta, and appeal there.")
    ),
    131037: Explanation(
        phrase("The number's display name is not approved yet."),
        phrase("Have it approved under Phone numbers in WhatsApp Manager."),
    ),
    131042: Explanation(
        phrase("There is a problem with paying for messages."),
        phrase("Check the payment method of the account in WhatsApp Manager."),
    ),
    131045: Explanation(phrase("The number is not registered as it should be."), _REGISTER),
    131047: Explanation(
        phrase("More than 24 hours have passed since the person last wrote; only a template may be sent."),
        phrase("Ask the person to write to the number, or have a template approved."),
    ),
    131048: Explanation(
        phrase("WhatsApp limits this number, for too many people blocked or reported it."),
        phrase("Look at its quality in WhatsApp Manager, and send less."),
    ),
    131049: Explanation(
        phrase("WhatsApp withheld it so that the person does not get too many messages."), phrase("Wait a day.")
    ),
    131050: Explanation(phrase("The person wants no marketing messages from this business."), phrase("Respect it.")),
    131051: Explanation(phrase("WhatsApp does not know this kind of message."), _OURS),
    131052: Explanation(
        phrase("A file could not be fetched from WhatsApp."), phrase("Ask the person to send it again.")
    ),
    131053: Explanation(
        phrase("A file could not be given to WhatsApp."), phrase("Check its size and its kind, and send it again.")
    ),
    131056: Explanation(phrase("Too many messages went to one person in a short time."), _WAIT),
    131057: Explanation(phrase("WhatsApp is working on this number, for some minutes."), _WAIT),
    131058: Explanation(
        phrase("The sample template hello_world can only be sent from Meta's test numbers."),
        phrase("Have a template approved, or ask the person to write to the number first."),
    ),
    131062: Explanation(
        phrase("This kind of message needs the phone number, not a username."), phrase("Link the phone number.")
    ),
    131063: Explanation(phrase("Marketing templates are switched off for this account."), _TEMPLATE),
    131064: Explanation(phrase("A template was put into the wrong category too often."), _TEMPLATE),
    **dict.fromkeys(
        (132000, 132008, 132012, 132018),
        Explanation(phrase("The values do not fit the template's parameters."), _TEMPLATE),
    ),
    132001: Explanation(phrase("There is no such approved template in this language."), _TEMPLATE),
    132005: Explanation(phrase("The template's text is too long with these values."), phrase("Shorten it.")),
    132007: Explanation(phrase("The template breaks a policy of WhatsApp's."), _TEMPLATE),
    132015: Explanation(phrase("The template is paused, for people did not like it."), _TEMPLATE),
    132016: Explanation(phrase("The template is switched off for good."), phrase("Make another one.")),
    133000: Explanation(
        phrase("The number's last deregistration is not finished yet."), phrase("Wait a minute, then try again.")
    ),
    133005: Explanation(
        phrase("This is not the PIN of the number's two-step verification."),
        phrase(
            "Enter the PIN that was set; who has forgotten it sets another one in WhatsApp Manager > Phone numbers > "
            "Two-step verification."
        ),
    ),
    133006: Explanation(
        phrase("WhatsApp wants to see first that the number is yours."),
        phrase("Verify it by SMS or call in WhatsApp Manager > Phone numbers, then register it again."),
    ),
    133008: Explanation(
        phrase("Too many wrong PINs were entered."), phrase("Wait as long as WhatsApp says, then enter the right one.")
    ),
    133009: Explanation(
        phrase("PINs were entered too fast one after another."), phrase("Wait some minutes, then enter it once.")
    ),
    133010: Explanation(phrase("The number is not registered with WhatsApp."), _REGISTER),
    133016: Explanation(
        phrase("The number was registered too often: ten times in 72 hours are all."),
        phrase("Wait until 72 hours have passed."),
    ),
    133015: Explanation(phrase("The number was deleted a moment ago."), phrase("Wait five minutes, then test again.")),
    137000: Explanation(
        phrase("The person's identity at WhatsApp has changed."),
        phrase("Have them prove who they are: link the phone again."),
    ),
}
_PERMISSIONS = range(200, 300)
_MISSING = Explanation(
    phrase("There is no such thing at WhatsApp, or this token may not see it."),
    phrase("Check the ids, and that the system user has the app and the WhatsApp account."),
)
_UNREACHED = Explanation(
    phrase("WhatsApp could not be reached."),
    phrase("Check this machine's connection to graph.facebook.com, then test again."),
)
UNKNOWN = Explanation(
    phrase("WhatsApp refused it."), phrase("See what WhatsApp said; Meta's list of error codes tells more.")
)
_OBJECT_MISSING = (100, 33)


def explain(code: int | None, subcode: int | None = None) -> Explanation:
    """What an error code means; None: no answer came."""
    if code is None:
        return _UNREACHED
    if (code, subcode) == _OBJECT_MISSING:
        return _MISSING
    if code in _PERMISSIONS:
        return _BY_CODE[10]
    return _BY_CODE.get(code, UNKNOWN)


def explain_error(error: GraphError) -> Explanation:
    """What an error means."""
    return explain(error.code, error.subcode)
