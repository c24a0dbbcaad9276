"""What Meta's refusals mean for us: the facts sheet's table of codes (section 9) as rules.

Four fates of a call that did not succeed:

    refused    it will never be accepted as it is; nothing was sent
    retry      nothing was sent; later it may be accepted
    operator   nothing was sent, and nothing will be until a person puts something right
    unknown    no answer: it may have been sent, and must be reconciled before it is tried again

Decided by `code` alone. HTTP statuses differ between Meta's own pages, and texts change.
"""

from typing import Any, Literal, NamedTuple

Fate = Literal["refused", "retry", "operator", "unknown"]
Scope = Literal["message", "recipient", "number", "rate"]

_LONGEST_WAIT_SECONDS = 6 * 3600.0
_FIRST_SERVER_ERROR = 500
_OBJECT_MISSING = (100, 33)
_PERMISSIONS = range(200, 300)
_MAX_CODE = 2**31 - 1


class Rule(NamedTuple):
    """`scope`: what else to hold back: nothing, that recipient, or the whole business number; `rate`: it goes slower.

    `wait` seconds before the first retry, times `growth` before each further one for the same error; at most `retries`
    of them (None: as long as the message is worth sending).
    """

    fate: Fate
    scope: Scope = "message"
    wait: float = 0.0
    growth: float = 2.0
    retries: int | None = None


_REFUSED = Rule("refused")
_NUMBER_STOPS = Rule("operator", "number")
_MESSAGE_STOPS = Rule("operator", "message")
_HICCUP = Rule("retry", wait=5, growth=4, retries=3)
_MANY_CALLS = Rule("retry", "number", wait=60)
_NUMBER_BUSY = Rule("retry", "number", wait=60, growth=1)

# What is missing here is refused.
_RULES: dict[int, Rule] = {
    **dict.fromkeys((1, 2, 131000, 131016), _HICCUP),
    **dict.fromkeys((4, 80007, 80008), _MANY_CALLS),
    **dict.fromkeys((131057, 133000, 133004), _NUMBER_BUSY),
    130429: Rule("retry", "rate", wait=1, growth=1),
    131048: Rule("retry", "number", wait=3600),
    131052: Rule("retry", wait=5, retries=1),
    131053: Rule("retry", wait=5, retries=1),
    131056: Rule("retry", "recipient", wait=1, growth=4),
    132069: Rule("retry", wait=60),
    133015: Rule("retry", "number", wait=300),
    # Token, permissions, account, billing, registration: every message of the number would meet the same.
    **dict.fromkeys(
        (
            0,
            3,
            10,
            33,
            190,
            368,
            131005,
            131031,
            131037,
            131042,
            131045,
            133005,
            133006,
            133008,
            133009,
            133010,
            133016,
        ),
        _NUMBER_STOPS,
    ),
    **dict.fromkeys(_PERMISSIONS, _NUMBER_STOPS),
    # Templates and single recipients: other messages go on.
    **dict.fromkeys((131063, 131064, 132001, 132015, 132016, 132068, 136024, 136025), _MESSAGE_STOPS),
    **dict.fromkeys((131030, 137000), Rule("operator", "recipient")),
    131026: Rule("refused", "recipient"),
}


def find_rule(code: int | None, subcode: int | None = None, *, transient: bool = False) -> Rule:
    """The rule for an error code, from an answer or from a failed status; `transient`: Meta says it will pass."""
    if (code, subcode) == _OBJECT_MISSING:  # the number in the path is gone or not ours: all would be lost, not one
        return _NUMBER_STOPS
    if code in _RULES:
        return _RULES[code]
    return _HICCUP if transient else _REFUSED


class GraphError(Exception):
    """A call to the Graph API did not succeed.

    `code`, `subcode`, `http_status`, `trace_id` are None where no answer of Meta's came. `retry_after`: seconds Meta
    asked us to wait, None if it did not say. `retries`: see Rule.
    """

    def __init__(
        self,
        message: str,
        *,
        rule: Rule,
        code: int | None = None,
        subcode: int | None = None,
        http_status: int | None = None,
        details: str = "",
        trace_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        # Meta writes the code in front of some messages and not of others.
        numbered = code is None or message.startswith("(#")
        super().__init__(message if numbered else f"(#{code}) {message}")
        self.message = message
        self.code = code
        self.subcode = subcode
        self.http_status = http_status
        self.details = details
        self.trace_id = trace_id
        self.retry_after = retry_after
        self.rule = rule

    @property
    def fate(self) -> Fate:
        """What became of the call."""
        return self.rule.fate

    @property
    def scope(self) -> Scope:
        """What else the error concerns."""
        return self.rule.scope

    @property
    def retries(self) -> int | None:
        """How often a retry is worth it; None: no fixed number."""
        return self.rule.retries

    def wait_seconds(self, attempt: int) -> float:
        """How long to wait after the failed attempt number `attempt`, counted from 0; what Meta said goes first."""
        if self.retry_after is not None:
            return min(self.retry_after, _LONGEST_WAIT_SECONDS)
        # The exponent is bounded because a float's range is.
        return min(self.rule.wait * self.rule.growth ** min(max(attempt, 0), 50), _LONGEST_WAIT_SECONDS)


def lost(message: str, *, written: bool) -> GraphError:
    """No answer came. Unless the body had begun to leave us, Meta cannot have accepted it."""
    return GraphError(message, rule=Rule("unknown") if written else Rule("retry", wait=1, growth=2))


def refusal(http_status: int, error: dict[str, Any], retry_after: float | None) -> GraphError:
    """Meta's own error object: proof that the call was not carried out, whatever the HTTP status beside it."""
    code, subcode = _integer(error.get("code")), _integer(error.get("error_subcode"))
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    transient = error.get("is_transient") is True or http_status >= _FIRST_SERVER_ERROR
    rule = find_rule(code, subcode, transient=transient)
    return GraphError(
        _string(error.get("message")) or "No message",
        rule=rule,
        code=code,
        subcode=subcode,
        http_status=http_status,
        details=_string(details),
        trace_id=_string(error.get("fbtrace_id")) or None,
        retry_after=retry_after if rule.fate == "retry" else None,
    )


# Answers of something that stands between Meta and us, by HTTP status: a proxy, a wrong address.
_STRANGERS: dict[int, Rule] = {
    **dict.fromkeys((408, 425, 429), _MANY_CALLS),
    **dict.fromkeys((401, 403, 404, 405, 407), _NUMBER_STOPS),
}


def strange(http_status: int, retry_after: float | None) -> GraphError:
    """An answer that is not Meta's JSON.

    2xx or 5xx: unknown. A gateway's 502, 503 or 504 does not prove that what stands behind it did not accept the call;
    a 2xx cut short says it did. 3xx and 4xx are refusals before anything was carried out.
    """
    if http_status >= _FIRST_SERVER_ERROR or http_status < 300:  # noqa: PLR2004  (the classes of RFC 9110, section 15)
        rule = Rule("unknown")
    elif http_status < 400:  # noqa: PLR2004
        rule = _NUMBER_STOPS
    else:
        rule = _STRANGERS.get(http_status, _REFUSED)
    return GraphError(
        f"HTTP {http_status} without an answer of Meta's",
        rule=rule,
        http_status=http_status,
        retry_after=retry_after if rule.fate == "retry" else None,
    )


def _integer(value: Any) -> int | None:
    """None as well for what no code of Meta's is, and no column of ours holds."""
    return value if type(value) is int and abs(value) <= _MAX_CODE else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
