"""Adding people from the command line."""

from datetime import UTC, datetime
from typing import cast

from tasktalk.accounts.access import Role
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.linking.codes import make_code
from tasktalk.accounts.linking.invitation import find_number, invite
from tasktalk.accounts.linking.model import PhoneLink
from tasktalk.accounts.two_factor.factor import reset
from tasktalk.accounts.users import create_user, find_user_by_email, find_viewer, list_users
from tasktalk.crypto import Keyring
from tasktalk.db.migrate import migrate
from tasktalk.db.pool import connect
from tasktalk.errors import BadRequest, NotFound
from tasktalk.settings import Settings
from tasktalk.up.files import ADDRESS
from tasktalk.up.sandbox import new_admin_link

_ROLES = ("owner", "admin", "member")


async def add_person(dsn: str, *, settings: Settings, email: str, name: str, role: str) -> str:
    """Add somebody; a link that signs them in once."""
    if role not in _ROLES:
        raise BadRequest(f"role must be one of {', '.join(_ROLES)}", field="role")
    await migrate(dsn)
    conn = await connect(dsn)
    try:
        async with conn.transaction():
            user_id = await create_user(
                conn, name=name, email=email, role=cast("Role", role), timezone=settings.timezone
            )
            detail = {"name": name, "role": role}
            await record(conn, by=None, action="user.created", subject="user", subject_id=user_id, detail=detail)
            return await new_admin_link(conn, owner_id=user_id, web=find_web(settings), now=datetime.now(UTC))
    finally:
        await conn.close()


async def list_people(dsn: str) -> list[tuple[str, str, str, bool]]:
    """Address ("" without one), name, role, and whether they may sign in, oldest first."""
    conn = await connect(dsn)
    try:
        return [(user.email or "", user.name, user.role, user.disabled_at is None) for user in await list_users(conn)]
    finally:
        await conn.close()


async def link_person(dsn: str, *, settings: Settings, email: str) -> str:
    """A new sign-in link for somebody."""
    conn = await connect(dsn)
    try:
        user = await find_user_by_email(conn, email=email)
        if user is None:
            raise NotFound(f"Nobody here has the address {email}.")
        return await new_admin_link(conn, owner_id=user.id, web=find_web(settings), now=datetime.now(UTC))
    finally:
        await conn.close()


async def link_phone(dsn: str, *, settings: Settings, email: str) -> PhoneLink:
    """A code that links whichever phone sends it to somebody."""
    conn = await connect(dsn)
    try:
        user = await find_user_by_email(conn, email=email)
        viewer = await find_viewer(conn, user_id=user.id) if user is not None else None
        if viewer is None:
            raise NotFound(f"Nobody here has the address {email}.")
        async with conn.transaction():
            now, keyring = datetime.now(UTC), Keyring.kept(settings.read_secrets)
            made = await make_code(conn, viewer=viewer, keyring=keyring, now=now, by_operator=True)
            return invite(made, await find_number(conn))
    finally:
        await conn.close()


async def reset_person_factor(dsn: str, *, email: str) -> None:
    """Takes somebody's two-factor sign-in away: the way out for the last owner, who has nobody to ask."""
    conn = await connect(dsn)
    try:
        user = await find_user_by_email(conn, email=email)
        if user is None:
            raise NotFound(f"Nobody here has the address {email}.")
        async with conn.transaction():
            await reset(conn, by=None, user_id=user.id)
    finally:
        await conn.close()


def find_web(settings: Settings) -> str:
    """What people call us by: PUBLIC_URL, else where `tasktalk up` last answered from this data folder."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    try:
        return (settings.data / ADDRESS).read_text(encoding="ascii")
    except FileNotFoundError:
        return f"http://127.0.0.1:{settings.port}"
