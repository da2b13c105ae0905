import pytest

from modem.at.unsolicited import parse_push, parse_urc
from modem.at.urc import (
    CallEnded,
    CallerId,
    CellBroadcast,
    MessagePushed,
    MessageStored,
    Notice,
    Rebooted,
    Registration,
    ReportPushed,
    ReportStored,
    Ring,
    SignalReport,
    SimState,
    StoreFull,
    Urc,
    UssdAnswer,
)


@pytest.mark.parametrize(
    ("line", "urc"),
    [
        (b'+CMTI: "SM",7', MessageStored(store="SM", index=7)),
        (b'+CMTI:"ME",0', MessageStored(store="ME", index=0)),
        (b"+CMTI: SM,3", MessageStored(store="SM", index=3)),
        (b'+CMTI: "SM",-1', MessageStored(store="SM", index=-1)),
        (b'+CDSI: "SR",0', ReportStored(store="SR", index=0)),
        (b"RING", Ring()),
        (b"+CRING: VOICE", Ring()),
        (b'+CLIP: "+15145550101",145,"",,"",0', CallerId(number="+15145550101")),
        (b'+CLIP: "",128,,,,1', CallerId(number=None)),
        (b"^CEND:1,0,67,16", CallEnded(line=b"^CEND:1,0,67,16")),
        (b"MISSED_CALL: 10:11AM 0101", CallEnded(line=b"MISSED_CALL: 10:11AM 0101")),
        (b"+CUSD: 2", UssdAnswer(status=2, raw=b"", dcs=None)),
        (b'+CUSD: 0,"Hi",15', UssdAnswer(status=0, raw=b"Hi", dcs=15)),
        (b'+CUSD: 1,"a "b" c"', UssdAnswer(status=1, raw=b'a "b" c', dcs=None)),
        (b"+CUSD: 0,C834,72", UssdAnswer(status=0, raw=b"C834", dcs=72)),
        (b"+CUSD: 0,,", None),
        (b"+CUSD: what", None),
        (b'^SMMEMFULL: "SM"', StoreFull(store="SM")),
        (b"^SMMEMFULL:", StoreFull(store=None)),
        (b'+QIND: "smsfull","ME"', StoreFull(store="ME")),
        (b'+QIND: "csq",20,99', Notice(line=b'+QIND: "csq",20,99')),
        (b"+CREG: 5", Registration(domain="CREG", status=5)),
        (b'+CGREG: 1,"00C3","1234",7', Registration(domain="CGREG", status=1)),
        (b"+CEREG: x", None),
        (b"^RSSI:20", SignalReport(dbm=-73)),
        (b"^RSSI: 99", SignalReport(dbm=None)),
        (b"+CSQ: 150,99", SignalReport(dbm=-66)),
        (b"^RSSI: ?", None),
        (b"+CPIN: NOT READY", SimState(text="+CPIN: NOT READY")),
        (b"RDY", Rebooted(line=b"RDY")),
        (b"^SYSSTART", Rebooted(line=b"^SYSSTART")),
        (b"NORMAL POWER DOWN", Rebooted(line=b"NORMAL POWER DOWN")),
        (b"^BOOT:22436411,0,0,0,26", Notice(line=b"^BOOT:22436411,0,0,0,26")),
        (b"^MODE:5,4", Notice(line=b"^MODE:5,4")),
        (b"*PSUTTZ: 26,11,22", Notice(line=b"*PSUTTZ: 26,11,22")),
        (b"SMS DONE", Notice(line=b"SMS DONE")),
        (b"Call Ready", Notice(line=b"Call Ready")),
        (b"OVER-VOLTAGE WARNNING", Notice(line=b"OVER-VOLTAGE WARNNING")),
        (b"+CIEV: 2,1", Notice(line=b"+CIEV: 2,1")),
        (b"DST: 0", Notice(line=b"DST: 0")),
        (b"+CMTI: 7", None),
        (b"+CMGS: 12", None),
        (b"867322041234567", None),
        (b"", None),
    ],
)
def test_one_line_codes(line: bytes, urc: Urc | None) -> None:
    assert parse_urc(line) == urc


@pytest.mark.parametrize(
    ("line", "kind", "length"),
    [
        (b"+CMT: ,24", MessagePushed, 24),
        (b'+CMT: "al,pha",24', MessagePushed, 24),
        (b"+CMT:24", MessagePushed, 24),
        (b"+CDS: 25", ReportPushed, 25),
        (b"+CBM: 88", CellBroadcast, 88),
        (b"+CBM:", CellBroadcast, None),
    ],
)
def test_two_line_codes(line: bytes, kind: type[Urc], length: int | None) -> None:
    push = parse_push(line)
    assert push is not None
    assert push.complete(b"\x00") == kind(pdu=b"\x00", length=length)  # type: ignore[call-arg]


@pytest.mark.parametrize("line", [b"+CMT", b"+CMTI: 1", b"OK"])
def test_no_two_line_code(line: bytes) -> None:
    assert parse_push(line) is None
