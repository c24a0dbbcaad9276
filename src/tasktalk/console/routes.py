"""Every route of the console, for `main` to include."""

from fastapi import APIRouter

from tasktalk.console import assets, live
from tasktalk.console.pages import (
    account,
    analytics,
    api_docs,
    audit,
    integration,
    integrations,
    messages,
    patterns,
    people,
    phone_mappings,
    sign_in,
    system,
    task,
    tasks,
)

router = APIRouter(include_in_schema=False)
for _part in (
    assets,
    live,
    sign_in,
    tasks,
    task,
    messages,
    system,
    account,
    api_docs,
    audit,
    analytics,
    integrations,
    integration,
    phone_mappings,
    people,
    patterns,
):
    router.include_router(_part.router)
