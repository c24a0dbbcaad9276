import pytest

from tasktalk.whatsapp.signature import check_signature, sign

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
SECRET = "test_app_secret"
DIGEST = "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"


def test_known_vector() -> None:
    assert sign(BODY, SECRET) == f"sha256={DIGEST}"
    assert check_signature(BODY, f"sha256={DIGEST}", [SECRET])
    assert check_signature(BODY, f"sha256={DIGEST.upper()}", [SECRET])


def test_any_of_several_secrets_will_do() -> None:
    assert check_signature(BODY, sign(BODY, SECRET), ["new", SECRET])
    assert check_signature(BODY, sign(BODY, SECRET), [SECRET, "new"])
    assert not check_signature(BODY, sign(BODY, SECRET), ["new", "newer"])
    assert not check_signature(BODY, sign(BODY, SECRET), [])


def test_an_empty_secret_signs_nothing() -> None:
    assert not check_signature(BODY, sign(BODY, ""), [""])


def test_another_body_needs_another_signature() -> None:
    assert not check_signature(BODY + b" ", sign(BODY, SECRET), [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        DIGEST,
        f"sha1={DIGEST}",
        f"SHA256={DIGEST}",
        f"sha256={DIGEST[:-2]}",
        f"sha256={DIGEST}00",
        f" sha256={DIGEST}",
        f"sha256= {DIGEST[:-1]}",
        f"sha256={DIGEST[:-2]}  ",
        f"sha256={DIGEST[:-1]}g",
        f"sha256={DIGEST[:-1]}é",
        f"sha256={DIGEST[:-1]}\u0666",  # a digit, but no hex one
        f"sha256={'0' * 64}",
    ],
)
def test_headers_of_another_form_are_refused(header: str | None) -> None:
    assert not check_signature(BODY, header, [SECRET])
