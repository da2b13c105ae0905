import pytest

from modem.pdu import Alphabet, DataCoding, Lamp, MessageWaiting

GSM7, DATA8, UCS2 = Alphabet.GSM7, Alphabet.DATA8, Alphabet.UCS2


@pytest.mark.parametrize(
    ("raw", "alphabet", "message_class", "compressed"),
    [
        (0x00, GSM7, None, False),
        (0x04, DATA8, None, False),
        (0x08, UCS2, None, False),
        (0x0C, GSM7, None, False),  # reserved alphabet
        (0x03, GSM7, None, False),  # class bits without their meaning
        (0x10, GSM7, 0, False),
        (0x11, GSM7, 1, False),
        (0x16, DATA8, 2, False),
        (0x1B, UCS2, 3, False),
        (0x20, GSM7, None, True),
        (0x38, UCS2, 0, True),
        (0x48, UCS2, None, False),  # marked for automatic deletion
        (0x5A, UCS2, 2, False),
        (0x60, GSM7, None, True),
        (0x80, GSM7, None, False),  # reserved groups read as GSM 7-bit
        (0x98, GSM7, None, False),
        (0xBF, GSM7, None, False),
        (0xC8, GSM7, None, False),
        (0xD8, GSM7, None, False),
        (0xE8, UCS2, None, False),
        (0xF0, GSM7, 0, False),
        (0xF5, DATA8, 1, False),
        (0xFA, GSM7, 2, False),  # reserved bit 3 is ignored
        (0xFF, DATA8, 3, False),
    ],
)
def test_every_group(
    raw: int, alphabet: Alphabet, message_class: int | None, compressed: bool
) -> None:
    coding = DataCoding(raw)
    assert coding.alphabet is alphabet
    assert coding.message_class == message_class
    assert coding.compressed is compressed


def test_automatic_deletion_is_the_second_group() -> None:
    marked = [raw for raw in range(256) if DataCoding(raw).automatic_deletion]
    assert marked == list(range(0x40, 0x80))


@pytest.mark.parametrize(
    ("raw", "lamp", "active", "store"),
    [
        (0xC8, Lamp.VOICEMAIL, True, False),
        (0xC1, Lamp.FAX, False, False),
        (0xDA, Lamp.EMAIL, True, True),
        (0xEB, Lamp.OTHER, True, True),
    ],
)
def test_lamps(raw: int, lamp: Lamp, active: bool, store: bool) -> None:
    assert DataCoding(raw).message_waiting == MessageWaiting(lamp=lamp, active=active, store=store)


def test_other_groups_switch_no_lamp() -> None:
    assert DataCoding(0x08).message_waiting is None
    assert DataCoding(0xF8).message_waiting is None


@pytest.mark.parametrize(
    ("alphabet", "message_class", "raw"),
    [(GSM7, None, 0x00), (UCS2, None, 0x08), (GSM7, 0, 0x10), (UCS2, 0, 0x18), (DATA8, 1, 0x15)],
)
def test_codings_we_write(alphabet: Alphabet, message_class: int | None, raw: int) -> None:
    assert DataCoding.of(alphabet, message_class) == DataCoding(raw)
