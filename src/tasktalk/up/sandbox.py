"""A sandbox's secrets, ids and people: made once, kept in the data folder, put into the database at every start."""

import secrets
import string
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tasktalk.accounts.sessions import create_login_link
from tasktalk.accounts.users import create_user
from tasktalk.crypto import Keyring, hash_token, new_token
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id
from tasktalk.integrations.connections import CredentialKind, save_credential, save_integration
from tasktalk.messaging.templates.drafts import UTILITY
from tasktalk.messaging.templates.pack import write_pack
from tasktalk.settings import Settings
from tasktalk.up.files import write_private

Q = queries(__file__)

_NAMES = ("Ana", "Ben")
_STRANGER = "Stranger"
_PROJECT = "Home"


class Person(msgspec.Struct):
    """Somebody with a simulated phone; the stranger has no account."""

    name: str
    wa_id: str
    user_id: str
    linked: bool
    email: str | None
    tz: str | None
    api_token: str | None


class Sandbox(msgspec.Struct):
    """What `sandbox.json` in the data folder holds; readable by its owner alone."""

    app_id: str
    app_secret: str
    verify_token: str
    access_token: str
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    api_token: str
    phones: list[Person]


def load_sandbox(settings: Settings) -> Sandbox:
    """The sandbox of this data folder, made if it is new, with as many people as are asked for."""
    path = settings.data / "sandbox.json"
    try:
        sandbox = msgspec.json.decode(path.read_bytes(), type=Sandbox)
    except FileNotFoundError:
        sandbox = _new_sandbox()
    linked = sum(person.linked for person in sandbox.phones)
    for number in range(linked, settings.sandbox_people):
        sandbox.phones.insert(number, _new_person(number, settings.timezone))
    write_private(path, msgspec.json.format(msgspec.json.encode(sandbox)))
    return sandbox


def _new_sandbox() -> Sandbox:
    stranger = Person(_STRANGER, "15550100000", f"US.{_digits(16)}", linked=False, email=None, tz=None, api_token=None)
    return Sandbox(
        app_id=_digits(15),
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(16),
        access_token="EAAsandbox" + secrets.token_urlsafe(40),
        phone_number_id=_digits(15),
        waba_id=_digits(15),
        display_phone_number="+1 555 010 9999",
        api_token=new_token("tt_"),
        phones=[stranger],
    )


def _new_person(number: int, timezone: str) -> Person:
    name = _NAMES[number] if number < len(_NAMES) else f"Person {number + 1}"
    email = f"{name.lower().replace(' ', '')}@sandbox.invalid"
    wa_id = f"1555{2000001 + number:07d}"
    return Person(name, wa_id, f"US.{_digits(16)}", linked=True, email=email, tz=timezone, api_token=new_token("tt_"))


def approved_templates() -> list[dict[str, Any]]:
    """Our pack as the simulated Meta has it from the beginning: reminders arrive in closed windows too."""
    return [
        {
            "name": draft.name,
            "language": draft.language,
            "category": draft.category,
            "parameter_format": "NAMED" if draft.named else "POSITIONAL",
            "components": draft.to_components(),
        }
        for draft in write_pack()
        if draft.category == UTILITY
    ]


async def seed(
    conn: Conn, sandbox: Sandbox, *, settings: Settings, keyring: Keyring, graph_url: str, now: datetime
) -> None:
    """People, tokens, the shared project and the integration; what is there already stays as it is."""
    owner_id = await ensure_owner(conn, settings=settings)
    people = [person for person in sandbox.phones if person.linked]
    emails = [person.email for person in people]
    await Q.add_people(
        conn,
        ids=[new_id() for _ in people],
        names=[person.name for person in people],
        emails=emails,
        timezone=settings.timezone,
    )
    tokens = [person.api_token or "" for person in people]
    await Q.add_tokens(
        conn, ids=[new_id() for _ in people], emails=emails, hashes=[hash_token(token) for token in tokens]
    )
    await Q.add_owner_token(conn, id=new_id(), user_id=owner_id, hash=hash_token(sandbox.api_token))
    integration_id = await save_integration(
        conn,
        name="Sandbox",
        waba_id=sandbox.waba_id,
        phone_number_id=sandbox.phone_number_id,
        display_phone_number=sandbox.display_phone_number,
        business_name="Tasktalk sandbox",
        app_id=sandbox.app_id,
        graph_url=graph_url,
    )
    secrets_of: dict[CredentialKind, str] = {
        "access_token": sandbox.access_token,
        "verify_token": sandbox.verify_token,
        "app_secret": sandbox.app_secret,
    }
    for kind, secret in secrets_of.items():
        await save_credential(conn, keyring=keyring, integration_id=integration_id, kind=kind, secret=secret, now=now)
    await Q.link_phones(
        conn,
        ids=[new_id() for _ in people],
        integration_id=integration_id,
        emails=emails,
        wa_ids=[person.wa_id for person in people],
        bsuids=[person.user_id for person in people],
        names=[person.name for person in people],
    )
    if not await Q.count_projects(conn):
        shared_by = emails[: len(_NAMES)]
        await Q.share_project(conn, id=new_id(), owner_email=emails[0], name=_PROJECT, emails=shared_by)


async def ensure_owner(conn: Conn, *, settings: Settings) -> UUID:
    """The owner, made at the first start."""
    row = await Q.find_owner(conn)
    if row is not None:
        owner_id: UUID = row["id"]
        return owner_id
    return await create_user(conn, name="Owner", email=None, role="owner", timezone=settings.timezone)


async def new_admin_link(conn: Conn, *, owner_id: UUID, web: str, now: datetime) -> str:
    """A link that signs the owner in once."""
    return f"{web}/login/{await create_login_link(conn, user_id=owner_id, now=now)}"


def _digits(count: int) -> str:
    return str(secrets.randbelow(9) + 1) + "".join(secrets.choice(string.digits) for _ in range(count - 1))
