"""Who is told what: a pure function of a journal row and of who is around."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktalk.ids import new_id
from tasktalk.messaging.notices.told import EVENTS, News, Scene, decide, once, wants

ANA, BEN, CAL, ZOE = (UUID(int=n) for n in range(1, 5))
HOME = {ANA: "owner", BEN: "editor", CAL: "viewer"}
AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
SUBJECTS = ("task", "comment", "attachment", "member", "invitation", "project", "section", "reminder", "team")
VERBS = ("created", "changed", "deleted", "completed", "reopened", "accepted", "declined", "restored", "unheard-of")


def news(subject: str, verb: str, *, actor: UUID | None = ANA, **states: Any) -> News:
    before, after = states.get("before"), states.get("after")
    return News(1, AT, new_id(), actor, subject, new_id(), new_id(), new_id(), verb, before, after)


def heard(found: News, scene: Scene) -> dict[UUID, str]:
    return {told.user_id: told.event for told in once(decide(found, scene))}


@pytest.mark.parametrize(
    ("found", "scene", "told"),
    [
        (
            news("task", "created", after={"assignees": [str(ANA), str(BEN), str(ZOE)]}),
            Scene(HOME, creator=ANA),
            {BEN: "assigned", CAL: "added"},
        ),
        (
            news("task", "changed", before={"assignees": [str(BEN)]}, after={"assignees": [str(BEN), str(CAL)]}),
            Scene(HOME, creator=ANA),
            {CAL: "assigned", BEN: "changed"},
        ),
        (
            news("task", "changed", before={"position": 1, "version": 1}, after={"position": 2, "version": 2}),
            Scene(HOME),
            {},
        ),
        (
            news("task", "changed", before={"project_id": None}, after={"project_id": "home"}),
            Scene(HOME),
            {BEN: "added", CAL: "added"},
        ),
        (
            news("task", "completed", actor=CAL, before={"status": "open"}, after={"status": "done"}),
            Scene(HOME, creator=ANA, assignees=frozenset({BEN, CAL, ZOE})),
            {ANA: "completed", BEN: "completed"},
        ),
        (
            news("task", "accepted", actor=BEN),
            Scene(HOME, creator=ANA, assigner=CAL),
            {ANA: "accepted", CAL: "accepted"},
        ),
        (news("task", "declined", actor=BEN), Scene(HOME, creator=BEN, assigner=ANA), {ANA: "declined"}),
        (
            news("comment", "created", after={"mentions": [str(CAL), str(ZOE)]}),
            Scene(HOME, creator=CAL, commenters=frozenset({BEN, ZOE})),
            {CAL: "mentioned", BEN: "commented"},
        ),
        (
            news("comment", "changed", before={"mentions": []}, after={"mentions": [str(BEN)]}),
            Scene(HOME, creator=CAL),
            {BEN: "mentioned"},
        ),
        (news("comment", "deleted", before={"mentions": [str(BEN)]}), Scene(HOME, creator=CAL), {}),
        (
            news("member", "joined", actor=ANA, after={"user_id": str(BEN), "role": "editor"}),
            Scene({**HOME, ZOE: "owner"}),
            {BEN: "invited", ZOE: "joined"},
        ),
        (news("member", "joined", actor=BEN, after={"user_id": str(BEN)}), Scene(HOME), {ANA: "joined"}),
        (news("member", "left", before={"user_id": str(BEN)}), Scene(HOME), {}),
        (news("member", "changed", before={"role": "viewer"}, after={"user_id": str(BEN)}), Scene(HOME), {}),
        (news("invitation", "created", after={}), Scene(HOME, invited=ZOE), {ZOE: "invited"}),
        (news("invitation", "changed", after={}), Scene(HOME, invited=ZOE), {}),
        (news("task", "created", after={"assignees": [str(BEN)]}), Scene(), {}),
    ],
)
def test_whom_a_change_is_told_to(found: News, scene: Scene, told: dict[UUID, str]) -> None:
    assert heard(found, scene) == told


@given(
    subject=st.sampled_from(SUBJECTS),
    verb=st.sampled_from(VERBS),
    actor=st.sampled_from((ANA, BEN, CAL, ZOE, None)),
    insiders=st.dictionaries(st.sampled_from((ANA, BEN, CAL)), st.sampled_from(("owner", "editor", "viewer"))),
    people=st.lists(st.sampled_from((ANA, BEN, CAL, ZOE)), unique=True),
)
def test_never_who_did_it_never_who_does_not_see_it(
    subject: str, verb: str, actor: UUID | None, insiders: dict[UUID, str], people: list[UUID]
) -> None:
    named = [str(person) for person in people]
    row = {"assignees": named, "mentions": named, "user_id": str(ZOE), "role": "editor"}
    scene = Scene(insiders, ZOE, frozenset(people), frozenset(people), assigner=ZOE, invited=None)
    told = decide(news(subject, verb, actor=actor, before=None, after=row), scene)
    assert {each.user_id for each in told} <= set(insiders) - {actor}
    assert {each.event for each in told} <= set(EVENTS)


def test_the_nearest_switch_counts() -> None:
    assert wants("completed", project={}, own={}, muted=False)
    assert not wants("added", project={}, own={}, muted=False)
    assert wants("added", project={}, own={"added": True}, muted=False)
    assert not wants("added", project={"added": False}, own={"added": True}, muted=False)
    assert not wants("completed", project={"completed": True}, own={}, muted=True)
