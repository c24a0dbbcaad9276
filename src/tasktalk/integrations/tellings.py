"""What Meta tells by webhook of a number and its account (facts sheet 1.6): read into what an operator must know.

Shapes differ between Meta's pages and what is really sent, so nothing is taken for granted: odd values read as absent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tasktalk.integrations.checks.accounts import REVIEWS
from tasktalk.integrations.findings import Severity, Trouble
from tasktalk.phrases import Told, join, phrase
from tasktalk.whatsapp.explanations import explain
from tasktalk.whatsapp.fields import find_code, find_instant, get_object, get_text, list_objects

Json = dict[str, Any]

_SUPPORT = phrase("See the Business Support Home at Meta for the reason, and appeal there.")
_LONGEST = 300  # characters of Meta's own words


@dataclass(frozen=True, slots=True)
class News:
    """`note`: what became of it, for the log of deliveries. `right`: the kinds of findings that are over.

    `number`: what is known of the number now; `counts`: what is counted up in it; `per_second`: messages Meta takes.
    """

    note: str
    troubles: tuple[Trouble, ...] = ()
    right: tuple[str, ...] = ()
    number: Json = field(default_factory=dict)
    counts: tuple[str, ...] = ()
    per_second: int | None = None


def read_quality(value: Json) -> News:
    """`phone_number_quality_update`: of quality, limits and throughput."""
    event = _word(value, "event")
    limit = _limit(value)
    number: Json = {"limit": limit} if limit else {}
    match event:
        case "FLAGGED":
            trouble = Trouble(
                "quality",
                "warning",
                phrase("WhatsApp flagged the number: its quality is low, and its limits may fall."),
                phrase("Send less that was not asked for; look at the number in WhatsApp Manager."),
            )
            return News("the number was flagged", (trouble,), number=number)
        case "UNFLAGGED":
            return News("the number is not flagged any more", right=("quality",), number=number)
        case "DOWNGRADE":
            lowered: str = phrase("WhatsApp lowered the number's limit.")
            if limit:
                people = limit.removeprefix("TIER_")
                lowered = Told("WhatsApp lowered the number's limit to {people} people a day.", people=people)
            trouble = Trouble(
                "limit_lowered",
                "warning",
                lowered,
                phrase("Send fewer messages outside conversations; the limit rises again with good quality."),
            )
            return News("the limit was lowered", (trouble,), number=number)
        case "THROUGHPUT_UPGRADE":
            number["throughput"] = "HIGH"
            return News("WhatsApp takes 1,000 messages a second now", number=number, per_second=1000)
        case "UPGRADE":
            return News("the limit was raised", right=("limit_lowered",), number=number)
    return News(f"of the number's quality: {event or 'nothing'}", number=number)


def read_name(value: Json) -> News:
    """`phone_number_name_update`: of the display name."""
    decision, name = _word(value, "decision"), _text(value, "requested_verified_name")
    reason = _text(value, "rejection_reason")
    number: Json = {"name_review": {"decision": decision, "name": name, "reason": reason or None}}
    if decision == "APPROVED":
        number |= {"verified_name": name, "name_status": "APPROVED"} if name else {}
        return News("the display name was approved", right=("name_review", "name"), number=number)
    if decision == "REJECTED":
        message = Told("WhatsApp refused the display name {name}.", name=repr(name))
        if reason and reason != "NONE":
            message = Told("WhatsApp refused the display name {name} ({reason}).", name=repr(name), reason=reason)
        trouble = Trouble(
            "name_review",
            "warning",
            message,
            phrase("Choose another under Phone numbers in WhatsApp Manager."),
        )
        return News("the display name was refused", (trouble,), number=number)
    return News(f"of the display name: {decision.lower() or 'nothing'}", number=number)


def read_account(value: Json) -> News:
    """`account_update`: violations, restrictions, bans, and whose the account is."""
    event = _word(value, "event")
    match event:
        case "ACCOUNT_VIOLATION":
            kind = _text(get_object(value, "violation_info"), "violation_type") or "?"
            message = Told("Meta says that the account violated this policy: {policy}.", policy=kind)
            trouble = Trouble("violation", "warning", message, _SUPPORT)
            return News(f"a violation: {kind}", (trouble,))
        case "ACCOUNT_RESTRICTION":
            return _restriction(value)
        case "DISABLED_UPDATE":
            return _ban(get_object(value, "ban_info"))
        case "ACCOUNT_DELETED" | "ACCOUNT_OFFBOARDED" | "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED":
            trouble = Trouble(
                "account_gone",
                "critical",
                Told("The WhatsApp account is not connected to the app any more ({event}).", event=event),
                phrase("Connect it again in the app at Meta, or switch this integration off."),
            )
            return News("the account is gone", (trouble,))
        case "ACCOUNT_RECONNECTED" | "PARTNER_ADDED" | "PARTNER_APP_INSTALLED":
            return News("the account is connected", right=("account_gone",))
    return News(f"of the account: {event or 'nothing'}", number={"account_event": event} if event else {})


def _restriction(value: Json) -> News:
    told: list[str] = []
    severity: Severity = "warning"
    for each in list_objects(value, "restriction_info"):
        kind, until = _word(each, "restriction_type"), find_instant(each, "expiration")
        what = _RESTRICTIONS.get(kind, kind.lower() or Told("something"))
        told.append(Told("{what} until {day}", what=what, day=_day(until)) if until else what)
        if kind.endswith("_MESSAGING"):
            severity = "critical"
    message: str = phrase("Meta restricted the account.")
    if told:
        message = Told("Meta restricted the account: what it may not do is {what}.", what=join(told, ", "))
    return News("the account was restricted", (Trouble("restriction", severity, message, _SUPPORT),))


_RESTRICTIONS = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": Told("write to people first"),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": Told("answer people"),
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": Told("add phone numbers"),
}


def _ban(info: Json) -> News:
    state, date = _word(info, "waba_ban_state"), _text(info, "waba_ban_date")
    if state == "REINSTATE":
        return News("the account was reinstated", right=("ban", "restriction", "violation"))
    if state not in {"DISABLE", "SCHEDULE_FOR_DISABLE"}:
        return News(f"of a ban: {state.lower() or 'nothing'}")
    message: str = phrase("Meta disabled the account.")
    if state == "DISABLE" and date:
        message = Told("Meta disabled the account on {date}.", date=date)
    elif date:
        message = Told("Meta will disable the account on {date}.", date=date)
    elif state != "DISABLE":
        message = phrase("Meta will disable the account.")
    return News(f"of a ban: {state.lower()}", (Trouble("ban", "critical", message, _SUPPORT),))


def read_review(value: Json) -> News:
    """`account_review_update`: whether the account may be used at all."""
    decision = _word(value, "decision")
    if decision == "APPROVED":
        return News("the account was approved", right=("account_review",))
    if not decision:
        return News("of the account's review: nothing")
    level: Severity = "critical" if decision == "REJECTED" else "warning"
    message = REVIEWS.get(decision) or Told("Meta's review of the account: {review}.", review=decision.lower())
    return News(str(message), (Trouble("account_review", level, message, _SUPPORT),))


def read_alert(value: Json) -> News:
    """`account_alerts`: anything that Meta wants a person to know."""
    alert = get_object(value, "alert_info") or value
    kind = _word(alert, "alert_type")
    if not kind:
        return News("of an alert: nothing")
    name = f"alert_{kind.lower()}"[:80]
    if _word(alert, "alert_status") == "NONE":
        return News(f"an alert is over: {kind}", right=(name,))
    levels: dict[str, Severity] = {"CRITICAL": "critical", "WARNING": "warning"}
    level = levels.get(_word(alert, "alert_severity"), "info")
    message = _text(alert, "alert_description") or Told("Meta alerts: {kind}.", kind=kind)
    return News(
        f"an alert: {kind}", (Trouble(name, level, message, phrase("See the account's alerts in WhatsApp Manager.")),)
    )


def read_capability(value: Json) -> News:
    """`business_capability_update`: how many people and numbers the business may have."""
    limit = _limit(value)
    numbers = value.get("max_phone_numbers_per_business", value.get("max_phone_numbers_per_waba"))
    known: Json = {"limit": limit} if limit else {}
    if type(numbers) is int:
        known["max_phone_numbers"] = numbers
    return News(f"the business may write to {limit.removeprefix('TIER_') or 'as many'} people a day", number=known)


def read_security(value: Json) -> News:
    """`security`: somebody touched the number's two-step verification."""
    event, requester = _word(value, "event"), _text(value, "requester")
    if not event:
        return News("of the number's security: nothing")
    known = _SECURITY.get(event)
    what = Told(known) if known else Told("Of the number's security: {event}", event=event)
    message = Told("{what}, by {who}.", what=what, who=requester) if requester else join([what, "."], "")
    todo = phrase(
        "If it was none of you, secure the Meta business account: people, system users, two-step verification."
    )
    return News(f"security: {event}", (Trouble(f"security_{event.lower()}"[:80], "warning", message, todo),))


