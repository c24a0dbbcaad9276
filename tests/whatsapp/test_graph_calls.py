"""The client against servers that answer, refuse, garble, fall silent or hang up."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from fake_meta import Meta

from tasktalk.whatsapp.errors import GraphError, find_rule
from tasktalk.whatsapp.graph import Graph, Sent

TEXT = {"type": "text", "text": {"body": "Added: milk"}}
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+447700900123", "wa_id": "447700900123"}],
    "messages": [{"id": "wamid.OUT1"}],
}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def graph(meta: Meta, session: aiohttp.ClientSession) -> Graph:
    return connect(session, meta.url)


def connect(session: aiohttp.ClientSession, url: str) -> Graph:
    return Graph(session, base_url=url, version="v25.0", access_token="token")


async def send(graph: Graph, **given: Any) -> Sent:
    return await graph.send("301", TEXT, **{"to": "447700900123", "recipient": None, "opaque": "out:1"} | given)


async def fail(graph: Graph, **given: Any) -> GraphError:
    with pytest.raises(GraphError) as caught:
        await send(graph, **given)
    return caught.value


def refusal(code: int, **more: object) -> dict[str, object]:
    error = {"message": f"(#{code}) No", "type": "OAuthException", "code": code, "fbtrace_id": "Abc"}
    return {"error": error | {"error_data": {"messaging_product": "whatsapp", "details": "because"}} | more}


async def test_a_message_is_sent_to_a_phone(meta: Meta, graph: Graph) -> None:
    meta.answer(ACCEPTED)
    assert await send(graph, recipient="GB.1") == Sent("wamid.OUT1", wa_id="447700900123")
    ((method, path, headers, body),) = meta.asked
    assert (method, path) == ("POST", "/v25.0/301/messages")
    assert headers["Authorization"] == "Bearer token"
    assert headers["Content-Type"] == "application/json"
    assert "Transfer-Encoding" not in headers
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+447700900123",
        "type": "text",
        "text": {"body": "Added: milk"},
        "biz_opaque_callback_data": "out:1",
    }


async def test_a_message_is_sent_to_an_id_where_no_phone_is_known(meta: Meta, graph: Graph) -> None:
    meta.answer(
        {"contacts": [{"input": "GB.1", "user_id": "GB.1"}], "messages": [{"id": "w", "message_status": "accepted"}]}
    )
    assert await send(graph, to=None, recipient="GB.1") == Sent("w", user_id="GB.1", status="accepted")
    body = meta.asked[0][3]
    assert body["recipient"] == "GB.1"
    assert "to" not in body


async def test_nobody_to_send_to_is_a_bug(graph: Graph) -> None:
    with pytest.raises(ValueError, match="needs `to` or `recipient`"):
        await send(graph, to=None)
    with pytest.raises(ValueError, match="longer"):
        await send(graph, opaque="x" * 513)


async def test_marking_read_with_and_without_typing(meta: Meta, graph: Graph) -> None:
    meta.answer({"success": True})
    await graph.mark_read("301", "wamid.IN1")
    await graph.mark_read("301", "wamid.IN1", typing=True)
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}
    assert [body for _, _, _, body in meta.asked] == [read, read | {"typing_indicator": {"type": "text"}}]


async def test_reading_a_number_and_a_token(meta: Meta, graph: Graph) -> None:
    meta.answer({"id": "301", "status": "CONNECTED"})
    assert (await graph.get("301", {"fields": "id,status"}))["status"] == "CONNECTED"
    meta.answer({"data": {"is_valid": False}})
    assert await graph.debug_token("other&token") == {"is_valid": False}
    assert meta.asked[0][1] == "/v25.0/301?fields=id,status"
    assert meta.asked[1][1] == "/v25.0/debug_token?input_token=other%26token"


@pytest.mark.parametrize(
    ("code", "fate", "scope"),
    [
        (190, "operator", "number"),
        (10, "operator", "number"),
        (299, "operator", "number"),
        (131042, "operator", "number"),
        (131030, "operator", "recipient"),
        (132001, "operator", "message"),
        (131026, "refused", "recipient"),
        (131047, "refused", "message"),
        (131009, "refused", "message"),
        (100, "refused", "message"),
        (999999, "refused", "message"),
        (131056, "retry", "recipient"),
        (130429, "retry", "rate"),
        (80007, "retry", "number"),
        (131016, "retry", "message"),
        (2, "retry", "message"),
    ],
)
@pytest.mark.parametrize("status", [400, 429, 200])
async def test_the_code_decides(  # noqa: PLR0917  (fixtures and parameters come by name)
    meta: Meta, graph: Graph, code: int, fate: str, scope: str, status: int
) -> None:
    meta.answer(refusal(code, error_subcode=7), status)
    error = await fail(graph)
    assert (error.fate, error.scope) == (fate, scope)
    assert (error.code, error.subcode, error.http_status) == (code, 7, status)
    assert (error.details, error.trace_id) == ("because", "Abc")


async def test_an_unknown_code_may_pass_if_meta_says_so(meta: Meta, graph: Graph) -> None:
    meta.answer(refusal(999999), 500)
    assert (await fail(graph)).fate == "retry"
    meta.answer(refusal(999999, is_transient=True), 400)
    assert (await fail(graph)).fate == "retry"


async def test_a_number_that_is_not_ours_stops_the_number(meta: Meta, graph: Graph) -> None:
    meta.answer(refusal(100, error_subcode=33), 400)
    error = await fail(graph)
    assert (error.fate, error.scope) == ("operator", "number")


async def test_error_objects_of_other_shapes(meta: Meta, graph: Graph) -> None:
    meta.answer({"error": {"code": "131047", "message": 5, "error_data": "plain"}}, 400)
    error = await fail(graph)
    assert (error.fate, error.code, error.message, error.details) == ("refused", None, "No message", "plain")


async def test_waits_grow_and_are_bounded() -> None:
    pair = GraphError("", rule=find_rule(131056))
    assert [pair.wait_seconds(attempt) for attempt in range(-1, 5)] == [1, 1, 4, 16, 64, 256]
    assert pair.wait_seconds(10_000) == 6 * 3600
    assert find_rule(131000).retries == 3


USAGE = '{"201":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":%s}]}'


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "7.5"}, 7.5),
        ({"Retry_After": "999999999"}, 6 * 3600),
        ({"X_Business_Use_Case_Usage": USAGE % 3}, 180),
        ({"X_Business_Use_Case_Usage": USAGE % 0}, 60),
        ({"X_Business_Use_Case_Usage": "{"}, 60),
        ({"X_Business_Use_Case_Usage": "[]"}, 60),
        ({"Retry_After": "inf"}, 60),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        ({}, 60),
    ],
)
async def test_meta_says_how_long_to_wait(meta: Meta, graph: Graph, headers: dict[str, str], seconds: float) -> None:
    meta.answer(refusal(80007), 400, **headers)
    assert (await fail(graph)).wait_seconds(0) == seconds


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (200, "unknown"),
        (500, "unknown"),
        (502, "unknown"),
        (503, "unknown"),
        (302, "operator"),
        (401, "operator"),
        (404, "operator"),
        (413, "refused"),
        (429, "retry"),
    ],
)
@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b"null", b'{"error":"no"}', b"\xff"])
async def test_answers_that_are_not_metas(meta: Meta, graph: Graph, status: int, fate: str, body: bytes) -> None:
    meta.answer(body, status, Location="/elsewhere")
    error = await fail(graph)
    assert (error.fate, error.http_status) == (fate, None if (status, body) == (200, b'{"error":"no"}') else status)
    assert len(meta.asked) == 1


@pytest.mark.parametrize("answer", [{}, {"messages": []}, {"messages": [{"id": ""}]}, {"messages": {"id": "w"}}])
async def test_accepted_without_a_name_is_unknown(meta: Meta, graph: Graph, answer: object) -> None:
    meta.answer(answer)
    assert (await fail(graph)).fate == "unknown"


async def test_silence_is_unknown(meta: Meta, graph: Graph) -> None:
    meta.before = meta.fall_silent
    error = await fail(graph, timeout_seconds=0.2)
    assert (error.fate, error.code, error.http_status) == ("unknown", None, None)
    assert len(meta.asked) == 1


async def test_a_connection_dropped_after_the_request_is_unknown(meta: Meta, graph: Graph) -> None:
    async def hang_up(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    meta.before = hang_up
    assert (await fail(graph)).fate == "unknown"
    assert len(meta.asked) == 1


async def test_an_answer_cut_off_in_the_middle_is_unknown(session: aiohttp.ClientSession) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}}")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages":')
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await fail(connect(session, f"http://127.0.0.1:{port}"))
    assert error.fate == "unknown"


async def test_a_refused_connection_is_known_not_to_have_sent(session: aiohttp.ClientSession) -> None:
    async with await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    error = await fail(connect(session, f"http://127.0.0.1:{port}"))
    assert (error.fate, error.retries) == ("retry", None)


async def test_a_server_that_speaks_no_tls_is_known_not_to_have_got_it(
    meta: Meta, session: aiohttp.ClientSession
) -> None:
    error = await fail(connect(session, meta.url.replace("http:", "https:")))
    assert error.fate == "retry"
    assert meta.asked == []


async def test_a_call_that_never_got_a_connection_is_known_not_to_have_sent(meta: Meta) -> None:
    reached = asyncio.Event()

    async def never(request: web.Request) -> None:
        reached.set()
        await meta.fall_silent(request)

    meta.before = never
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        graph = connect(session, meta.url)
        first = asyncio.create_task(fail(graph, timeout_seconds=1))
        await reached.wait()
        assert (await fail(graph, timeout_seconds=0.1)).fate == "retry"
        assert (await first).fate == "unknown"
    assert len(meta.asked) == 1


async def test_a_kept_connection_that_closes_as_it_is_taken_is_known_not_to_have_sent(meta: Meta) -> None:
    kept: list[Any] = []

    async def close(*_: object) -> None:
        while kept:
            kept.pop().transport.close()

    meta.answer(ACCEPTED)
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_reuseconn.append(close)
    connector = aiohttp.TCPConnector()
    async with aiohttp.ClientSession(connector=connector, trace_configs=[tracing]) as session:
        graph = connect(session, meta.url)
        await send(graph)
        kept += [protocol for pooled in connector._conns.values() for protocol, _ in pooled]
        assert (await fail(graph)).fate == "retry"
        await send(graph)
    assert len(meta.asked) == 2


async def test_an_error_never_shows_the_token(meta: Meta, graph: Graph) -> None:
    meta.answer(refusal(190), 401)
    error = await fail(graph)
    assert "token" not in f"{error} {error!r} {vars(error)}"
