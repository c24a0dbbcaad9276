"""An answer to a list that was sent before others means the numbers of that list."""

from product_kit import Product


async def last_message(product: Product, wamid: str) -> str:
    """The last message that went to Ana, as if WhatsApp had taken it."""
    await product.pool.execute(
        "update outbox set wamid = $1, state = 'accepted' where seq = (select max(seq) from outbox)", wamid
    )
    message: str = await product.pool.fetchval("select message from outbox where wamid = $1", wamid)
    return message


async def test_an_answer_to_an_older_list_means_its_numbers(product: Product) -> None:
    chores = "\n".join(f"- chore {number:02} tomorrow" for number in range(1, 13))
    for text in (chores, "buy milk today", "tomorrow", "more"):
        await product.say(product.ana, text)
        await product.settle()
    assert "10. chore 10" in await last_message(product, "wamid.list")
    await product.say(product.ana, "today")
    await product.settle()
    await product.say(product.ana, "done 2 11", context={"id": "wamid.list"})
    await product.settle()
    done = await product.pool.fetch("select title from tasks where status = 'done' order by title")
    assert [row["title"] for row in done] == ["chore 02", "chore 11"]
    await product.say(product.ana, "done 1")
    await product.settle()
    assert await product.pool.fetchval("select status from tasks where title = 'buy milk'") == "done"
