"""What an operator pastes from Meta's pages: a value that cannot be right is a BadRequest that says what it looks like.

What only Meta can say of a value (is the token good, is the number there) is asked in `checks`.
"""

import re
import unicodedata
from urllib.parse import urlsplit

import phonenumbers

from tasktalk.errors import BadRequest
from tasktalk.phrases import Told, join, phrase

NAME_CHARACTERS = 200
SECRET_CHARACTERS = 2000

_ID = re.compile(r"[0-9]{5,32}")
_PHONE_LIKE = re.compile(r"\+[0-9 ().\-\u00a0]{6,}|[0-9]+[ ().\-\u00a0][0-9 ().\-\u00a0]{4,}")
_LONGEST_PHONE = 13  # digits of a phone number that is mistaken for an id; Meta's have 15 and more
_APP_SECRET = re.compile(r"[0-9a-f]{32}")
_SPACES = re.compile(r"\s+")
_SAMPLES = re.compile(
    r"<.*>|\{.*\}|\[.*\]|x{3,}|\.{3}|…|(your|example|sample)[ _-].*|change[ _-]?me|placeholder", re.IGNORECASE
)
_META_SAMPLES = ("106540352242922", "102290129340398")  # on Meta's own pages
_WORDS = {
    "business_account_id": (
        phrase("Business Account ID"),
        phrase("It stands in the app under WhatsApp > API Setup, above the number."),
    ),
    "phone_number_id": (
        phrase("Phone Number ID"),
        phrase("It stands in the app under WhatsApp > API Setup, below the number."),
    ),
    "app_id": (phrase("App ID"), phrase("It stands in the app under App settings > Basic.")),
}
_SECRETS = {
    "access_token": phrase("access token"),
    "verify_token": phrase("verify token"),
    "app_secret": phrase("app secret"),
}


def check_line(value: str, *, field: str, longest: int = NAME_CHARACTERS) -> str:
    """One line without control characters, possibly empty."""
    kept = "".join(" " if each in "\t\r\n" else each for each in value if each in "\t\r\n" or _is_seen(each))
    line = _SPACES.sub(" ", kept).strip()
    if len(line) > longest:
        raise BadRequest(
            Told("The {field} is longer than {longest} characters.", field=Told(field), longest=longest),
            field=field,
            longest=longest,
        )
    return line


def check_name(value: str) -> str:
    """What an operator calls an integration."""
    line = check_line(value, field=phrase("name"))
    if not line:
        raise BadRequest(phrase("Give the integration a name."), field="name")
    return line


def check_id(value: str, *, field: str) -> str:
    """An id of Meta's: digits, and not what people mistake for one."""
    text = value.strip().strip("\"'")
    if _ID.fullmatch(text) and not _is_phone(text) and text not in _META_SAMPLES:
        return text
    name, where = (Told(words) for words in _WORDS[field])
    if not text:
        why = Told("The {name} is missing. {where}", name=name, where=where)
    elif _SAMPLES.fullmatch(text) or text in _META_SAMPLES:
        why = Told("This is a sample, not a {name}. {where}", name=name, where=where)
    elif text.startswith("EAA"):
        why = Told("This looks like an access token; here goes the {name}. {where}", name=name, where=where)
    elif _APP_SECRET.fullmatch(text):
        why = Told("This looks like an app secret; here goes the {name}. {where}", name=name, where=where)
    elif _PHONE_LIKE.fullmatch(text) or _is_phone(text):
        why = Told("This looks like a phone number; the {name} is another number. {where}", name=name, where=where)
    else:
        why = Told("A {name} has digits alone. {where}", name=name, where=where)
    raise BadRequest(why, field=field)


def check_ids(business_account_id: str, phone_number_id: str, app_id: str, display_phone_number: str) -> None:
    """That none of them stands in another's place."""
    phone = "".join(filter(str.isdecimal, display_phone_number))
    if phone and phone == phone_number_id:
        field, why = (
            "phone_number_id",
            phrase("This is the phone number itself; the Phone Number ID is another number."),
        )
    elif phone and phone == business_account_id:
        field = "business_account_id"
        why = phrase("This is the phone number itself; the Business Account ID is another number.")
    elif business_account_id == phone_number_id:
        field, why = "phone_number_id", phrase("The Phone Number ID and the Business Account ID are two different ids.")
    elif app_id and app_id in {business_account_id, phone_number_id}:
        field, why = "app_id", phrase("The App ID is another id than these.")
    else:
        return
    raise BadRequest(join([Told(why), Told(_WORDS[field][1])]), field=field)


def check_secret(value: str, *, kind: str) -> str:
    """A credential: whole, no sample, and no other kind's. The message never repeats it."""
    name = _SECRETS[kind]
    text = value.strip().strip("\"'").strip()
    if kind == "access_token" and text[:7].lower() == "bearer ":
        text = text[7:].strip()
    if not text:
        raise BadRequest(Told("The {field} is empty.", field=Told(name)), field=kind)
    if len(text) > SECRET_CHARACTERS:
        raise BadRequest(
            Told("The {field} is longer than {longest} characters.", field=Told(name), longest=SECRET_CHARACTERS),
            field=kind,
        )
    if any(each.isspace() or not _is_seen(each) for each in text):
        raise BadRequest(
            Told("There is white space in the {name}: copy it again, all of it and nothing else.", name=Told(name)),
            field=kind,
        )
    if _SAMPLES.fullmatch(text):
        raise BadRequest(Told("This is a sample, not your {name}.", name=Told(name)), field=kind)
    _check_mistaken(text, kind)
    return text


def _check_mistaken(text: str, kind: str) -> None:
    if kind == "access_token":
        if _ID.fullmatch(text):
            raise BadRequest(phrase("This looks like an id; an access token begins with EAA."), field=kind)
        if _APP_SECRET.fullmatch(text):
            raise BadRequest(phrase("This looks like an app secret; an access token begins with EAA."), field=kind)
        if "|" in text:
            raise BadRequest(
                phrase("This is an app's token, which cannot send messages. Generate one for a system user."),
                field=kind,
            )
        if not text.isascii():
            raise BadRequest(phrase("An access token has letters and digits alone: copy it again."), field=kind)
    elif text.startswith("EAA"):
        raise BadRequest(
            Told("This looks like an access token; here goes the {name}.", name=Told(_SECRETS[kind])), field=kind
        )
    elif kind == "app_secret" and _ID.fullmatch(text):
        raise BadRequest(phrase("This looks like an id; the app secret stands under App settings > Basic."), field=kind)


def check_graph_url(value: str | None, *, meta: str, sandbox: bool) -> str | None:
    """Where this number's Graph API is: Meta's (None), or, where there is a sandbox, a simulator on this machine.

    Anything else would be sent our access token.
    """
    text = (value or "").strip().rstrip("/")
    if not text or text == meta.rstrip("/"):
        return None
    try:
        parts = urlsplit(text)
        plain = parts.username is None and parts.path == "" and not parts.query and not parts.fragment
        local = sandbox and parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if plain and local and parts.port:
            return text
    except ValueError:
        pass  # refused below, as whatever else is no address of ours
    if text == "https://graph.facebook.com":
        return text
    raise BadRequest(phrase("The Graph API's address is Meta's; leave it out."), field="graph_url")


def _is_phone(text: str) -> bool:
    """Whether these digits are a phone number with its country code."""
    if not text.isdecimal() or len(text) > _LONGEST_PHONE:
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + text))
    except phonenumbers.NumberParseException:
        return False


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
