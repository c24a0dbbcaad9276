"""Meta's errors: the codes of section 9 of the facts sheet and the JSON they are told in."""

import secrets

import msgspec

# code -> (HTTP status, title). Decide on the code, never on the text.
TABLE: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    80008: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Business account locked"),
    131037: (400, "Display name approval needed"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped marketing messages from the business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131060: (400, "This message is currently unavailable"),
    131062: (400, "Business-scoped user ID is not accepted for this message"),
    131063: (400, "Marketing templates disabled on Cloud API"),
    131064: (400, "Throttled: template misclassification"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template content policy violated"),
    132008: (400, "Template parameter missing"),
    132012: (400, "Template parameter format mismatch"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "Template parameter content is not valid"),
    132068: (400, "Flow is blocked"),
    132069: (400, "Flow is throttled"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two-step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too many two-step verification PIN guesses"),
    133009: (400, "Two-step verification PIN guessed too fast"),
    133010: (400, "Phone number not registered"),
    133015: (400, "Wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register/deregister rate limit exceeded"),
    135000: (400, "Generic user error"),
    136024: (400, "Request code error"),
    136025: (400, "Verify code error"),
    137000: (400, "Identity key hash mismatch"),
}

_KIND = "OAuthException"
_GRAPH_KIND = "GraphMethodException"
_MISSING = 33


class MetaError(Exception):
    """An answer that is an error, in Meta's shape; `details` is what a person reads to find the cause."""

    def __init__(self, code: int, details: str = "", *, subcode: int | None = None, title: str | None = None) -> None:
        self.status, known = TABLE.get(code, (400, "Unknown error"))
        self.code = code
        self.subcode = subcode
        self.title = title or known
        self.details = details
        super().__init__(f"(#{code}) {self.title}: {details}")

    def body(self) -> bytes:
        """The JSON that Meta would answer."""
        error: dict[str, object] = {
            "message": f"(#{self.code}) {self.title}",
            "type": _GRAPH_KIND if self.code == 100 and self.subcode == _MISSING else _KIND,  # noqa: PLR2004  (Meta's)
            "code": self.code,
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = secrets.token_urlsafe(8)
        return msgspec.json.encode({"error": error})

    def in_status(self) -> dict[str, object]:
        """The same as one of the `errors` of a failed status (section 3)."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def no_such_object(object_id: str) -> MetaError:
    """An id that is nobody's: 400, code 100, subcode 33."""
    text = (
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation."
    )
    return MetaError(100, text, subcode=_MISSING, title=text)


def bad_token(details: str, *, subcode: int | None = None) -> MetaError:
    """A token that is missing, wrong or expired (463)."""
    return MetaError(190, details, subcode=subcode, title=details)
