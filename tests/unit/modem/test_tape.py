"""The last lines of a dialogue, as they were, within bounds."""

from __future__ import annotations

import itertools

from modem.tape import FIRST_LINES, MAX_BYTES, MAX_LINE_BYTES, MAX_LINES, Kind, Tape


def new_tape() -> Tape:
    seconds = itertools.count()
    return Tape(lambda: float(next(seconds)))


def kept(tape: Tape, since: int = 0) -> list[tuple[Kind, bytes]]:
    return [(line.kind, line.data) for line in tape.since(since)]


def test_lines_of_both_sides_in_their_order_and_with_their_times() -> None:
    tape = new_tape()
    tape.opened()
    tape.typed(b"AT+C")
    tape.typed(b"SQ\rAT\r")
    tape.heard(b"\r\n+CSQ: 1")
    tape.heard(b"9,99\r\n\r\nOK\r\n")
    tape.note("over")
    assert kept(tape) == [
        (Kind.OPENED, b"opened"),
        (Kind.TYPED, b"AT+CSQ\r"),
        (Kind.TYPED, b"AT\r"),
        (Kind.HEARD, b"\r\n+CSQ: 19,99\r\n"),
        (Kind.HEARD, b"\r\nOK\r\n"),
        (Kind.NOTE, b"over"),
    ]
    assert [(line.number, line.at) for line in tape.since()] == [(n, n - 1.0) for n in range(1, 7)]
    assert kept(tape, since=5) == [(Kind.NOTE, b"over")]


def test_a_prompt_stands_before_the_body_and_the_body_is_whole() -> None:
    tape = new_tape()
    tape.typed(b"AT+CMGS=1\r")
    tape.heard(b"\r\n> ")
    tape.typed(b"00")
    tape.heard(b"00")  # an echo
    tape.typed(b"\x1a")
    assert kept(tape)[1:] == [(Kind.HEARD, b"\r\n> 00"), (Kind.TYPED, b"00\x1a")]


def test_what_is_not_finished_is_told_all_the_same() -> None:
    tape = new_tape()
    tape.heard(b"\r\nOV")
    tape.typed(b"A")
    assert kept(tape) == [(Kind.HEARD, b"\r\nOV"), (Kind.TYPED, b"A")]


def test_a_long_report_keeps_its_end_and_the_set_up() -> None:
    tape = new_tape()
    tape.typed(b"before\r")
    tape.opened()
    for number in range(MAX_LINES * 2):
        tape.typed(b"%d\r" % number)
    lines = tape.since()
    assert len(lines) == MAX_LINES + FIRST_LINES
    assert [line.data for line in lines[:2]] == [b"opened", b"0\r"]
    assert lines[-1].data == b"%d\r" % (MAX_LINES * 2 - 1)
    tape.opened()
    assert tape.since()[0].data != b"opened"  # the former opening's beginning is given up


def test_noise_without_end_costs_no_more_than_its_bounds() -> None:
    tape = new_tape()
    for _ in range(200):
        tape.heard(b"\xff" * 4096)
        tape.typed(b"x" * 4096)
    lines = tape.since()
    assert max(len(line.data) for line in lines) == MAX_LINE_BYTES
    assert sum(len(line.data) for line in lines) <= MAX_BYTES + FIRST_LINES * MAX_LINE_BYTES
