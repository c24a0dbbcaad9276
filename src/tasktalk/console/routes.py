"""Every route of the console, for `main` to include."""

from fastapi import APIRouter

from tasktalk.console import assets, live
from tasktalk.console.pages import (
    account,
    account_data,
    account_notifications,
    account_phones,
    account_projects,
    account_security,
    account_tokens,
    analytics,
    api_docs,
    audit,
    conversations,
    find,
    integration,
    integrations,
    message,
    messages,
    patterns,
    people,
    phone_mappings,
    sign_in,
    system,
    task,
    tasks,
    template,
    templates,
)

router = APIRouter(include_in_schema=False)
for _part in (
    assets,
    live,
    sign_in,
    tasks,
    task,
    find,
    messages,
    message,
    conversations,
    system,
    account,
    account_data,
    account_notifications,
    account_phones,
    account_projects,
    account_security,
    account_tokens,
    api_docs,
    audit,
    analytics,
    integrations,
    integration,
    phone_mappings,
    templates,
    template,
    people,
    patterns,
):
    router.include_router(_part.router)
