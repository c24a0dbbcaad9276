"""Asking our own address works where the environment names a proxy for the world outside."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from tasktalk.cli import app
from tasktalk.up.probe import ask_ready


class Web(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_proxy_is_not_asked_for_our_own_address(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_ready(web, seconds=2)
    assert CliRunner().invoke(app, ["healthcheck", "--url", web + "/"]).exit_code == 0
    monkeypatch.setenv("TASKTALK_PORT", web.rpartition(":")[2])
    assert CliRunner().invoke(app, ["healthcheck"]).exit_code == 0


def test_who_is_not_ready_is_told_apart(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Web, "status", 503)
    with pytest.raises(OSError, match="503"):
        ask_ready(web, seconds=2)
    for url in (web, "nonsense", "http://127.0.0.1:9"):
        answer = CliRunner().invoke(app, ["healthcheck", "--url", url])
        assert (answer.exit_code, answer.output[:9]) == (1, "not ready")
