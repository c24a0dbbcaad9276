"""The process that speaks to other services: `python -m tasktalk.messaging.letters.child`; see apprising.py.

Whoever names an address could name one of ours. So it has no secret, starts no program, opens no file but Python's own,
and connects to public addresses alone, whatever a name or a redirect says: what is not allowed fails where it happens.
"""

import json
import logging
import os
import socket
import sys
import sysconfig
from typing import Any

from tasktalk.phrases import phrase
from tasktalk.web.addresses import is_public, may_be_public

# Python's own, and what it takes to find and to trust a server.
_READABLE = (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *(
        "/etc/ssl",
        "/etc/pki",
        "/etc/resolv.conf",
        "/etc/hosts",
        "/etc/nsswitch.conf",
        "/etc/services",
        "/etc/mime.types",
    ),
    *("/etc/localtime", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom"),
)
_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
MISSING = phrase("Apprise is not installed: pip install 'tasktalk[apprise]'")
UNKNOWN = phrase("Apprise knows no such address.")
PRIVATE = phrase("The address is on a private network.")
NOT_TAKEN = phrase("The service did not take it.")


class NotAllowed(OSError):
    """What an address of Apprise's must not do."""


class _Guard:
    """An audit hook (PEP 578): it stands before every way out, and cannot be taken away again."""

    def __init__(self, *, public_alone: bool) -> None:
        self.public_alone = public_alone
        self.stopped = False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        allowed = True
        if event in _SENDS and self.public_alone:
            allowed = _is_public(args[0], args[1])
        elif event in _PROGRAMS:
            allowed = False
        elif event == "open":
            allowed = _may_open(args[0], args[2])
        if not allowed:
            self.stopped = True
            raise NotAllowed(event)


def main() -> None:
    """One order from stdin, one answer to stdout, both JSON."""
    order = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer of ours
    logging.disable()
    try:
        import apprise  # noqa: PLC0415  (an extra)
    except ImportError:
        json.dump([MISSING for _ in order["letters"]], answers)
        answers.close()
        return
    asset = apprise.AppriseAsset(
        http_redirects=False, app_id="Tasktalk", storage_mode=apprise.PersistentStoreMode.MEMORY
    )
    apprise.Apprise.instantiate("json://localhost")  # loads its modules while it may
    guard = _Guard(public_alone=order["public_alone"])
    sys.addaudithook(guard)
    json.dump([_send(apprise, asset, guard, letter) for letter in order["letters"]], answers)
    answers.close()


def _send(apprise: Any, asset: Any, guard: _Guard, letter: dict[str, str]) -> str:
    """Why it was not taken; empty: it was, or, where there is no body, its address could be one."""
    guard.stopped = False
    target = apprise.Apprise.instantiate(letter["url"], asset=asset, suppress_exceptions=True)
    if target is None:
        return UNKNOWN
    if guard.public_alone and not _may_be_public(getattr(target, "host", None)):
        return PRIVATE
    if not letter["body"]:
        return ""
    service = apprise.Apprise(asset=asset)
    service.add(target)
    taken = service.notify(body=letter["body"], title=letter["subject"], body_format=apprise.NotifyFormat.TEXT)
    return "" if taken else PRIVATE if guard.stopped else NOT_TAKEN


def _is_public(sock: socket.socket, address: Any) -> bool:
    if sock.family not in {socket.AF_INET, socket.AF_INET6} or not isinstance(address, tuple):
        return False
    return is_public(str(address[0]))


def _may_be_public(host: Any) -> bool:
    """Of what a service calls its host, where it has one."""
    return not isinstance(host, str) or not host or may_be_public(host)


def _may_open(path: Any, flags: Any) -> bool:
    """To read, and only what Python and the network need; a number is a file that is open already."""
    if isinstance(path, int):
        return True
    writes = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return not writes and os.path.realpath(os.fsdecode(path)).startswith(tuple(map(os.path.realpath, _READABLE)))


if __name__ == "__main__":
    main()
