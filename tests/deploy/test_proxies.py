"""The examples for nginx and Caddy, run as they stand before a web process that tells what reached it.

Names, ports and certificates are this test's; all else is the file's. Without the program the test is skipped.
"""

import asyncio
import datetime as dt
import ipaddress
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DEPLOY = Path(__file__).parents[2] / "deploy"
MIB = 1024 * 1024
META = "client.webhooks.fbclientcerts.com"
SIGNED = ec.ECDSA(hashes.SHA256())
Made = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def make(folder: Path, name: str, common_name: str, *, by: Made | None = None) -> Made:
    """A certificate of this name by an authority (by itself: an authority), in NAME.crt and NAME.key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
    )
    certificate = builder.sign(by[1] if by else key, hashes.SHA256())
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, key


class Behind:
    """A web process that says what reached it; `/live` sends its second event when it is told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind = b"text/event-stream" if scope["path"] == "/live" else b"application/json"
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        if scope["path"] == "/live":
            await send({"type": "http.response.body", "body": b"data: one\n\n", "more_body": True})
            await self.go_on.wait()
            await send({"type": "http.response.body", "body": b"data: two\n\n"})
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = json.dumps({"path": scope["path"], "size": size, "headers": headers}).encode()
        await send({"type": "http.response.body", "body": body})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def nginx(folder: Path, port: int, upstream: int, *, mtls: bool) -> list[str]:
    site = (DEPLOY / "nginx.conf").read_text()
    site = site.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port} ssl http2").replace(
        "127.0.0.1:8000", f"127.0.0.1:{upstream}"
    )
    site = site.replace("/var/log/nginx/access.log", str(folder / "access.log"))
    site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    site = "\n".join(line for line in site.splitlines() if "listen [::]" not in line)
    site = site.replace("/etc/letsencrypt/live/tasks.example.org/fullchain.pem", str(folder / "web.crt"))
    site = site.replace("/etc/letsencrypt/live/tasks.example.org/privkey.pem", str(folder / "web.key"))
    if mtls:
        site = site.replace("#ssl_", "ssl_").replace("#set ", "set ").replace("#if ", "if ")
        site = site.replace("/etc/tasktalk/meta-outbound-api-ca-2025-12.pem", str(folder / "meta.crt"))
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    own = f"{user} pid {folder}/pid; daemon off; error_log stderr; events {{}}"
    whole = f"{own} http {{ access_log off; {temporary}\n{site}\n}}"
    (folder / "whole.conf").write_text(whole)
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "whole.conf")]


def caddy(folder: Path, port: int, upstream: int, *, mtls: bool) -> list[str]:
    site, more = (DEPLOY / "Caddyfile").read_text(), (DEPLOY / "meta-mtls.caddy").read_text()
    site = site.replace("{$TASKTALK_DOMAIN:tasks.example.org}", f"https://localhost:{port}, https://127.0.0.1:{port}")
    site = site.replace("{$TASKTALK_UPSTREAM:127.0.0.1:8000}", f"127.0.0.1:{upstream}")
    certificate = f"tls {folder}/web.crt {folder}/web.key"
    more = more.replace("{$TASKTALK_META_CA:/etc/tasktalk/meta-outbound-api-ca-2025-12.pem}", str(folder / "meta.crt"))
    (folder / "meta-mtls.caddy").write_text(more.replace("tls {", f"{certificate} {{"))
    site = site.replace("#import ", "import " if mtls else f"{certificate}\n#import ")
    options = "{\nadmin off\nauto_https off\nskip_install_trust\n}\n"
    (folder / "Caddyfile").write_text(options + site)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@asynccontextmanager
