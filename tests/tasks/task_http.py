"""Who else asks, and how a refusal is read."""

import httpx

BEN, ZOE = {"authorization": "ben"}, {"authorization": "zoe"}


def failure(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and field of an error."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], (error["data"] or {}).get("field")
