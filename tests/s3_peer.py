"""A bucket that speaks as much of S3 as a file store needs, and believes no request that is not signed right."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import web

ACCESS, SECRET, REGION = "AKPEER", "peer-secret-key", "eu-test-1"


@dataclass
class Bucket:
    """`objects` by path; `parts` of uploads that are neither complete nor given up; `refused` requests."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    refused: int = 0
    uploads: int = 0
    away: bool = False


@asynccontextmanager
async def open_bucket() -> AsyncIterator[Bucket]:
    """One that listens on this machine."""
    bucket = Bucket()

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        if bucket.away:
            return web.Response(status=503)
        if not is_signed(request, body):
            bucket.refused += 1
            return web.Response(status=403, text="<Error><Code>SignatureDoesNotMatch</Code></Error>")
        return _answer(bucket, request, body)

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    bucket.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield bucket
    await runner.cleanup()


def is_signed(request: web.Request, body: bytes) -> bool:
    """By the rules of AWS Signature Version 4, worked out anew from what arrived."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return False
    said = dict(part.strip().split("=", 1) for part in rest.split(","))
    access, day, region, service, _ = said["Credential"].split("/")
    hashed = request.headers["x-amz-content-sha256"]
    if (access, region, service) != (ACCESS, REGION, "s3") or hashed != hashlib.sha256(body).hexdigest():
        return False
    signed = said["SignedHeaders"].split(";")
    query = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in signed)
    canonical = "\n".join(
        (request.method, request.raw_path.partition("?")[0], query, headers, ";".join(signed), hashed)
    )
    stamp = request.headers["x-amz-date"]
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"{scheme}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{SECRET}".encode()
    for step in (day, region, service, "aws4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), said["Signature"])


def _answer(bucket: Bucket, request: web.Request, body: bytes) -> web.Response:  # noqa: PLR0911  (one a call)
    path, query = request.path, request.query
    match request.method:
        case "POST" if "uploads" in query:
            bucket.uploads += 1
            bucket.parts[str(bucket.uploads)] = {}
            upload = f"<UploadId>{bucket.uploads}</UploadId>"
            return _xml(f"<InitiateMultipartUploadResult>{upload}</InitiateMultipartUploadResult>")
        case "PUT" if "uploadId" in query:
            bucket.parts[query["uploadId"]][int(query["partNumber"])] = body
            return web.Response(headers={"ETag": f'"{query["partNumber"]}"'})
        case "POST" if "uploadId" in query:
            parts = bucket.parts.pop(query["uploadId"])
            bucket.objects[path] = b"".join(parts[number] for number in sorted(parts))
            return _xml('<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>')
        case "DELETE" if "uploadId" in query:
            del bucket.parts[query["uploadId"]]
            return web.Response(status=204)
        case "PUT":
            bucket.objects[path] = body
            return web.Response(headers={"ETag": '"x"'})
        case "GET" if path in bucket.objects:
            headers = {"ETag": '"x"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}
            return web.Response(body=bucket.objects[path], headers=headers)
        case "DELETE":
            bucket.objects.pop(path, None)
            return web.Response(status=204)
    return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")


def _xml(text: str) -> web.Response:
    return web.Response(text=f'<?xml version="1.0" encoding="UTF-8"?>{text}', content_type="application/xml")
