"""One alarm a trouble, one when it is over, never a storm."""

import json

from gatewayd.alarms.model import DAY_MS, Memory, Moment, Notice, advance, joined

MINUTE = 60_000
AFTER = 5 * MINUTE
MODEM = {"modem:counter": "unplugged"}


class Watch:
    """A memory that survives a restart at each look, and a clock."""

    def __init__(self, most_per_day: int = 10) -> None:
        self.memory = Memory()
        self.now_ms = 1_800_000_000_000
        self.most = most_per_day

    def look(self, observed: dict[str, str], minutes: float = 1) -> list[Notice]:
        self.now_ms += round(minutes * MINUTE)
        self.memory = Memory.of(json.loads(json.dumps(self.memory.as_json())))
        return advance(
            self.memory, observed, now_ms=self.now_ms, after_ms=AFTER, most_per_day=self.most
        )

    def moments(self, observed: dict[str, str], times: int) -> list[Moment]:
        return [notice.moment for _ in range(times) for notice in self.look(observed)]


def test_a_trouble_is_told_once_when_it_has_lasted() -> None:
    watch = Watch()
    assert watch.moments(MODEM, 5) == []
    (notice,) = watch.look(MODEM)
    assert (notice.moment, notice.key, notice.detail) == (
        Moment.BEGIN,
        "modem:counter",
        "unplugged",
    )
    assert watch.now_ms - notice.since_ms == AFTER
    assert watch.moments(MODEM, 2000) == []


def test_it_is_over_once_it_has_stayed_away_as_long() -> None:
    watch = Watch()
    watch.moments(MODEM, 10)
    assert watch.moments({}, 4) == []
    (notice,) = watch.look({})
    assert notice.moment is Moment.OVER
    assert watch.now_ms - notice.until_ms == AFTER
    assert watch.memory.troubles == {}


def test_what_comes_and_goes_is_one_trouble() -> None:
    watch = Watch()
    told = [
        notice.moment for _ in range(200) for notice in (*watch.look(MODEM, 1), *watch.look({}, 2))
    ]
    assert told == [Moment.BEGIN]


def test_what_is_short_is_not_told() -> None:
    watch = Watch()
    assert watch.moments(MODEM, 4) == []
    assert watch.moments({}, 20) == []


def test_above_the_day_s_number_there_is_one_digest() -> None:
    watch = Watch(most_per_day=4)
    told: list[Notice] = []
    for number in range(12):
        for _ in range(7):
            told += watch.look({f"modem:m{number}": "x"})
        for _ in range(7):
            told += watch.look({})
    assert len(told) == 4

    (digest,) = watch.look({}, DAY_MS / MINUTE)
    assert (digest.moment, digest.count) == (Moment.DIGEST, 20)
    assert watch.look({}) == []


def test_a_clock_that_is_set_back_does_not_hold_alarms_for_ever() -> None:
    watch = Watch(most_per_day=2)
    watch.memory.told_ms = [watch.now_ms + DAY_MS * 400] * 2
    assert watch.moments(MODEM, 7) == [Moment.BEGIN]


def test_what_began_and_ended_untold_is_one_notice() -> None:
    begin, other = (Notice(moment=Moment.BEGIN, key=key) for key in ("modem:a", "modem:b"))
    over = Notice(moment=Moment.OVER, key="modem:a")
    assert joined([begin, other], [over]) == [other, over]
