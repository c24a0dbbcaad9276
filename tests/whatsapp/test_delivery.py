import copy
import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktalk.whatsapp.delivery import Item, NotAnObject, NotJson, cut
from tasktalk.whatsapp.payloads import read_message, read_status

Delivery = dict[str, Any]

LONE_SURROGATES = st.characters(categories=["Cs"])
STRINGS = st.one_of(st.text(max_size=20), st.text(LONE_SURROGATES | st.characters(), max_size=8), st.just("a\0b"))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(10**400))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, STRINGS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=12,
)


def cut_value(value: object) -> list[Item]:
    return cut(json.dumps(value).encode())


def payload_of(item: Item) -> dict[str, Any]:
    payload: dict[str, Any] = msgspec.json.decode(item.payload)
    return payload


def make(*messages: object, **value: object) -> Delivery:
    value = {"metadata": {"phone_number_id": "301"}, "messages": list(messages)} | value
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "201", "changes": [{"field": "messages", "value": value}]}],
    }


def test_every_known_event_is_one_item_of_its_kind(deliveries: dict[str, Delivery]) -> None:
    assert len(deliveries) > 60
    for name, delivery in deliveries.items():
        event = "change" if name == "message__account_error" else name.partition("__")[0]
        if event != "delivery":
            items = cut_value(delivery)
            assert [item.kind for item in items] == [event], name
            assert items[0].lane.startswith({"message": "c:301000000000001:", "status": "s:", "change": "f:"}[event])


def test_an_item_keeps_its_context_and_nothing_of_its_neighbours(deliveries: dict[str, Delivery]) -> None:
    items = cut_value(deliveries["delivery__mixed_batch"])
    assert [item.kind for item in items] == ["message"] * 3 + ["status"] * 2 + ["change"]
    assert [item.lane.rpartition(":")[2] for item in items[:3]] == [
        "GB.5kQ20AbC77x",
        "GB.8mR31DeF88y",
        "GB.5kQ20AbC77x",
    ]
    assert len({item.lane for item in items[3:5]}) == 1
    assert {item.phone_number_id for item in items[:5]} == {"301000000000001"}
    value = deliveries["delivery__mixed_batch"]["entry"][0]["changes"][0]["value"]
    assert payload_of(items[1]) == {
        "waba_id": "201000000000001",
        "field": "messages",
        "metadata": value["metadata"],
        "contact": value["contacts"][0],
        "message": value["messages"][1],
    }
    assert payload_of(items[5])["change"]["value"] == {"decision": "APPROVED"}
    assert payload_of(items[5])["time"] == 1790000100


def test_broken_items_are_kept_and_harm_nobody(deliveries: dict[str, Delivery]) -> None:
    items = cut_value(deliveries["delivery__broken_neighbours"])
    whys = [payload_of(item)["why"] for item in items if item.kind == "unreadable"]
    assert whys == [
        "entry is no object",
        "entry is no object",
        "entry without changes",
        "entry without changes",
        "change without field",
        "change without field",
        "messages is no list",
        "statuses is no list",
        "message is no object",
        "message is no object",
        "message without id",
        "message without id",
        "status is no object",
        "status without id or status",
        "status without id or status",
    ]
    assert [payload_of(item)["message"]["text"]["body"] for item in items if item.kind == "message"] == ["still here"]
    assert [item.lane for item in items if item.kind == "change"] == ["f:messages"] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":1e999,"b":"',
        b'{"a":' + b"[" * 9000,
        b"\xff",
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":NaN}',
        b"{} x",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        cut(body)


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"1", b"[" * 50_000 + b"]" * 50_000])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnObject):
        cut(body)


@pytest.mark.parametrize("body", [b"{}", b'{"entry":[]}', b'{"object":"x","entry":7}'])
def test_an_empty_delivery_is_recorded(body: bytes) -> None:
    (item,) = cut(body)
    assert item.kind == "unreadable"
    assert payload_of(item)["unreadable"] == msgspec.json.decode(body)


