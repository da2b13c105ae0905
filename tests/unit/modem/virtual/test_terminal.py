# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""The byte side: echo, prompts, what survives the program and what does not."""


def test_echo_is_the_computers_choice(computer) -> None:
    assert computer.types("ATE1") == ["OK"]
    computer.modem.receive(b"AT+C")
    assert computer.take() == "AT+C"
    computer.modem.receive(b"SQ\r")
    assert computer.take() == "SQ\r\r\n+CSQ: 21,99\r\n\r\nOK\r\n"
    assert computer.types("ATE0") == ["ATE0", "OK"]


def test_a_line_typed_in_pieces_with_noise_and_backspaces(computer) -> None:
    for piece in (b"\x00\xffA", b"T+CSX\x08", b"Q\r", b"\n"):
        computer.modem.receive(piece)
    assert computer.lines() == ["+CSQ: 21,99", "OK"]


def test_numeric_results_and_none(computer) -> None:
    computer.types("ATV0")
    computer.modem.receive(b"AT+CSQ\r")
    assert computer.take() == "+CSQ: 21,99\r\n0\r"
    computer.types("ATV1Q1")
    assert computer.types("AT") == []


def test_the_last_line_is_repeated(computer) -> None:
    computer.types("AT+CSQ")
    assert computer.types("A/") == ["+CSQ: 21,99", "OK"]


def test_what_no_modem_knows(computer) -> None:
    assert computer.types("hello") == []
    assert computer.types("AT+NOSUCH=1") == ["ERROR"]
    assert computer.types("AT+CSQ;+NOSUCH;+CSQ") == ["+CSQ: 21,99", "ERROR"]


def test_endless_lines_are_bounded(computer) -> None:
    computer.modem.receive(b"A" * 100_000)
    computer.modem.receive(b"\r")
    computer.take()
    assert computer.types("AT") == ["OK"]


def test_escape_closes_the_prompt(computer) -> None:
    computer.modem.receive(b"AT+CMGS=20\r")
    assert computer.take() == "\r\n> "
    computer.modem.receive(b"00\x1b")
    assert computer.lines() == ["OK"]
    assert computer.types("AT") == ["OK"]


def test_an_open_prompt_survives_the_program_and_eats_what_the_next_one_types(computer) -> None:
    computer.types("AT+CMGS=20")
    computer.dies_and_returns()
    assert computer.types("AT") == []
    assert computer.modem.terminal.at_prompt
    computer.modem.receive(b"\x1a")
    assert computer.lines() == ["+CMS ERROR: 304"]
    assert computer.ledger.entries == ()


def test_in_text_mode_what_the_next_program_types_is_sent(computer) -> None:
    computer.types("AT+CMGF=1")
    computer.types('AT+CMGS="+15145550123"')
    computer.dies_and_returns()
    computer.types("AT")
    computer.modem.receive(b"\x1a")
    assert computer.lines() == ["+CMGS: 1", "OK"]
    assert [entry.text for entry in computer.ledger.of("accepted")] == ["AT\n"]


def test_unsolicited_lines_wait_for_the_prompt_to_end(computer) -> None:
    computer.types("AT+CMGS=20")
    computer.modem.terminal.say("RING")
    assert computer.take() == ""
    computer.modem.receive(b"\x1b")
    assert computer.lines() == ["OK", "RING"]


def test_some_makes_chatter_into_the_prompt(make_computer) -> None:
    computer = make_computer("sim800")
    computer.types("AT+CMGS=20")
    computer.modem.terminal.say("RING")
    assert computer.lines() == ["RING"]


def test_input_waits_while_a_command_runs(make_computer) -> None:
    computer = make_computer(submit_ms=250)
    assert computer.sends("hi") == []
    assert computer.types("AT+CSQ") == []
    assert computer.passes(0.25) == ["+CMGS: 1", "OK", "+CSQ: 21,99", "OK"]
