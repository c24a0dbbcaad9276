"""The setup guide has every step, and what it says of webhooks, fields and environment is so."""

import re

from documents import read
from pydantic import AliasChoices

from tasktalk.integrations.checks.accounts import FIELDS, PATH
from tasktalk.settings import Settings

PAGE = read("docs/setup-guide.md")
STEPS = """1.1 app
1.2 WhatsApp
1.3 permanent token
1.4 ids
2.1 address
2.2 verified
3.1 Install
3.2 environment
3.3 database
3.4 Start
4.1 settings
4.2 form
4.3 credentials
5.1 Link
5.2 Try
6.1 Send
6.2 Receive
6.3 health
7.1 Checklist
7.2 live"""


def test_no_step_is_missing() -> None:
    headings = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    wanted = [line.split(maxsplit=1) for line in STEPS.splitlines()]
    assert [heading.split()[0] for heading in headings] == [number for number, _ in wanted]
    assert [word for heading, (_, word) in zip(headings, wanted, strict=True) if word not in heading] == []


def test_the_webhook_and_its_fields_are_the_real_ones() -> None:
    section = PAGE.partition("### 2.1")[2].partition("### 2.2")[0]
    assert f"https://YOUR-DOMAIN{PATH}" in section
    assert set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", section)) == set(FIELDS)


def test_the_environment_it_shows_is_read() -> None:
    block = PAGE.partition("### 3.2")[2].partition("```\n")[2].partition("```")[0]
    shown = set(re.findall(r"^([A-Z_]+)=", block, re.MULTILINE))
    known = set()
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        known |= (
            {str(name) for name in alias.choices} if isinstance(alias, AliasChoices) else {f"TASKTALK_{field}".upper()}
        )
    assert shown <= known
    assert {"WHATSAPP_ACCESS_TOKEN", "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_APP_ID", "WHATSAPP_APP_SECRET"} <= shown
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL"} <= shown
    assert {"NEXTAUTH_SECRET", "NEXTAUTH_URL"} <= known
