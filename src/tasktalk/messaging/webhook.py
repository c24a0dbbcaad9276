"""The webhook, as a raw ASGI route: signature, cut, commit, and only then 200 (facts sheet section 1)."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec

from tasktalk import metrics
from tasktalk.errors import (
    AppError,
    BadRequest,
    TooLarge,
    Unauthorized,
    Unavailable,
    VerificationFailed,
    WrongMethod,
)
from tasktalk.integrations.connections import Directory
from tasktalk.logs import get_log
from tasktalk.whatsapp.delivery import Item, cut
from tasktalk.whatsapp.fields import find_id, read_object
from tasktalk.whatsapp.signature import check_signature

log = get_log("messaging.webhook")

PATH = "/api/webhooks/whatsapp"
_MOST_FIELDS = 20  # Meta sends three
MAX_BODY_BYTES = 4 * 1024 * 1024  # Meta sends up to 3 MB

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Store = Callable[[Sequence[Item]], Awaitable[None]]
Suspect = Callable[[dict[str, Any]], Awaitable[None]]


class NoSecret(Unavailable):
    """No app secret is known yet, so that no delivery can be trusted: add one to the integration."""


class Unsigned(Unauthorized):
    """The delivery bears no X-Hub-Signature-256."""

    code = "WEBHOOK_VERIFICATION_FAILED"


class Webhook:
    """Answers Meta. `store` returns once the items are committed."""

    def __init__(self, directory: Directory, store: Store, suspect: Suspect | None = None) -> None:
        """`suspect` hears of deliveries that nobody we know signed."""
        self._directory = directory
        self._store = store
        self._suspect = suspect

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request: GET verifies, POST delivers."""
        try:
            status, body = _OK, await self._answer(scope, receive)
            kind = b"text/plain; charset=utf-8"
        except AppError as error:
            status, kind, body = error.status, b"application/json", msgspec.json.encode(error.as_json())
        except Exception:
            log.exception("delivery_not_stored")
            status, kind, body = Unavailable.status, b"application/json", _NOT_STORED
        if scope["method"] == "POST":
            (_STORED if status == _OK else metrics.INTAKE_DELIVERIES.labels(status)).inc()
        if scope["method"] == "POST" and status in _FORGED and self._suspect is not None:
            await self._suspect(scope)
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        if body is not _STORED_BODY:  # what is answered thousands of times a second is no page and says nothing
            headers += _CAREFUL
        if status == WrongMethod.status:
            headers.append((b"allow", b"GET, POST"))
        if status == TooLarge.status:  # the rest of the body is not read
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: dict[str, Any], receive: Receive) -> bytes:
        if scope["method"] == "GET":
            return await self._verify(scope["query_string"])
        if scope["method"] == "POST":
            return await self._deliver(scope, receive)
        raise WrongMethod

    async def _verify(self, query_string: bytes) -> bytes:
        """The challenge, bare, if mode and token are right."""
        try:
            fields = parse_qs(query_string.decode("latin-1"), max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise VerificationFailed("This is no verification.") from error
        query = {name: values[-1] for name, values in fields.items()}
        known = await self._directory.knows_verify_token(query.get("hub.verify_token", ""))
        if query.get("hub.mode") != "subscribe" or not known:
            raise VerificationFailed("The verify token does not match any integration's.")
        if "hub.challenge" not in query:
            raise VerificationFailed("There is no challenge to answer.")
        return query["hub.challenge"].encode()

    async def _deliver(self, scope: dict[str, Any], receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        body = await _read(headers.get(b"content-length"), receive)
        secrets = await self._directory.app_secrets()
        if not secrets:
            raise NoSecret
        signature = headers.get(b"x-hub-signature-256")
        if signature is None:
            raise Unsigned
        signed = signature.decode("latin-1")
        own = self._directory.own_secrets
        # Where numbers have secrets of their own it matters which one signed; else one call is cheaper.
        signers = [each for each in secrets if check_signature(body, signed, (each,))] if own else None
        if not (check_signature(body, signed, secrets) if signers is None else signers):
            raise VerificationFailed("The signature does not fit the body and any known app secret.")
        items = cut(body)
        if signers is not None:
            for item in items:
                _check_signer(item, self._directory, signers)
        await self._store(items)
        return _STORED_BODY


def _check_signer(item: Item, directory: Directory, signers: Sequence[str]) -> None:
    """One number's app may not speak for another's. Who has no app secret takes any that is known."""
    secrets: Collection[str] | None = directory.own_secrets.get(item.phone_number_id or "")
    if secrets is None and item.kind == "change":
        secrets = directory.account_secrets.get(find_id(read_object(item.payload), "waba_id") or "")
    if secrets is not None and not any(each in secrets for each in signers):
        raise VerificationFailed("The signature is of another number's app.")


async def _read(content_length: bytes | None, receive: Receive) -> bytes:
    """The body; refused by its announced length before a byte is read, else as soon as it grows past the limit."""
    if content_length is not None and content_length.isdigit() and int(content_length) > MAX_BODY_BYTES:
        raise TooLarge("A delivery may have 4 MiB at most.")
    message = await receive()
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
    else:
        parts, size = [message["body"]], len(message["body"])
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > MAX_BODY_BYTES:
                raise TooLarge("A delivery may have 4 MiB at most.")
        body = b"".join(parts)
    if message["type"] == "http.disconnect":
        raise BadRequest("The connection closed before the body was complete.")
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge("A delivery may have 4 MiB at most.")
    return body


_OK = 200
_FORGED = frozenset({Unsigned.status, VerificationFailed.status})
_STORED_BODY = b"OK"
_CAREFUL = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
_STORED = metrics.INTAKE_DELIVERIES.labels(_OK)
_NOT_STORED = msgspec.json.encode(Unavailable("The delivery could not be stored; please send it again.").as_json())