_SECURITY = {
    "PIN_CHANGED": phrase("The PIN of the number's two-step verification was changed"),
    "PIN_RESET_REQUEST": phrase("Somebody asked to switch the number's two-step verification off"),
    "PIN_REQUEST_SUCCESS": phrase("The number's two-step verification was switched off"),
}


def read_preferences(value: Json) -> News:
    """`user_preferences`: people who want no marketing messages, or want them again; we send none, so it is counted."""
    words = [_word(each, "value").lower() for each in list_objects(value, "user_preferences")]
    counts = tuple(f"marketing_{word}" for word in words if word in {"stop", "resume", "signup"})
    return News(f"of marketing messages: {', '.join(words) or 'nothing'}", counts=counts)


def read_errors(value: Json) -> News:
    """`messages` without any: what went wrong at the level of the number."""
    errors = list_objects(value, "errors")
    if not errors:
        return News("stored")
    code = find_code(errors[0], "code")
    means = explain(code) if code is not None else explain(1)
    said = _text(errors[0], "message") or _text(errors[0], "title")
    message = join([Told(means.meaning), f"({said})"]) if said else means.meaning
    return News(f"an error of the number: {code}", (Trouble("told_error", "warning", message, means.what_to_do),))


READERS: Mapping[str, Callable[[Json], News]] = {
    "messages": read_errors,
    "phone_number_quality_update": read_quality,
    "phone_number_name_update": read_name,
    "account_update": read_account,
    "account_review_update": read_review,
    "account_alerts": read_alert,
    "business_capability_update": read_capability,
    "security": read_security,
    "user_preferences": read_preferences,
}


def _limit(value: Json) -> str:
    """People outside conversations a day, as `TIER_…`; Meta writes it as that, as a number, or as -1."""
    for key in ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone"):
        limit = value.get(key)
        if type(limit) is int:
            return "TIER_UNLIMITED" if limit < 0 else f"TIER_{limit}"
        if isinstance(limit, str) and limit and limit != "TIER_NOT_SET":
            return limit[:40]
    return ""


def _word(parent: Json, key: str) -> str:
    return get_text(parent, key)[:80].upper()


def _text(parent: Json, key: str) -> str:
    return " ".join(get_text(parent, key).split())[:_LONGEST]


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
