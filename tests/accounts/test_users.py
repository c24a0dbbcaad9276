import pytest

from tasktalk.accounts.passwords import hash_password
from tasktalk.accounts.users import (
    change_user,
    check_own_password,
    check_password,
    create_user,
    find_user_by_email,
    find_viewer,
    get_user,
    list_users,
    set_password,
)
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, Conflict, NotFound, Unauthorized
from tasktalk.ids import new_id

PASSWORD = "correct horse battery"


async def test_a_person_is_found_by_their_address_in_any_case(pool: Pool) -> None:
    user_id = await create_user(pool, name="  Ana \n López ", email="Ana@Example.com ", timezone="Europe/Madrid")
    user = await find_user_by_email(pool, email=" ANA@example.COM")
    assert user is not None
    assert (user.id, user.name, user.email, user.role) == (user_id, "Ana López", "ana@example.com", "member")
    assert [u.id for u in await list_users(pool)] == [user_id]


async def test_two_people_cannot_share_an_address(pool: Pool) -> None:
    await create_user(pool, name="Ana", email="ana@example.com")
    with pytest.raises(Conflict):
        await create_user(pool, name="Ben", email="ANA@example.com")


async def test_people_without_an_address_are_welcome_and_cannot_be_signed_in_by_password(pool: Pool) -> None:
    first = await create_user(pool, name="Ana", email=None)
    second = await create_user(pool, name="Ana", email=None)
    assert first != second


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " \n\x00 "}),
        ("name", {"name": "x" * 101}),
        ("email", {"email": "no address"}),
        ("email", {"email": "@example.com"}),
        ("email", {"email": "a@b.c\x00"}),
        ("timezone", {"timezone": "Mars/Olympus"}),
        ("timezone", {"timezone": "../../etc/passwd"}),
        ("timezone", {"timezone": "Europe"}),
        ("language", {"language": "tlh"}),
        ("password", {"password": "short"}),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(pool: Pool, field: str, given: dict[str, str]) -> None:
    person = {"name": "Ana", "email": "ana@example.com"} | given
    with pytest.raises(BadRequest) as caught:
        await create_user(pool, **person)
    assert caught.value.data["field"] == field


async def test_a_password_opens_and_a_wrong_one_does_not_say_what_was_wrong(pool: Pool) -> None:
    user_id = await create_user(pool, name="Ana", email="ana@example.com", password=PASSWORD)
    viewer = await check_password(pool, email="Ana@example.com", password=PASSWORD)
    assert viewer.user_id == user_id
    messages = set()
    for email, password in (
        ("ana@example.com", "wrong"),
        ("ben@example.com", PASSWORD),
        ("ana@example.com", "x" * 9999),
    ):
        with pytest.raises(Unauthorized) as caught:
            await check_password(pool, email=email, password=password)
        messages.add(caught.value.message)
    assert len(messages) == 1
    assert PASSWORD not in str(await pool.fetchrow("select * from users"))


async def test_a_disabled_person_and_one_without_a_password_are_not_let_in(pool: Pool) -> None:
    await create_user(pool, name="Ana", email="ana@example.com", password=PASSWORD)
    await create_user(pool, name="Ben", email="ben@example.com")
    await pool.execute("update users set disabled_at = now() where name = 'Ana'")
    for email in ("ana@example.com", "ben@example.com"):
        with pytest.raises(Unauthorized):
            await check_password(pool, email=email, password=PASSWORD)


async def test_an_old_hash_is_made_anew_when_its_person_signs_in(pool: Pool) -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415  (a weaker one than ours)

    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    await create_user(pool, name="Ana", email="ana@example.com")
    await pool.execute("update users set password = $1", weak)
    await check_password(pool, email="ana@example.com", password=PASSWORD)
    assert await pool.fetchval("select password from users") != weak
    await check_password(pool, email="ana@example.com", password=PASSWORD)


async def test_what_is_not_given_stays(pool: Pool) -> None:
    user_id = await create_user(pool, name="Ana", email="ana@example.com", timezone="Europe/Madrid", language="es")
    await change_user(pool, user_id=user_id, name="Ana B")
    user = await get_user(pool, user_id=user_id)
    assert (user.name, user.timezone, user.language, user.has_password) == ("Ana B", "Europe/Madrid", "es", False)
    await set_password(pool, user_id=user_id, hashed=await hash_password(PASSWORD))
    assert (await get_user(pool, user_id=user_id)).has_password
    await check_own_password(pool, user_id=user_id, password=PASSWORD)
    with pytest.raises(BadRequest):
        await check_own_password(pool, user_id=user_id, password="another one")


async def test_nobody_is_nobody(pool: Pool) -> None:
    assert await find_viewer(pool, user_id=new_id()) is None
    for attempt in (
        get_user(pool, user_id=new_id()),
        change_user(pool, user_id=new_id(), name="Ana"),
        set_password(pool, user_id=new_id(), hashed="a hash"),
    ):
        with pytest.raises(NotFound):
            await attempt
