import pytest

from modem.at.quotes import LostQuote, QuoteJoiner


@pytest.mark.parametrize(
    "line",
    [
        b'+CUSD: 0,"a",15',
        b'+CUSD: 0,"a"',
        b'+CUSD: 0,"5" screen",15',
        b"+CUSD: 2",
        b'+CMGL: 1,1,"a',
    ],
)
def test_whole_lines_pass(line: bytes) -> None:
    assert QuoteJoiner().add(line) == [line]


@pytest.mark.parametrize("first", [b'+CUSD: 0,"a', b'+CUSD: 1,"Press "1"', b'+CNUM: "na'])
def test_open_quotes_wait(first: bytes) -> None:
    joiner = QuoteJoiner()
    assert joiner.add(first) == []
    assert joiner.add(b" b ") == []
    assert joiner.add(b'c",15') == [first + b'\n b \nc",15']
    assert joiner.add(b"OK") == [b"OK"]


def test_what_clings_to_a_line_is_taken_off() -> None:
    assert QuoteJoiner().add(b"> \x1bAT ") == [b"AT"]
    assert QuoteJoiner().add(b"> ") == []


def test_a_line_that_no_text_holds_ends_it() -> None:
    joiner = QuoteJoiner()
    joiner.add(b'+CUSD: 0,"a')
    assert joiner.add(b"+CMT: ,1") == [LostQuote(text=b'+CUSD: 0,"a'), b"+CMT: ,1"]


def test_too_long_by_bytes() -> None:
    joiner = QuoteJoiner()
    joiner.add(b'+CUSD: 0,"')
    assert joiner.add(b"x" * 2048) == [LostQuote(text=b'+CUSD: 0,"\n' + b"x" * 2048)]
    assert joiner.give_up() == []
