import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktalk.whatsapp.delivery import cut
from tasktalk.whatsapp.payloads import Card, IdentityChange, Inbound, Location, Media, Status, read_message, read_status

NOBODY = {"bsuid": None, "wa_id": None}
EXPECTED: dict[str, dict[str, Any]] = {
    "text": {"kind": "text", "text": "Pay rent tomorrow at 9 é 👍", "username": None},
    "text_username_only": {"kind": "text", "wa_id": None, "username": "ana.k"},
    "text_bsuid_as_phone": {"kind": "text", "wa_id": None},
    "text_reply": {"kind": "text", "context_id": "wamid.OUT9", "forwarded": False},
    "text_forwarded": {"kind": "text", "context_id": None, "forwarded": True},
    "text_frequently_forwarded": {"kind": "text", "forwarded": True},
    "text_from_ad": {"kind": "text", "text": "hello"},
    "text_group": {"kind": "text", "group_id": "G120363000000000001"},
    "image": {
        "kind": "media",
        "text": "Receipt, due friday",
        "media": Media("4401", "image", "image/jpeg", "", "3q2+7w=="),
    },
    "video": {"kind": "media", "text": "Leak", "media": Media("4402", "video", "video/mp4", "", "3q2+7w==")},
    "audio_voice": {"media": Media("4403", "audio", "audio/ogg; codecs=opus", "", "3q2+7w==", voice=True), "text": ""},
    "audio_file": {"media": Media("4407", "audio", "audio/mpeg", "", "3q2+7w==", voice=False)},
    "document": {"media": Media("4404", "document", "application/pdf", "invoice.pdf", "3q2+7w==")},
    "sticker": {"kind": "media", "media": Media("4405", "sticker", "image/webp", "", "3q2+7w==")},
    "location": {"kind": "location", "location": Location(51.5, -0.12, "Office", "1 High St")},
    "location_pin": {"kind": "location", "location": Location(-33.0, 151.2)},
    "contacts": {"kind": "contacts", "cards": (Card("Bo Lind", ("+44 7700 900789",)),)},
    "reaction": {"kind": "reaction", "emoji": "👍", "target": "wamid.OUT9"},
    "reaction_removed": {"kind": "reaction", "emoji": None, "target": "wamid.OUT9"},
    "button_reply": {"kind": "tap", "tap_id": "done:42", "text": "Done", "context_id": "wamid.OUT9"},
    "list_reply": {"kind": "tap", "tap_id": "t:42", "text": "Milk"},
    "flow_reply": {"kind": "other", "type": "interactive"},
    "interactive_unreadable": {"kind": "other", "error_code": 131000},
    "template_button": {"kind": "tap", "tap_id": "done:42", "text": "Done", "context_id": "wamid.TPL1"},
    "template_button_without_context": {"kind": "tap", "tap_id": "snooze:42", "context_id": None},
    "order": {"kind": "other", "type": "order"},
    "system_number_changed": NOBODY
    | {
        "wa_id": "447700900123",
        "kind": "system",
        "system": IdentityChange("user_changed_number", "447700900999", "GB.9nS42GhI99z", "GB.5kQ20AbC77x"),
    },
    "system_user_id_changed": NOBODY
    | {
        "kind": "system",
        "system": IdentityChange("user_changed_user_id", None, "GB.9nS42GhI99z", "GB.5kQ20AbC77x"),
        "text": "Ana changed account",
    },
    "system_identity_changed": {"kind": "system", "wa_id": "447700900123"},
    "edit": {"kind": "edit", "target": "wamid.IN0001", "text": "Pay rent on friday"},
    "revoke": {"kind": "revoke", "target": "wamid.IN0001"},
    "unsupported": {"kind": "unsupported", "text": "poll_creation", "error_code": 131051},
    "unavailable": {"kind": "unsupported", "error_code": 131060},
    "future_type": {"kind": "other", "type": "hologram"},
}

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30)
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def read(**message: object) -> Inbound:
    return read_message(json.dumps({"message": message}))


def status_of(delivery: object) -> Status:
    (item,) = cut(json.dumps(delivery).encode())
    return read_status(item.payload)


def test_every_message_we_know_is_read(deliveries: dict[str, Any]) -> None:
    names = [name.removeprefix("message__") for name in deliveries if name.startswith("message__")]
    assert {*names} - {"account_error"} == {*EXPECTED}
    for name, expected in EXPECTED.items():
        (item,) = cut(json.dumps(deliveries[f"message__{name}"]).encode())
        message = read_message(item.payload)
        assert {key: getattr(message, key) for key in expected} == expected, name
        assert message.phone_number_id == "301000000000001"
        assert message.wamid.startswith("wamid.IN")
        assert message.sent_at is not None
        assert message.sent_at.year == 2026
        if "bsuid" not in expected and name != "system_identity_changed":
            assert (message.bsuid, message.profile_name) == ("GB.5kQ20AbC77x", "Ana")


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1790000000", datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        (1790000000, datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        (1790000000.0, datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        ("1790000000500", datetime(2026, 9, 21, 14, 13, 20, 500_000, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),  # a decimal digit, but none of Meta's
        (True, None),
        (10**30, None),
        (9e300, None),
        ("999999999999999999", None),
        (None, None),
        ([], None),
    ],
)
def test_timestamps_of_any_form(timestamp: object, at: datetime | None) -> None:
    assert read(timestamp=timestamp).sent_at == at