def test_events_of_another_product_are_kept_not_understood() -> None:
    (item,) = cut_value(make({"id": "wamid.1", "from": "447700900123"}) | {"object": "instagram"})
    assert item.kind == "change"


def test_errors_of_the_account_beside_messages_are_kept_too() -> None:
    message, change = cut_value(make({"id": "wamid.1"}, errors=[{"code": 131000}]))
    assert (message.kind, change.kind, change.phone_number_id) == ("message", "change", "301")
    assert payload_of(change)["change"]["value"]["errors"] == [{"code": 131000}]


def test_the_same_message_has_the_same_key_whatever_is_around_it() -> None:
    message = {"id": "wamid.1", "from": "447700900123", "type": "text", "text": {"body": "x"}}
    again = {"id": "wamid.1", "from": "447700900123", "type": "text", "text": {"body": "x"}, "new": 1}
    (first,), (second,) = cut_value(make(message)), cut_value(make(again, contacts=[{"user_id": "GB.1"}]))
    assert first.key == second.key
    assert len(first.key) == 16
    assert first.key != cut_value(make(message | {"id": "wamid.2"}))[0].key


def test_a_status_is_told_apart_by_word_and_recipient() -> None:
    def key(**status: str) -> bytes:
        (item,) = cut_value(
            make(messages=None, statuses=[{"id": "w", "status": "sent", "recipient_id": "44"} | status])
        )
        assert item.kind == "status"
        return item.key

    assert key() == key(timestamp="1790000001")
    different = [{"status": "read"}, {"id": "v"}, {"recipient_id": "45"}, {"recipient_participant_id": "46"}]
    assert len({key(), *(key(**one) for one in different)}) == 5


def test_changes_are_told_apart_by_content_and_time(deliveries: dict[str, Delivery]) -> None:
    delivery = deliveries["change__template_paused"]
    later = copy.deepcopy(delivery)
    later["entry"][0]["time"] += 1
    assert cut_value(delivery)[0].key == cut_value(delivery)[0].key != cut_value(later)[0].key


@pytest.mark.parametrize(
    ("message", "contacts", "name"),
    [
        ({"from": "44"}, [{"wa_id": "45", "profile": "B"}, {"wa_id": "44", "profile": "A"}], "A"),
        ({"from_user_id": "GB.1"}, [{"user_id": "GB.2", "profile": "B"}, {"user_id": "GB.1", "profile": "A"}], "A"),
        ({"from": "GB.1"}, [{"user_id": "GB.2", "profile": "B"}, {"user_id": "GB.1", "profile": "A"}], "A"),
        ({"from": "44"}, [{"user_id": "GB.1", "profile": "A"}], "A"),
        ({}, [{"wa_id": "44", "profile": "A"}], "A"),
        ({"from": "44"}, [{"wa_id": "45", "profile": "B"}], None),
        ({"from": "44"}, [], None),
        ({"from": "44"}, [{"profile": "A"}, {"profile": "B"}], None),
        ({"from": "44"}, ["A", None, {"wa_id": "44", "profile": "A"}], "A"),
    ],
)
def test_a_message_finds_its_contact(message: Delivery, contacts: list[object], name: str | None) -> None:
    (item,) = cut_value(make(message | {"id": "wamid.1"}, contacts=contacts))
    assert (payload_of(item)["contact"] or {}).get("profile") == name


def test_a_person_has_one_lane_with_and_without_a_phone() -> None:
    contact = {"user_id": "GB.1", "wa_id": "44"}
    with_phone = make({"id": "a", "from": "44"}, contacts=[contact])
    without = make({"id": "b", "from_user_id": "GB.1"}, contacts=[{"user_id": "GB.1"}])
    changed = make({"id": "c", "type": "system", "system": {"user_id": "GB.2", "previous_user_id": "GB.1"}})
    assert {cut_value(one)[0].lane for one in (with_phone, without, changed)} == {"c:301:GB.1"}


def test_lanes_and_ids_fit_an_index() -> None:
    items = cut_value(
        make({"id": "a", "from": "4" * 100_000}, {"id": "b" * 100_000}, metadata={"phone_number_id": "3" * 9000})
    )
    assert [item.kind for item in items] == ["message", "unreadable"]
    assert all(len(item.lane) < 300 for item in items)


