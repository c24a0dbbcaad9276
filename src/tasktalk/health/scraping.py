"""A worker's own figures for Prometheus: each process counts for itself, and is a target of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from tasktalk.logs import get_log

log = get_log("health")


@contextmanager
def serving_metrics(host: str, port: int) -> Iterator[None]:
    """Answer `GET /metrics` there, in a thread, while the block lasts; port 0: nowhere.

    Where the port is taken that is logged, and the work goes on: a target that is down tells whoever scrapes it.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, addr=host)
    except OSError as error:
        log.error("metrics_not_served", port=port, error=str(error))  # noqa: TRY400  (a line says it all)
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
