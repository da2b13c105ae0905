"""A timeline in stretches: its end, around a row, before it and after it."""

from typing import Any

import pytest

from storage.conversations import stretches
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

NOW = 1_800_000_000_000


async def write(store: Store, text: str, *, sender: str = "+15145550123") -> str:
    """Let a customer write; gives the message's id."""
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=NOW),
        from_=sender,
        to_number="+15145550100",
        text=text,
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid="89",
        kind="text",
        sc_time_ms=NOW,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with store.write() as tx:
        await insert_incoming(tx, message, now_ms=NOW)
    return message.id


class Talk:
    """A conversation of ten messages, between those of another customer."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.id = ""
        self.messages: list[str] = []
        self.places: list[int] = []

    async def begin(self) -> None:
        for at in range(10):
            self.messages.append(await write(self.store, f"{at}"))
            await write(self.store, "Somebody else", sender="+15145550199")
        async with self.store.read() as tx:
            raw: Any = await tx.exec_driver_sql(
                "SELECT conversation_id, seq FROM timeline WHERE conversation_id ="
                " (SELECT conversation_id FROM messages WHERE id = ?) ORDER BY seq",
                (self.messages[0],),
            )
            rows = raw.all()
        self.id = rows[0][0]
        self.places = [row[1] for row in rows]

    def shown(self, stretch: stretches.Stretch) -> tuple[list[int], bool, bool]:
        """Give which messages, oldest first, and whether it goes on before and after."""
        which = [self.messages.index(str(each.message_id)) for each in reversed(stretch.items)]
        return which, stretch.goes_before, stretch.goes_after


@pytest.fixture
async def talk(store: Store) -> Talk:
    made = Talk(store)
    await made.begin()
    return made


async def test_the_end_of_it_is_read_back_to_a_place_or_a_number(talk: Talk) -> None:
    at = talk.places
    for asked, expected in (
        ({"limit": 3}, ([7, 8, 9], True, False)),
        ({"limit": 10}, ([*range(10)], False, False)),
        ({"limit": 3, "before": at[7]}, ([4, 5, 6], True, True)),
        ({"limit": 9, "since": at[7]}, ([7, 8, 9], True, False)),
        ({"limit": 9, "since": at[2], "until": at[4]}, ([2, 3, 4], True, True)),
        ({"limit": 2, "since": at[2], "until": at[5]}, ([4, 5], True, True)),
        ({"limit": 9, "since": at[0], "before": at[2]}, ([0, 1], False, True)),
        ({"limit": 9, "before": at[0]}, ([], False, False)),
    ):
        async with talk.store.read() as tx:
            got = await stretches.ending(tx, talk.id, **asked)
        assert talk.shown(got) == expected, asked


async def test_what_follows_a_place_is_read_from_there(talk: Talk) -> None:
    for after, expected in (
        (3, ([4, 5, 6], True, True)),
        (7, ([8, 9], True, False)),
        (9, ([], False, False)),
    ):
        async with talk.store.read() as tx:
            got = await stretches.following(tx, talk.id, talk.places[after], limit=3)
        assert talk.shown(got) == expected, after


async def test_a_row_is_read_with_those_about_it(talk: Talk) -> None:
    for which, expected in (
        (5, ([4, 5, 6, 7], True, True)),
        (0, ([0, 1, 2], False, True)),
        (9, ([6, 7, 8, 9], True, False)),
        (8, ([6, 7, 8, 9], True, False)),
    ):
        async with talk.store.read() as tx:
            got = await stretches.around(tx, talk.id, talk.places[which], limit=4)
        assert talk.shown(got) == expected, which


async def test_the_newest_row_is_named_wherever_one_looks(talk: Talk) -> None:
    async with talk.store.read() as tx:
        whole = await stretches.ending(tx, talk.id, limit=1)
        early = await stretches.around(tx, talk.id, talk.places[1], limit=2)
        nothing = await stretches.ending(tx, "cnv_x", limit=5)

    assert early.newest == whole.newest == whole.items[0].id
    assert (nothing.items, nothing.newest, nothing.goes_before) == ((), None, False)


async def test_a_place_is_found_by_the_row_or_its_message_and_in_no_other_timeline(
    talk: Talk,
) -> None:
    async with talk.store.read() as tx:
        row = (await stretches.around(tx, talk.id, talk.places[4], limit=1)).items[0]
        assert await stretches.place_of(tx, talk.id, row.id) == talk.places[4]
        assert await stretches.place_of(tx, talk.id, talk.messages[4]) == talk.places[4]
        assert await stretches.place_of(tx, "cnv_x", talk.messages[4]) is None
        assert await stretches.place_of(tx, talk.id, "msg_x") is None
