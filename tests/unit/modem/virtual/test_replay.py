"""A recorded dialogue plays the modem's half."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.virtual.errors import ReplayError
from modem.virtual.replay import Replay, Step, read_dialogue

if TYPE_CHECKING:
    from pathlib import Path

DIALOGUE = """\
# a modem that boots, then takes a message
< RDY
> AT
< OK
! Resynced
> AT+CMGS=20
< >
> 0001\\x1a
< ^RSSI:17
< +CMGS: 7
< OK
"""


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    path = tmp_path / "dialogue"
    path.write_text(DIALOGUE)
    return Replay(read_dialogue(path))


def test_it_answers_as_recorded(replay: Replay) -> None:
    got = bytearray()
    replay.connect(got.extend)
    assert got == b"\r\nRDY\r\n"
    got.clear()
    replay.receive(b"\x1ba")
    replay.receive(b"t\r\n")
    assert got == b"\r\nOK\r\n"
    got.clear()
    replay.receive(b"AT+CMGS=20\r0001\x1a")
    assert got == b"\r\n> \r\n^RSSI:17\r\n\r\n+CMGS: 7\r\n\r\nOK\r\n"
    assert replay.position == 0


def test_surprises_are_told(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text("> AT\n< OK\n")
    surprises: list[str] = []
    replay = Replay(read_dialogue(path), on_surprise=surprises.append)
    got = bytearray()
    replay.connect(got.extend)
    replay.receive(b"ATI\r")
    assert got == b"\r\nERROR\r\n"
    assert surprises == ["line 1: expected 'AT', heard 'ATI'"]
    replay.disconnect()
    replay.receive(b"AT\r")
    assert replay.position == 0


def test_what_is_no_dialogue(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text("> AT\nOK\n")
    with pytest.raises(ReplayError, match=r"dialogue:2"):
        read_dialogue(path)
    with pytest.raises(ReplayError):
        read_dialogue(tmp_path / "missing")


def test_escapes(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text("> A\\\\T\n< a\\x00b\n< \\rc\n")
    written = b"\r\na\x00b\r\n\rc"
    assert read_dialogue(path) == (Step(typed=b"A\\T", written=written, line=1),)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text("# nothing\n\n")
    replay = Replay(read_dialogue(path))
    replay.connect(bytearray().extend)
    replay.receive(b"AT\r")
    assert replay.position == 0


def test_each_program_plays_the_next_opening(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text("@ opened\n> AT\n@ opened\n< RDY\n> AT\n< OK\n@ quiet\n@ opened\n")
    surprises: list[str] = []
    replay = Replay(read_dialogue(path), on_surprise=surprises.append)
    heard = []
    for _ in range(4):
        got = bytearray()
        replay.connect(got.extend)
        replay.receive(b"AT\r")
        replay.disconnect()
        heard.append(bytes(got))
    silent, answering = b"", b"\r\nRDY\r\n\r\nOK\r\n"
    assert heard == [silent, answering] * 2
    assert surprises == []


def test_an_opening_begins_again_after_its_last_step(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text("@ opened\n> AT\n< OK\n@ opened\n> ATI\n< other\n")
    replay = Replay(read_dialogue(path))
    got = bytearray()
    replay.connect(got.extend)
    replay.receive(b"AT\rAT\r")
    assert got == b"\r\nOK\r\n" * 2


def test_another_message_and_a_line_of_later_are_played_and_told(tmp_path: Path) -> None:
    path = tmp_path / "dialogue"
    path.write_text(
        "> AT+CMGS=2\n< >\n> 0001\\x1a\n< +CMGS: 1\n< OK\n> AT+CSQ\n< ERROR\n> AT+CREG?\n< OK\n"
    )
    surprises: list[str] = []
    replay = Replay(read_dialogue(path), on_surprise=surprises.append)
    got = bytearray()
    replay.connect(got.extend)
    replay.receive(b"AT+CMGS=14\r0077\x1aat+creg?\r")
    assert got == b"\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n\r\nOK\r\n"
    assert surprises == [
        "line 1: expected 'AT+CMGS=2', heard 'AT+CMGS=14', taken for line 1",
        "line 3: expected '0001\\x1a', heard '0077\\x1a', taken for line 3",
        "line 6: expected 'AT+CSQ', heard 'at+creg?', taken for line 8",
    ]
