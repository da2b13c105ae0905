"""python-gsmmodem-new 0.13.0 on the same octets where it is right; where it is wrong, ours.

The wrong cases are those of docs/decisions: why it is not used at run time.
"""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from gsmmodem import pdu as gsmmodem_pdu

from modem.pdu import (
    Deliver,
    StatusReport,
    assemble,
    build_delivers,
    build_submits,
    decode_incoming,
    gsm7,
)

SEED = 20261122
# All of the alphabet but the section sign and the form feed, which the oracle lacks.
GSM7_CHARACTERS = "".join(
    character
    for character in gsm7.ALPHABET + "".join(gsm7.EXTENSION.values())
    if character not in {"\x1b", "§", "\f"}
)
BMP_CHARACTERS = "çêœ’…жщñ中日ا€é abcXYZ\n"
# Exactly on the relative scale: elsewhere the oracle rounds down, and we never give less.
PERIODS = [None, timedelta(minutes=5), timedelta(hours=12), timedelta(days=2), timedelta(weeks=5)]


def texts(alphabet: str, count: int) -> list[str]:
    chance = random.Random(SEED)  # noqa: S311 - test data, the same in each run
    sizes = [0, 1, 7, 8, 69, 70, 71, 134, 135, 159, 160, 161, 306, 307]
    lengths = sizes + [chance.randrange(700) for _ in range(count - len(sizes))]
    return ["".join(chance.choices(alphabet, k=length)) for length in lengths]


def numbers(count: int) -> list[str]:
    chance = random.Random(SEED)  # noqa: S311 - test data, the same in each run
    return [
        "+" + "".join(chance.choices("0123456789", k=chance.randrange(7, 16))) for _ in range(count)
    ]


@pytest.mark.parametrize("alphabet", [GSM7_CHARACTERS, BMP_CHARACTERS], ids=["gsm7", "ucs2"])
def test_our_submits_are_those_of_gsmmodem(alphabet: str) -> None:
    for index, (text, to) in enumerate(zip(texts(alphabet, 250), numbers(250), strict=True)):
        validity, report = PERIODS[index % len(PERIODS)], bool(index % 2)
        theirs = gsmmodem_pdu.encodeSmsSubmitPdu(
            to, text, reference=index, validity=validity, requestStatusReport=report
        )
        ours = build_submits(
            to=to, text=text, concat_reference=index, report=report, validity=validity
        )
        assert [b"\0" + replace(part, reference=index).to_bytes() for part in ours] == [
            bytes(part.data) for part in theirs
        ], (text, to)
        assert [len(part.to_bytes()) for part in ours] == [part.tpduLength for part in theirs]


@pytest.mark.parametrize("alphabet", [GSM7_CHARACTERS, BMP_CHARACTERS], ids=["gsm7", "ucs2"])
def test_gsmmodem_reads_our_delivers(alphabet: str) -> None:
    moment = datetime(2026, 11, 22, 14, 53, 7, tzinfo=UTC)
    for text, number in zip(texts(alphabet, 120), numbers(120), strict=True):
        for part in build_delivers(originator=number, text=text, time=moment, concat_reference=9):
            if part.text and not part.text.endswith("@"):  # the oracle loses a last "@"
                theirs = gsmmodem_pdu.decodeSmsPdu((b"\0" + part.to_bytes()).hex())
                assert (theirs["number"], theirs["text"]) == (number, part.text)
                assert theirs["time"] == moment


def test_gsmmodem_reads_our_reports_as_we_do() -> None:
    raw = bytes.fromhex("0006ff0b915141550521f362112241357000621122413570 0a46".replace(" ", ""))
    theirs = gsmmodem_pdu.decodeSmsPdu(raw.hex())
    ours = decode_incoming(raw).tpdu
    assert isinstance(ours, StatusReport)
    assert (theirs["reference"], theirs["status"]) == (ours.reference, ours.status)
    assert theirs["number"] == ours.recipient.text
    assert theirs["time"] == ours.time.utc


# Where python-gsmmodem-new is wrong, ours is held to the clause.


def test_a_16_bit_reference_keeps_each_part_s_first_character() -> None:
    text = "".join(chr(ord("a") + position % 26) for position in range(400))
    parts = build_delivers(
        originator="+15145550123",
        text=text,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        concat_reference=0x1234,
        wide_reference=True,
    )
    read = {
        number: Deliver.from_bytes(part.to_bytes()) for number, part in enumerate(parts, start=1)
    }
    assert read[2].text == text[152:304]
    assert assemble(read, len(read)).text == text
    theirs = gsmmodem_pdu.decodeSmsPdu((b"\0" + parts[1].to_bytes()).hex())
    assert theirs["text"] != read[2].text


def test_an_emoji_is_written_and_read_without_lone_surrogates() -> None:
    (submit,) = build_submits(
        to="+15145550123", text="ok 😀", concat_reference=1, report=False, validity=None
    )
    raw = b"\0" + submit.to_bytes()
    read = decode_incoming(raw).tpdu
    assert not isinstance(read, StatusReport)
    assert read.text == "ok 😀"
    with pytest.raises(ValueError, match="byte must be in range"):
        gsmmodem_pdu.encodeSmsSubmitPdu("+15145550123", "ok 😀")
    with pytest.raises(UnicodeEncodeError):
        gsmmodem_pdu.decodeSmsPdu(raw.hex())["text"].encode()


@pytest.mark.parametrize("text", ["hello@", "1234567@", "@", "@" * 160])
def test_a_trailing_at_sign_is_kept(text: str) -> None:
    (deliver,) = build_delivers(
        originator="+15145550123",
        text=text,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        concat_reference=1,
    )
    assert Deliver.from_bytes(deliver.to_bytes()).text == text


def test_national_tables_are_not_dropped() -> None:
    # "İ" by the Turkish locking table, "Ş" by its single shift; the header takes 8 septets.
    message = bytes.fromhex("00440b915141550521f3000062112241357000")
    user_data = bytes.fromhex("0b06250101240101") + gsm7.pack(b"\x40\x1b\x53")
    read = decode_incoming(message + user_data).tpdu
    assert isinstance(read, Deliver)
    assert read.text == "İŞ"
    assert gsmmodem_pdu.decodeSmsPdu((message + user_data).hex())["text"] != read.text


def test_the_section_sign_and_the_form_feed_are_in_the_alphabet() -> None:
    for character in "§\f":
        assert gsm7.decode(gsm7.encode(character)) == character
        (theirs,) = gsmmodem_pdu.encodeSmsSubmitPdu("+15145550123", character)
        (ours,) = build_submits(
            to="+15145550123", text=character, concat_reference=0, report=False, validity=None
        )
        dcs = bytes(theirs.data)[-4]  # then a length and one character of two octets
        assert (ours.coding.raw, dcs) == (0x00, 0x08)