async def proxied(folder: Path, build: Callable[..., list[str]], behind: Behind, *, mtls: bool) -> AsyncIterator[str]:
    """The address of the proxy, with `behind` behind it."""
    if shutil.which(build.__name__) is None:
        pytest.skip(f"{build.__name__} is not installed")
    authority = make(folder, "authority", "Test authority")
    make(folder, "web", "localhost", by=authority)
    meta = make(folder, "meta", "Meta's authority")
    make(folder, "client", META, by=meta)
    make(folder, "other", f"not.{META}", by=meta)
    make(folder, "false", META, by=authority)
    listener, port = socket.create_server(("127.0.0.1", 0)), free_port()
    server = uvicorn.Server(uvicorn.Config(behind, log_config=None, access_log=False, ws="none", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    command = build(folder, port, listener.getsockname()[1], mtls=mtls)
    env = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, env=env, stdout=said, stderr=said)  # noqa: ASYNC220  (started, not waited for)
    try:
        async with asyncio.timeout(20):
            while True:
                assert process.poll() is None, (folder / "said").read_text()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                await writer.wait_closed()
                break
        yield f"https://localhost:{port}"
    finally:
        behind.go_on.set()
        process.terminate()
        process.wait(10)
        server.should_exit = True
        await task
        listener.close()


def trusting(folder: Path, client: str = "") -> aiohttp.ClientSession:
    """A client that trusts this test's authority, and shows a certificate if it has one."""
    context = ssl.create_default_context(cafile=str(folder / "authority.crt"))
    if client:
        context.load_cert_chain(folder / f"{client}.crt", folder / f"{client}.key")
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


@pytest.mark.parametrize("build", [nginx, caddy])
async def test_limits_addresses_and_live_streams(build: Callable[..., list[str]], tmp_path: Path) -> None:
    behind, hook = Behind(), "/api/webhooks/whatsapp"
    async with proxied(tmp_path, build, behind, mtls=False) as url, trusting(tmp_path) as session:
        async with session.post(
            url + hook, data=BytesIO(bytes(3 * MIB)), headers={"X-Forwarded-For": "6.6.6.6"}
        ) as answer:
            told = await answer.json()
            assert (answer.status, told["size"]) == (200, 3 * MIB)
            assert told["headers"]["x-forwarded-proto"] == "https"
            assert told["headers"]["x-forwarded-for"] == "127.0.0.1"
            assert "max-age" in answer.headers["Strict-Transport-Security"]
        for path, size, status in ((hook, 5, 413), ("/api/attachments", 25, 200), ("/api/attachments", 27, 413)):
            async with session.post(url + path, data=BytesIO(bytes(size * MIB))) as answer:
                refused = {413, 502}  # Caddy before 2.7 says 502; a delivery's length Tasktalk looks at itself
                assert answer.status in (refused if status == 413 else {status}), (path, size)
        async with session.get(f"{url}/metrics") as answer:
            assert answer.status == 404
        async with session.get(f"{url}/live") as answer:
            assert await answer.content.readuntil(b"\n\n") == b"data: one\n\n"  # while the second is not sent yet
            behind.go_on.set()
            assert await answer.content.readuntil(b"\n\n") == b"data: two\n\n"


async def test_addresses_that_are_secrets_are_not_written_down(tmp_path: Path) -> None:
    async with proxied(tmp_path, nginx, Behind(), mtls=False) as url, trusting(tmp_path) as session:
        for path in ("/feeds/secret-one.ics", "/login/secret-two?next=/tasks", "/tasks"):
            async with session.get(url + path) as answer:
                await answer.read()
    told = (tmp_path / "access.log").read_text()  # nginx has ended, and written it all
    assert "GET /tasks " in told
    assert "secret" not in told


@pytest.mark.parametrize("build", [nginx, caddy])
async def test_deliveries_are_metas_by_certificate(build: Callable[..., list[str]], tmp_path: Path) -> None:
    hook = "/api/webhooks/whatsapp"

    async def status(url: str, method: str, path: str, client: str) -> int:
        try:
            async with trusting(tmp_path, client) as session, session.request(method, url + path) as answer:
                return answer.status
        except (aiohttp.ClientError, ssl.SSLError):
            return 0  # not even a handshake

    async with proxied(tmp_path, build, Behind(), mtls=True) as url:
        assert await status(url, "POST", hook, "client") == 200
        assert await status(url, "POST", hook, "") == 403
        assert await status(url, "POST", hook, "other") == 403
        assert await status(url, "POST", hook, "false") in {0, 400, 403}
        assert await status(url, "GET", hook, "") == 200
        assert await status(url, "POST", "/api/tasks", "") == 200
