import pytest

from modem.at import verbs
from modem.at.command import Deadline, Expect
from modem.at.errors import BadReply
from modem.at.verbs import Listing, StoredPdu

PDU = b"07915141550900F0040B915141550510F100006211225151000002C834"
RAW = bytes.fromhex(PDU.decode())
BODY = b"0001000B915141550510F1000002C834"


def test_command_lines() -> None:
    assert verbs.cmgf_pdu().line == b"AT+CMGF=0"
    assert verbs.cmgl().line == b"AT+CMGL=4"
    assert verbs.cmgl().deadline_is_silence
    assert verbs.cmgr(0).line == b"AT+CMGR=0"
    assert verbs.cmgd(0).line == b"AT+CMGD=0"
    assert verbs.cnma().line == b"AT+CNMA"


def test_a_submit_is_one_command() -> None:
    command = verbs.cmgs(15, BODY)
    assert (command.line, command.body) == (b"AT+CMGS=15", BODY)
    assert (command.expects, command.deadline) == (Expect.PREFIXED, Deadline.NETWORK)


@pytest.mark.parametrize(
    ("length", "body"),
    [(14, BODY), (15, BODY + b"\x1a"), (15, b"hello"), (0, b""), (200, b"00" + b"AA" * 200)],
)
def test_a_body_that_would_become_another_message(length: int, body: bytes) -> None:
    with pytest.raises(ValueError, match="declared length"):
        verbs.cmgs(length, body)


def test_reference() -> None:
    assert verbs.parse_cmgs([b"+CMGS: 255"]) == 255
    assert verbs.parse_cmgs([b'+CMGS: 0,"26/11/22"']) == 0
    for lines in ([], [b"+CMGS:"], [b"+CMGS: 256"]):
        with pytest.raises(BadReply):
            verbs.parse_cmgs(lines)


def test_a_list() -> None:
    lines = [b"+CMGL: 0,0,,21", PDU, b'+CMGL: 3,1,"al,pha",21', PDU.lower()]
    assert verbs.parse_cmgl(lines) == Listing(
        entries=(
            StoredPdu(index=0, status=0, pdu=RAW),
            StoredPdu(index=3, status=1, pdu=RAW),
        )
    )
    assert verbs.parse_cmgl([]) == Listing(entries=())


@pytest.mark.parametrize(
    ("lines", "indexes"),
    [
        ([b"+CMGL: 4,0,,21"], (4,)),
        ([b"+CMGL: 4,0,,21", b"+CMGL: 5,0,,21", PDU], (4,)),
        ([b"+CMGL: 4,0,,21", PDU[:-2]], (4,)),
        ([b"+CMGL: 4,0,,", PDU], (4,)),
        ([b"+CMGL: x,0,,21", PDU], ()),
        ([b"+CMGL: 4,,,21", PDU], (4,)),
        ([PDU], ()),
    ],
)
def test_corrupt_records_are_counted(lines: list[bytes], indexes: tuple[int, ...]) -> None:
    listing = verbs.parse_cmgl(lines)
    assert listing.corrupt == 1
    assert listing.corrupt_indexes == indexes


@pytest.mark.parametrize(
    ("lines", "stored"),
    [
        ([b"+CMGR: 1,,21", PDU], StoredPdu(index=3, status=1, pdu=RAW)),
        ([b'+CMGR: 0,"x",21', PDU], StoredPdu(index=3, status=0, pdu=RAW)),
        ([b"+CMGR: ,,20", PDU], StoredPdu(index=3, status=0, pdu=RAW, whole=False)),
        ([], None),
        ([PDU], None),
        ([b"+CMGR: 0,,0"], None),
    ],
)
def test_one_slot(lines: list[bytes], stored: StoredPdu | None) -> None:
    assert verbs.parse_cmgr(lines, index=3) == stored


def test_a_slot_without_its_pdu() -> None:
    with pytest.raises(BadReply):
        verbs.parse_cmgr([b"+CMGR: 1,,21"], index=3)
