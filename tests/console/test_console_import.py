import re

import httpx
from desk import Browser, Desk

HERE = "/account/data"
FILE = b"title,due_date,project\nBuy <b>milk</b>,2031-01-02,Groceries\nBad,tomorrow,\n"


async def upload(browser: Browser, content: bytes, name: str = "tasks.csv", csrf: str = "") -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]+)"', await browser.read(HERE))
    assert found is not None
    files = {"csrf": (None, csrf or found[1]), "file": (name, content)}
    return await browser.http.post(f"{HERE}/import", files=files)


async def test_a_file_is_looked_at_imported_and_taken_back(desk: Desk, ana: Browser, ben: Browser) -> None:
    looked = await upload(ana, FILE)
    assert looked.status_code == 200
    assert all(
        words in looked.text for words in ("1 task is new", "1 cannot be imported", "Groceries", "&lt;b&gt;milk")
    )
    assert "A date is written like 2026-12-01." in looked.text
    await desk.pool.execute("update users set language = 'de'")
    given = b"title,assignees,comments\nMilch,Nobody,2\n"
    german = (await upload(ana, given)).text
    assert "Ihre Kommentare kommen nicht mit. Nicht an Nobody gegeben: Niemand dieses Namens ist in ihrem" in german
    await desk.pool.execute("update users set language = 'en'")
    looked = await upload(ana, FILE)
    assert await desk.pool.fetchval("select count(*) from tasks") == 0
    act = re.search(r'formaction="(/account/data/import/[^/"]+)"', looked.text)
    assert act is not None
    assert (await ben.send(act[1], on=HERE)).status_code == 404
    answer = await ana.send(act[1], on=HERE)
    assert answer.headers["location"] == HERE
    page = await ana.read(HERE)
    assert "1 task is imported." in page
    assert await desk.pool.fetchval("select title from tasks") == "Buy <b>milk</b>"
    assert (await ana.send(act[1], on=HERE)).status_code == 404  # the file is gone
    undo = re.search(r'formaction="(/undo/[^"]+)"', page)
    assert undo is not None
    assert (await ana.send(undo[1], on=HERE)).status_code == 303
    assert await desk.pool.fetchval("select deleted_at is not null from tasks")
    await ana.send((await _again(ana)), on=HERE)
    again = await upload(ana, FILE)
    assert "1 is here already" in again.text
    assert f'formaction="{act[1]}"' not in again.text
    forget = re.search(r'formaction="(/account/data/import/[^"]+/forget)"', again.text)
    assert forget is not None
    assert (await ana.send(forget[1], on=HERE)).headers["location"] == HERE
    assert await desk.pool.fetchval("select count(*) from import_drafts") == 0


async def _again(browser: Browser) -> str:
    """The address that imports the file, which was taken back."""
    looked = await upload(browser, FILE)
    assert "1 task is new" in looked.text
    found = re.search(r'formaction="(/account/data/import/[^/"]+)"', looked.text)
    assert found is not None
    return found[1]


async def test_what_cannot_be_is_told_in_place(desk: Desk, ana: Browser) -> None:
    for content, name in ((b"", "x.csv"), (b"x\ny", ""), (b"no,columns\n1,2", "x.csv"), (b"PK\x03\x04", "x.zip")):
        answer = await upload(ana, content, name)
        assert (answer.status_code, 'id="file-wrong"' in answer.text) == (400, True), content
    assert (await upload(ana, FILE, csrf="forged")).status_code == 403
    assert await desk.pool.fetchval("select count(*) from import_drafts") == 0
