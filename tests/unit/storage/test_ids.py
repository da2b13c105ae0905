import re

from storage.ids import Prefix, new_id


def test_an_id_is_a_prefix_and_a_ulid_of_its_time() -> None:
    made = new_id(Prefix.MESSAGE, now_ms=1_800_000_000_000)
    assert re.fullmatch(r"msg_[0-7][0-9A-HJKMNP-TV-Z]{25}", made)
    other = new_id(Prefix.MESSAGE, now_ms=1_800_000_000_000)
    assert made[:14] == other[:14]  # 48 bits of time, then chance


def test_ids_ascend_while_the_clock_stands_or_steps_back() -> None:
    times = [1_800_000_000_500] * 50 + [1_700_000_000_000] * 50
    made = [new_id(Prefix.PART, now_ms=time) for time in times]
    assert made == sorted(set(made))
