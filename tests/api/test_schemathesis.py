"""Whatever fits the description, and much that does not, is answered as the description says.

The product answers HTTP in a thread of this process: what asks is synchronous, and the product is not. Left out, as no
question and answer in JSON: files (forms and bytes), streams, and Meta's door (signed deliveries).
"""

import asyncio
import re
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from product_kit import Product, describe_api, open_product
from tasktalk.db import Conn
from tasktalk.db.pool import open_pool
from tasktalk.messaging import webhook
from tasktalk.web.openapi import operations

NOBODYS = "019a0000-0000-7000-8000-000000000000"
WORDS = {  # where others have an id
    "/api/tasks/batch",
    "/api/projects/{project_id}/members/me",
    "/api/users/me",
    "/api/integrations/{integration_id}/phone-mappings/strangers",
    "/api/integrations/{integration_id}/templates/sync",
    "/api/integrations/{integration_id}/templates/pack",
}
LEFT_OUT = r"^/api/attachments|^/api/events|^/api/webhooks/whatsapp$|^/readyz$"  # no worker here: never ready
# That all which fits a schema is taken: whether a filter can be read or a zone exists, no schema can say. That nobody
# is let in without a token: asked below, of every route; the check sends our token all the same.
NOT_ASKED = [positive_data_acceptance, ignored_auth]
QUIET = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


def described() -> schemathesis.BaseSchema:
    """Without the phase that tries each value at and beyond its limits, dozens a route: the long version has it."""
    config = schemathesis.Config.from_dict(
        {
            "seed": 1,
            "phases": {"coverage": {"enabled": False}},
            "generation": {
                "deterministic": True,
                "max-examples": 4,
                "database": "none",
                "with-security-parameters": False,
            },
        }
    )
    return schemathesis.openapi.from_dict(deepcopy(describe_api()), config=config).exclude(path_regex=LEFT_OUT)


class Running(threading.Thread):
    """The product, answering on a port of this machine until told to stop."""

    def __init__(self, dsn: str, data: Path) -> None:
        super().__init__(daemon=True)
        self._dsn, self._data = dsn, data
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._server: uvicorn.Server | None = None
        self.ready = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.session = requests.Session()
        self.headers: dict[str, str] = {}

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        async with await open_pool(self._dsn, min_size=1, max_size=4) as pool:
            product = await open_product(self._dsn, pool, self._data)
            self.headers = {"authorization": f"Bearer {product.ana.token}"}
            config = uvicorn.Config(product.app, lifespan="off", ws="none", log_config=None, access_log=False)
            self._server = uvicorn.Server(config)
            self.ready.set()
            await self._server.serve(sockets=[self._listener])

    def check(self, case: schemathesis.Case) -> None:
        """Asks as Ana, and looks at the answer."""
        case.call_and_validate(self.url, self.session, self.headers, excluded_checks=NOT_ASKED)

    def stop(self) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self.join(10)
        self.session.close()


@pytest.fixture(scope="module")
async def running(
    server: str, admin: Conn, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """One product for all that is asked here, with a database of its own."""
    name = f"test_{secrets.token_hex(6)}"
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    parts = urlsplit(server)
    dsn = f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")
    one = Running(dsn, tmp_path_factory.mktemp("data"))
    one.start()
    assert one.ready.wait(20)
    yield one
    one.stop()
    await admin.execute(f"drop database {name} with (force)")


async def test_nobody_is_let_in_without_a_token(product: Product) -> None:
    asked = 0
    for path, method, told in operations(describe_api()):
        if told["security"]:
            found = await product.ask(re.sub(r"{\w+}", NOBODYS, path), method=method.upper())
            assert (found.status, method, path) == (401, method, path)
            asked += 1
    assert asked > 50


async def test_what_cannot_be_done_says_what_can(product: Product) -> None:
    described = describe_api()["paths"]
    for path in described.keys() - WORDS - {webhook.PATH}:
        for method in {"get", "post", "put", "patch", "delete"} - described[path].keys():
            found = await product.ask(re.sub(r"{\w+}", NOBODYS, path), method=method.upper(), token=product.ana.token)
            assert (found.status, method, path) == (405, method, path)
            assert set(found.headers["allow"].lower().split(", ")) == set(described[path])


@described().parametrize()
@settings(deadline=None, derandomize=True, suppress_health_check=QUIET)
def test_every_route_does_as_described(running: Running, case: schemathesis.Case) -> None:
    running.check(case)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_route_does_as_described_at_its_boundaries_and_in_turn(running: Running) -> None:
    left_out = ",".join(check.__name__ for check in NOT_ASKED)
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{running.url}/api/openapi.json", "--seed", "1"]
    command += ["-H", f"authorization: {running.headers['authorization']}", "-n", "50", "--continue-on-failure"]
    command += ["--exclude-path-regex", LEFT_OUT, "--exclude-checks", left_out, "--suppress-health-check", "all"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
