"""Drawing pages: templates, the frame around every page, notes that survive a redirect, errors in words."""

import base64
import binascii
import gzip
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tasktalk.accounts.request import is_https
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console import when
from tasktalk.console.assets import asset_url
from tasktalk.console.charts import figure
from tasktalk.console.headers import page_headers
from tasktalk.console.icons import icon
from tasktalk.console.words import choose_language, speech_of, template_words
from tasktalk.errors import AppError, BadRequest, TooLarge, Unauthorized
from tasktalk.ids import new_id
from tasktalk.tasks.model import Act

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "tasktalk_theme"
_NOTE_COOKIE = "tasktalk_note"
_LONGEST_NOTE = 300
_LARGEST_FORM = 256 * 1024
_SMALLEST_PACKED = 1024
_DIGITS = 18
_HEADLINES = {
    400: phrase("That did not work"),
    401: phrase("Sign in first"),
    403: phrase("Not for you"),
    404: phrase("Nothing here"),
    405: phrase("Nothing to see here"),
    409: phrase("Somebody was faster"),
    413: phrase("Too much"),
    429: phrase("Not so fast"),
    503: phrase("Not right now"),
}


def strong(words: object) -> Markup:
    """Words that a sentence sets off."""
    return Markup("<strong>{}</strong>").format(words)


def code(words: object) -> Markup:
    """What a sentence quotes from a machine."""
    return Markup("<code>{}</code>").format(words)


@lru_cache(maxsize=256)  # a page has it in every form
def csrf_field(csrf: str) -> Markup:
    """The hidden field that every form of a signed-in page carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(csrf)


_env = Environment(
    loader=PackageLoader("tasktalk.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_env.globals |= {
    "icon": icon,
    "asset": asset_url,
    "when": when,
    "hidden": csrf_field,
    "strong": strong,
    "code": code,
    "figure": figure,
}


class Note(msgspec.Struct, omit_defaults=True):
    """A toast: what was done, and the change set that undoes it."""

    text: str
    tone: str = "done"
    undo: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a form could not do: in which of its fields ("" in none), and why."""

    field: str
    words: str
    status: int

    @classmethod
    def of(cls, error: AppError) -> "Wrong":
        """Of an error that names its field."""
        return cls(str(error.data.get("field") or ""), error.message, error.status)


def draw(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the template, in the viewer's language. Takes the waiting note along, so that it is shown once."""
    note = _find_note(request)
    if request.method == "POST":  # its address cannot be asked again for what has changed
        context["live"] = ""
    language = context["viewer"].language if "viewer" in context else choose_language(request)
    theme = request.cookies.get(THEME_COOKIE, "auto")
    html = _env.get_template(template).render(
        path=request.url.path,
        address=local_address(request),
        theme=theme if theme in THEMES else "auto",
        note=note,
        speech=speech_of(language),
        **template_words(language),
        **context,
    )
    response = HTMLResponse(html, status_code=status)
    if note is not None:
        response.delete_cookie(_NOTE_COOKIE, httponly=True, samesite="lax")
    return response


def go(address: str, note: Note | None = None) -> Response:
    """Sends the browser on after a form, with a note to show there."""
    response = RedirectResponse(address, status_code=303)
    if note is not None:
        note.text = note.text[:_LONGEST_NOTE]
        packed = base64.urlsafe_b64encode(msgspec.json.encode(note)).decode()
        response.set_cookie(_NOTE_COOKIE, packed, max_age=60, httponly=True, samesite="lax")
    return response


def go_back(form: dict[str, str], note: Note | None = None) -> Response:
    """Sends the browser to the page its form was on."""
    return go(safe_address(form.get("back")), note)


async def read_form(request: Request) -> dict[str, str]:
    """The form's text fields; the last of several with a name. Raises BadRequest, TooLarge."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


async def read_forms(request: Request) -> dict[str, list[str]]:
    """The form's text fields, each with all that it was sent with."""
    found: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def act_of(request: Request) -> Act:
    """What a form does, as the journal names it."""
    return Act(new_id(), "web", now_of(request))


def read_number(text: str) -> int | None:
    """A whole number of a form or a header; None for anything else, and for one that no row could have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def safe_address(address: str | None) -> str:
    """`address` if it lies within this site, else `/`: nobody is sent elsewhere by a link to us."""
    inside = address is not None and address.startswith("/") and not address.startswith("//")
    return address if inside and address and address.isprintable() and "\\" not in address else "/"


def address_with(path: str, asked: Mapping[str, str | None]) -> str:
    """`path` with what is asked as its query; what is empty is left out."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def local_address(request: Request) -> str:
    """Path and query of the page."""
    query = request.url.query
    return request.url.path + ("?" + query if query else "")


def now_of(request: Request) -> datetime:  # noqa: ARG001  (a test may give an application its own clock)
    """This request's moment."""
    return datetime.now(UTC)


class PageRoute(APIRoute):
    """A route whose errors are pages, whose visitors are sent to sign in, and whose answers are guarded and packed.

    `longest`: of a form, in bytes; None: the route has a limit of its own.
    """

    longest: int | None = _LARGEST_FORM

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler with ours around it."""
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                _check_length(request, self.longest)
                response = await handle(request)
            except Unauthorized:
                response = _to_sign_in(request)
            except RequestValidationError:
                response = error_page(request, BadRequest())
            except AppError as error:
                response = error_page(request, error)
            return finish(request, response)

        return handle_page


class UploadRoute(PageRoute):
    """A route that takes a file, which is measured as it comes."""

    longest = None


def error_page(request: Request, error: AppError) -> Response:
    """What went wrong, in words."""
    headline = _HEADLINES.get(error.status, phrase("Something went wrong"))
    response = draw(request, "error.html", status=error.status, error=error, headline=headline)
    if "retry_after" in error.data:
        response.headers["retry-after"] = str(error.data["retry_after"])
    return response


def stray_page(request: Request, error: AppError) -> Response:
    """The same where no page's route was met: nothing is there, or only what a form is sent to."""
    return finish(request, error_page(request, error))


def finish(request: Request, response: Response) -> Response:
    """Guards a page with the security headers and packs it."""
    for name, value in page_headers(https=is_https(request)).items():
        response.headers.setdefault(name, value)
    if isinstance(response, HTMLResponse) and len(response.body) >= _SMALLEST_PACKED:
        response.headers.add_vary_header("Accept-Encoding")
        if "gzip" in request.headers.get("accept-encoding", ""):
            response.body = gzip.compress(bytes(response.body), 5)
            response.headers["content-encoding"] = "gzip"
            response.headers["content-length"] = str(len(response.body))
    return response


def _check_length(request: Request, longest: int | None) -> None:
    if longest is None:
        return
    length = read_number(request.headers.get("content-length", "0"))
    if length is None or length > longest:
        raise TooLarge(phrase("A form may have 256 KiB at most."))
    if request.method == "POST" and "transfer-encoding" in request.headers:
        raise BadRequest(phrase("A form says its length."))


def _to_sign_in(request: Request) -> Response:
    if request.method == "GET" and request.url.path != "/":
        return RedirectResponse("/login?next=" + quote(local_address(request), safe=""), status_code=302)
    return RedirectResponse("/login", status_code=302 if request.method == "GET" else 303)


def _find_note(request: Request) -> Note | None:
    packed = request.cookies.get(_NOTE_COOKIE)
    if not packed:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(packed), type=Note)
    except (msgspec.MsgspecError, binascii.Error, ValueError):  # not one of ours
        return None
