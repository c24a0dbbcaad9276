"""The simulated Meta knows our pack from the beginning, so that people whose window is closed are reached."""

from pathlib import Path

from tasktalk.messaging.templates.pack import KINDS, LANGUAGES
from tasktalk.sandbox.store import Store
from tasktalk.sandbox.template_rules import check_components
from tasktalk.sandbox.templates import Templates
from tasktalk.up.sandbox import approved_templates


async def test_the_pack_is_approved_from_the_beginning_and_after_a_reset(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.sqlite3")
    templates = Templates(store, approved_templates())
    wanted = {(f"tasktalk_{purpose}", language) for purpose in KINDS.keys() - {"login_code"} for language in LANGUAGES}

    templates.load(now=1_790_000_000)
    first = {each.id for each in templates.list_all()}
    templates.clear(now=1_790_000_000)

    here = templates.list_all()
    assert {(each.name, each.language) for each in here} == wanted | {("hello_world", "en_US")}
    assert {each.status for each in here} == {"APPROVED"}
    assert first & {each.id for each in here} == {"7000000000001"}  # no id comes twice
    for each in here:  # what Meta would not have taken would prove nothing
        check_components(each.components, category=each.category, named=each.parameter_format == "NAMED")
    again = Templates(store)
    again.load(now=1_790_000_000)
    assert {each.id for each in again.list_all()} == {each.id for each in here}
    store.close()
