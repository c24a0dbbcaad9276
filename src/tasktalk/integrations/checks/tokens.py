"""What is to be said of the credentials, and of what Meta says of the access token (facts sheet 7.3)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tasktalk.integrations.checks.asking import Asked, Json
from tasktalk.integrations.checks.check import Check, failed, ok, warning
from tasktalk.integrations.connections import Integration
from tasktalk.phrases import Told, join, phrase
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error

MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
_TEMPORARY = timedelta(hours=25)
SOON = timedelta(days=7)
_SYSTEM_USER = phrase(
    "In Business settings > System users, generate one that never expires, and enter it under Credentials."
)
_NAMES = {
    "access_token": Told("access token"),
    "verify_token": Told("verify token"),
    "app_secret": Told("app secret"),
}


def check_credentials(integration: Integration) -> Iterator[Check]:
    """Whether all three are there."""
    there = {
        "access_token": integration.access_token,
        "verify_token": integration.verify_tokens,
        "app_secret": integration.app_secrets,
    }
    missing = [_NAMES[kind] for kind, found in there.items() if not found]
    if missing:
        what = Told("Missing: {what}.", what=join(missing, ", "))
        yield failed("credentials", what, phrase("Enter what is missing under Credentials."))
    else:
        yield ok("credentials", phrase("Access token, verify token and app secret are set."))


def check_token(integration: Integration, asked: Asked, now: datetime, soon: timedelta = SOON) -> Iterator[Check]:
    """Whether the token is good, for how long, for what, and of which app. `soon`: an end within it is told of."""
    if isinstance(asked.token, GraphError):
        means = explain_error(asked.token)
        if asked.token.code is not None:
            yield failed("token", join([Told(means.meaning), f"({asked.token})"]), means.what_to_do)
    elif asked.token is not None:
        yield from judge_token(asked.token, app_id=integration.app_id, waba_id=integration.waba_id, now=now, soon=soon)


def judge_token(token: Json, *, app_id: str, waba_id: str, now: datetime, soon: timedelta = SOON) -> Iterator[Check]:
    """The checks of what `debug_token` says."""
    if token.get("is_valid") is not True:
        yield failed("token", phrase("Meta says that the access token is not valid, or no longer."), _SYSTEM_USER)
        return
    yield ok("token", phrase("The access token is valid."))
    yield _expiry(token, now, soon)
    yield _scopes(token, waba_id)
    token_app = str(token.get("app_id") or "")
    if app_id and token_app and token_app != app_id:
        yield failed(
            "app",
            Told("The access token belongs to the app {app}, not to {other}.", app=token_app, other=app_id),
            phrase(
                "Generate the token with the app whose App ID and app secret are entered here, or enter that app's."
            ),
        )
    else:
        yield ok("app", phrase("The access token belongs to the app."))


def facts_of_token(token: Json) -> Json:
    """What is kept of it: never the token."""
    expires_at = find_expiry(token, "expires_at")
    return {
        "valid": token.get("is_valid") is True,
        "type": str(token.get("type") or ""),
        "app_id": str(token.get("app_id") or ""),
        "expires_at": expires_at.isoformat() if expires_at else None,
        "scopes": _texts(token.get("scopes")),
    }


def find_expiry(token: Json, key: str) -> datetime | None:
    """When it ends; None: never."""
    seconds = token.get(key)
    if type(seconds) is not int or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _expiry(token: Json, now: datetime, soon: timedelta) -> Check:
    ends = [end for key in ("expires_at", "data_access_expires_at") if (end := find_expiry(token, key))]
    if not ends:
        return ok("token_expiry", phrase("The access token never expires."))
    end = min(ends)
    if end - now <= _TEMPORARY:
        message = Told("The access token is a temporary one: it expires on {when}.", when=_moment(end))
        return warning("token_expiry", message, _SYSTEM_USER)
    if end - now <= soon:
        message = Told("The access token expires soon: on {when}.", when=_moment(end))
        return warning("token_expiry", message, _SYSTEM_USER)
    return ok("token_expiry", Told("The access token expires on {when}.", when=_moment(end)))


def _scopes(token: Json, waba_id: str) -> Check:
    scopes = _texts(token.get("scopes"))
    missing = [scope for scope in (MESSAGING, MANAGEMENT) if scope not in scopes]
    again = phrase("Generate the token again with both WhatsApp permissions ticked, and enter it.")
    if MESSAGING in missing:
        return failed("scopes", Told("The access token lacks {what}.", what=" + ".join(missing)), again)
    if missing:
        return warning(
            "scopes", Told("The access token lacks {what}, for templates and these checks.", what=missing[0]), again
        )
    granular = token.get("granular_scopes")
    for each in granular if isinstance(granular, list) else []:
        ids = _texts(each.get("target_ids")) if isinstance(each, dict) and each.get("scope") == MESSAGING else []
        if ids and waba_id and waba_id not in ids:
            return failed(
                "scopes",
                Told(
                    "The access token is for other WhatsApp accounts ({others}) than {account}.",
                    others=", ".join(ids[:3]),
                    account=waba_id,
                ),
                phrase("Give the system user this account too, or correct the Business Account ID."),
            )
    return ok("scopes", phrase("The access token may send messages and manage the account."))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
