import pytest

from modem.at.errors import BadReply, EngineBusy
from modem.at.fields import (
    Field,
    after_prefix,
    decode_hex,
    decode_text,
    fields_of,
    inner,
    number_at,
    numbers_in,
    split_fields,
    text_at,
)


def test_commas_in_quotes_and_parentheses_do_not_part() -> None:
    texts = [field.text for field in split_fields(b'"a,b", (1,2),,7 ,"')]
    assert texts == ["a,b", "(1,2)", "", "7", '"']


def test_parentheses_inside_quotes_are_text() -> None:
    assert [field.text for field in split_fields(b'"(",1')] == ["(", "1"]


def test_numbers() -> None:
    fields = split_fields(b'12,"13",0x4,-1,1234567890,')
    assert [field.number for field in fields] == [12, 13, None, None, None, None]
    assert number_at(fields, 0) == 12
    assert number_at(fields, 9) is None
    assert text_at(fields, 5) is None
    assert text_at(fields, 9) is None


def test_ucs2_names_are_read_only_in_quotes() -> None:
    assert Field(text="00420065006C006C", quoted=True).name == "Bell"
    assert Field(text="00420065", quoted=False).name == "00420065"
    assert Field(text="0042", quoted=True).name == "0042"


def test_lists() -> None:
    assert numbers_in(Field(text="(0,2-4, 7,x)")) == {0, 2, 3, 4, 7}
    assert numbers_in(Field(text="2")) == {2}
    assert numbers_in(Field(text="()")) == frozenset()
    assert len(numbers_in(Field(text="(0-9999)"))) == 257
    assert inner(Field(text="SM", quoted=True)) == (Field(text="SM", quoted=True),)


def test_text_and_hex() -> None:
    assert decode_text("Vidéotron".encode()) == "Vidéotron"
    assert decode_text(b"Vid\xe9otron") == "Vidéotron"
    assert decode_hex(b"0aF1") == b"\x0a\xf1"
    assert decode_hex(b"0aF") is None
    assert decode_hex(b"") is None


def test_after_prefix() -> None:
    assert after_prefix(b"+CSQ: 1,2") == b"1,2"
    assert after_prefix(b"bare") == b"bare"
    assert fields_of(b"+X:") == (Field(text=""),)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (BadReply("+CSQ", "no strength", (b"x",)), "+CSQ: no strength"),
        (EngineBusy("start", "running"), "start is not possible in state running"),
    ],
)
def test_errors_say_what(error: Exception, text: str) -> None:
    assert str(error) == text
