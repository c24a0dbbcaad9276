"""Asking a web process whether it is ready."""

import urllib.error
import urllib.request

# A proxy named in the environment is for the world outside; it cannot reach this machine's own addresses.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask_ready(web: str, *, seconds: float) -> None:
    """Returns when the process at `web` says that it is ready; raises OSError, or ValueError for no address at all."""
    try:
        with _direct.open(f"{web.rstrip('/')}/readyz", timeout=seconds):
            return
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise
