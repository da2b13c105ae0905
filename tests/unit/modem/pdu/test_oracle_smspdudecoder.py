"""smspdudecoder reads what we write: an independent decoder of both directions."""

import random
from datetime import datetime, timedelta, timezone

import pytest

from modem.pdu import Address, Frame, build_delivers, build_submits, gsm7

# smspdudecoder 2.2.0 takes any bitstring from 3.1 and does not load with 5.
easy = pytest.importorskip("smspdudecoder.easy", exc_type=ImportError)

SEED = 20261122
# Not the extension table: the oracle counts decoded characters where it should count septets.
GSM7_CHARACTERS = gsm7.ALPHABET.replace("\x1b", "")
BMP_CHARACTERS = "çêœ’…жщñ中日ا€é abcXYZ\n"
LENGTHS = [0, 1, 7, 8, 69, 70, 71, 134, 135, 159, 160, 161, 306, 307, *range(400, 600, 9)]
MOMENT = datetime(2026, 11, 22, 9, 53, 7, tzinfo=timezone(timedelta(hours=-5)))


def messages(alphabet: str) -> list[tuple[str, str]]:
    chance = random.Random(SEED)  # noqa: S311 - test data, the same in each run
    return [
        (
            "+1" + "".join(chance.choices("0123456789", k=chance.randrange(6, 15))),
            "".join(chance.choices(alphabet, k=length)),
        )
        for length in LENGTHS
    ]


@pytest.mark.parametrize("alphabet", [GSM7_CHARACTERS, BMP_CHARACTERS], ids=["gsm7", "ucs2"])
def test_it_reads_our_submits(alphabet: str) -> None:
    for number, text in messages(alphabet):
        for part in build_submits(
            to=number, text=text, concat_reference=9, report=True, validity=timedelta(days=2)
        ):
            theirs = easy.read_outgoing_sms(Frame(smsc=None, tpdu=part.to_bytes()).to_bytes().hex())
            assert (theirs["recipient"], theirs["content"]) == (number, part.text)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("alphabet", [GSM7_CHARACTERS, BMP_CHARACTERS], ids=["gsm7", "ucs2"])
def test_it_reads_our_delivers(alphabet: str, wide: bool) -> None:
    smsc = Address.parse("+15140000000")
    for number, text in messages(alphabet):
        for part in build_delivers(
            originator=number, text=text, time=MOMENT, concat_reference=9, wide_reference=wide
        ):
            theirs = easy.read_incoming_sms(Frame(smsc=smsc, tpdu=part.to_bytes()).to_bytes().hex())
            assert (theirs["sender"], theirs["content"]) == (number, part.text)
            assert theirs["date"] == MOMENT
            place = part.header and part.header.concatenation
            if place:
                assert theirs["partial"]["part_number"] == place.number
                assert theirs["partial"]["parts_count"] == place.total
