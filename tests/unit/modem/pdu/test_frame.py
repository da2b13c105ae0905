import pytest

from modem.pdu import Address, Deliver, Frame, PduError, StatusReport, Submit, decode_incoming

SMSC = bytes.fromhex("07915141000000f0")
DELIVER = bytes.fromhex("040b915141550521f30000621122413570000ae8329bfd4697d9ec37")
SUBMIT = bytes.fromhex("31000b915141550521f30000a80ae8329bfd4697d9ec37")
REPORT = bytes.fromhex("062a0b915141550521f3621122413570006211224145700000")


def test_a_frame_is_split_and_joined() -> None:
    frame = Frame.from_bytes(SMSC + DELIVER)
    assert frame == Frame(smsc=Address.parse("+15140000000"), tpdu=DELIVER)
    assert frame.to_bytes() == SMSC + DELIVER


def test_a_frame_without_service_centre() -> None:
    assert Frame.from_bytes(b"\0" + SUBMIT) == Frame(smsc=None, tpdu=SUBMIT)
    assert Frame(smsc=None, tpdu=SUBMIT).to_bytes() == b"\0" + SUBMIT


@pytest.mark.parametrize("raw", [b"", b"\0", SMSC, SMSC[:4], b"\xff" * 12])
def test_no_frame(raw: bytes) -> None:
    with pytest.raises(PduError) as caught:
        Frame.from_bytes(raw)
    assert caught.value.code == "truncated"


def test_the_message_type_decides() -> None:
    assert decode_incoming(SMSC + DELIVER).tpdu == Deliver.from_bytes(DELIVER)
    assert decode_incoming(b"\0" + SUBMIT).tpdu == Submit.from_bytes(SUBMIT)
    assert decode_incoming(SMSC + REPORT).tpdu == StatusReport.from_bytes(REPORT)
    assert decode_incoming(SMSC + REPORT).smsc == Address.parse("+15140000000")


def test_a_reserved_type_is_read_as_a_deliver() -> None:
    reserved = bytes([DELIVER[0] | 0x03]) + DELIVER[1:]
    assert decode_incoming(SMSC + reserved).tpdu == Deliver.from_bytes(DELIVER)


def test_a_sent_record_can_only_be_a_submit() -> None:
    assert decode_incoming(b"\0" + SUBMIT, outgoing=True).tpdu == Submit.from_bytes(SUBMIT)
    with pytest.raises(PduError) as caught:
        decode_incoming(b"\0" + DELIVER, outgoing=True)
    assert caught.value.code == "not_a_submit"