@pytest.mark.parametrize(
    ("sender", "wa_id", "bsuid"),
    [
        ({"from": "447700900123"}, "447700900123", None),
        ({"from": "+44 7700 900-123"}, "447700900123", None),
        ({"from": "IN.2081978709342942"}, None, "IN.2081978709342942"),
        ({"from": "GB.ENT.9Zt"}, None, "GB.ENT.9Zt"),
        ({"from": "447700900123", "from_user_id": "GB.1"}, "447700900123", "GB.1"),
        ({"from": "status@broadcast"}, None, None),
        ({"from": "٤٤٧٧٠٠٩٠٠١٢٣"}, None, None),
        ({"from": 447700900123}, None, None),
        ({"from": ["44"], "from_user_id": {"a": 1}}, None, None),
    ],
)
def test_phones_and_ids_whichever_field_they_come_in(sender: dict[str, object], wa_id: str, bsuid: str) -> None:
    message = read(**sender)
    assert (message.wa_id, message.bsuid) == (wa_id, bsuid)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": "milk"},
        {"type": "text", "text": {"body": 5}},
        {"type": "text", "text": {"body": ""}},
        {"type": "image", "image": {"caption": "no id"}},
        {"type": "button", "button": {}},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"title": "no id"}}},
        {"type": "reaction", "reaction": {"emoji": "👍"}},
        {"type": "location", "location": {"latitude": "51", "longitude": 0}},
        {"type": "location", "location": {"latitude": 91, "longitude": 0}},
        {"type": "location", "location": {"latitude": True, "longitude": 0}},
        {"type": "contacts", "contacts": [{}]},
        {"type": "system", "system": {}},
        {"type": "edit", "edit": {}},
        {"type": "revoke"},
        {"type": ["text"]},
        {},
    ],
)
def test_what_lacks_its_content_is_other(message: dict[str, object]) -> None:
    assert read(**message).kind == "other"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("sent", {"status": "sent", "pricing": "service/regular", "pricing_type": "regular", "error": None}),
        ("delivered", {"status": "delivered", "pricing": None}),
        ("read", {"status": "read"}),
        ("played", {"status": "played"}),
        ("sent_username_only", {"recipient": "GB.5kQ20AbC77x", "pricing": "service/free_customer_service"}),
        ("future_word", {"status": "teleported"}),
        ("group_delivered", {"recipient": "G120363000000000001"}),
        (
            "failed_window_closed",
            {
                "status": "failed",
                "recipient": "447700900123",
                "error_code": 131047,
                "error": "(#131047) Re-engagement message: "
                "More than 24 hours have passed since the recipient last replied.",
                "error_details": "More than 24 hours have passed since the recipient last replied.",
            },
        ),
    ],
)
def test_statuses(deliveries: dict[str, Any], name: str, status: dict[str, object]) -> None:
    found = status_of(deliveries[f"status__{name}"])
    assert found.wamid == "wamid.OUT9"
    assert found.opaque == "019a0000-0000-7000-8000-000000000981"
    assert found.at is not None
    assert {key: getattr(found, key) for key in status} == status


@pytest.mark.parametrize("payload", ["", "{", "null", "[]", "7", '{"message":7,"status":[]}', "\ud800"])
def test_what_is_no_item_reads_as_nothing(payload: str) -> None:
    assert read_message(payload) == Inbound("", "other", "")
    assert read_status(payload) == Status("", "")


def test_codes_fit_the_column_they_go_to() -> None:
    assert read(errors=[{"code": 1 << 31}]).error_code is None
    assert read(errors=[{"code": "131047"}]).error_code == 131047


def test_nesting_without_end_is_read_too() -> None:
    payload = '{"message":{"id":"w","type":"text","text":{"body":"milk"},"x":' + "[" * 3000 + "]" * 3000 + "}}"
    assert read_message(payload).text == "milk"


@given(st.sampled_from(sorted({case.partition("_")[0] for case in EXPECTED} | {"interactive", "button"})), JSON, JSON)
@settings(deadline=None, max_examples=300)
def test_no_shape_makes_a_reader_raise(type_: str, part: object, other: object) -> None:
    message = {"id": "w", "type": type_, type_: part, "context": other, "errors": part, "timestamp": other}
    payload = json.dumps({"message": message, "status": message, "contact": other, "metadata": part})
    assert read_message(payload).type == type_
    assert read_status(payload).wamid == "w"
