import pytest

from modem.at.lines import MAX_LINE_BYTES, OVERLONG, LineBuffer, Overlong


def lines_of(buffer: LineBuffer) -> list[bytes | Overlong]:
    taken = []
    while (line := buffer.take_line()) is not None:
        taken.append(line)
    return taken


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r\n", b"\r\n\r\n"])
def test_any_line_end(end: bytes) -> None:
    buffer = LineBuffer()
    buffer.feed(b"one" + end + b"two" + end + b"thr")
    assert lines_of(buffer) == [b"one", b"two"]
    buffer.feed(b"ee" + end)
    assert lines_of(buffer) == [b"three"]


def test_noise_is_dropped_and_counted() -> None:
    buffer = LineBuffer()
    buffer.feed(b"\xff\xffO\x00K\r\n")
    assert lines_of(buffer) == [b"OK"]
    assert buffer.noise_bytes == 3


def test_an_overlong_line_in_one_piece() -> None:
    buffer = LineBuffer()
    buffer.feed(b"x" * (MAX_LINE_BYTES + 1) + b"\r\nOK\r\n")
    assert lines_of(buffer) == [OVERLONG, b"OK"]


def test_an_overlong_line_in_many_pieces_is_told_once_and_not_kept() -> None:
    buffer = LineBuffer()
    told = []
    for _ in range(3 * MAX_LINE_BYTES):
        buffer.feed(b"x")
        told += lines_of(buffer)
        assert len(buffer._pending) <= MAX_LINE_BYTES
    buffer.feed(b">")
    assert not buffer.shows_prompt()
    assert lines_of(buffer) == []
    buffer.feed(b"\r\nOK\r\n")
    assert told + lines_of(buffer) == [OVERLONG, b"OK"]


def test_the_longest_line_passes() -> None:
    buffer = LineBuffer()
    buffer.feed(b"x" * MAX_LINE_BYTES + b"\r")
    assert lines_of(buffer) == [b"x" * MAX_LINE_BYTES]


def test_a_prompt_counts_only_when_armed_and_at_a_line_start() -> None:
    buffer = LineBuffer()
    buffer.feed(b"\r\n> ")
    assert not buffer.take_prompt()
    buffer.arm_prompt()
    assert buffer.shows_prompt()
    assert not buffer.take_prompt(), "it came before it was armed"
    buffer.feed(b"\r\nx> \r\n> ")
    assert lines_of(buffer) == [b"> ", b"x> "]
    assert buffer.take_prompt()
    assert not buffer.take_prompt(), "armed for one"
    buffer.feed(b"echo\r")
    assert lines_of(buffer) == [b" echo"]


def test_armed_without_a_prompt() -> None:
    buffer = LineBuffer()
    buffer.arm_prompt()
    buffer.feed(b"+CMS")
    assert not buffer.take_prompt()