def test_nul_and_lone_surrogates_are_replaced() -> None:
    body = json.dumps(make({"id": "wamid.1", "text": {"body": "QQ"}}))
    (item,) = cut(body.replace("QQ", r"a\u0000b\ud83dc\udc4d \ud83d\udc4d \\u0000 \\\ud800").encode())
    assert payload_of(item)["message"]["text"]["body"] == "a\ufffdb\ufffdc\ufffd \U0001f44d \\u0000 \\\ufffd"


@pytest.mark.parametrize("monster", ['{"a":' * 30_000 + "1" + "}" * 30_000, "[" * 700 + "]" * 700, "9" * 5000, "1e999"])
@pytest.mark.parametrize("place", ["entry", "message", "field of a message"])
def test_monsters_stay_among_themselves(monster: str, place: str) -> None:
    good = {"id": "wamid.1", "from": "447700900123", "type": "text", "text": {"body": "good"}}
    delivery = make(good, "MONSTER") if place == "message" else make(good, good | {"id": "wamid.2", "text": "MONSTER"})
    if place == "entry":
        delivery = make(good)
        delivery["entry"].insert(0, "MONSTER")
    items = cut(json.dumps(delivery).replace('"MONSTER"', monster).encode())
    read = [read_message(item.payload) for item in items if item.kind == "message"]
    assert [message.text for message in read if message.text] == ["good"]
    assert len(items) == 2


def test_nesting_near_pythons_limit_is_kept_too() -> None:
    good = {"id": "wamid.1", "type": "text", "text": {"body": "good"}}
    body = json.dumps(make(good, "MONSTER"))
    for depth in range(800, 1000):
        monster = "[" * depth + "]" * depth
        items = cut(body.replace('"MONSTER"', monster).encode())
        assert [item.kind for item in items] == ["message", "unreadable"]
        # At one of these depths the delivery can still be read, but no longer be written with its context.
        assert [item.kind for item in cut(b'{"x":%s}' % monster.encode())] == ["unreadable"]


@given(JSON)
@settings(deadline=None)
def test_any_json_is_recorded_or_refused(value: object) -> None:
    if isinstance(value, dict):
        check_items(cut_value(value))
    else:
        with pytest.raises(NotAnObject):
            cut_value(value)


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_mutated_deliveries_never_harm_a_neighbour(deliveries: dict[str, Delivery], data: st.DataObject) -> None:
    delivery = copy.deepcopy(deliveries[data.draw(st.sampled_from(sorted(deliveries)))])
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(delivery["entry"], data)
    good = make({"id": "wamid.GOOD", "from": "447700900123", "type": "text", "text": {"body": "good"}})["entry"]
    items = cut_value({"object": "whatsapp_business_account", "entry": good + delivery["entry"] + good})
    check_items(items)
    assert [read_message(item.payload).text for item in (items[0], items[-1])] == ["good", "good"]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(deadline=None)
def test_any_bytes_are_recorded_or_refused(body: bytes) -> None:
    with suppress(NotJson, NotAnObject):
        check_items(cut(body))


def check_items(items: list[Item]) -> None:
    assert items
    for item in items:
        assert len(item.key) == 16
        assert "\0" not in item.payload + item.lane + (item.phone_number_id or "")
        item.payload.encode()
        assert isinstance(msgspec.json.decode(item.payload), dict)
        read_message(item.payload)
        read_status(item.payload)


def mutate(node: Any, data: st.DataObject) -> None:
    """Replace, remove or add something somewhere below `node`, a list or an object that is not empty."""
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        child = node[key]
        if isinstance(child, dict | list) and child and data.draw(st.booleans()):
            node = child
            continue
        match data.draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                node[key] = data.draw(JSON)
            case "add" if isinstance(node, list):
                node.append(data.draw(JSON))
            case "add":
                node[data.draw(STRINGS)] = data.draw(JSON)
            case _ if len(node) > 1:
                del node[key]
        return
