import pytest

from modem.at import verbs
from modem.at.errors import BadReply
from modem.at.verbs import CnmiSet, CnmiSupport, CpmsSupport, StoreUsage


@pytest.mark.parametrize(
    ("line", "support"),
    [
        (
            b'+CPMS: ("SM","ME"),("SM"),("SM")',
            CpmsSupport(read=("SM", "ME"), write=("SM",), receive=("SM",)),
        ),
        (b"+CPMS: (),(),()", CpmsSupport(read=(), write=(), receive=())),
        (b'+CPMS: ("SM")', CpmsSupport(read=("SM",), write=(), receive=())),
        (b'+CPMS: "SM","SM"', CpmsSupport(read=("SM",), write=("SM",), receive=())),
        (b"+CPMS:", CpmsSupport(read=(), write=(), receive=())),
    ],
)
def test_stores_offered(line: bytes, support: CpmsSupport) -> None:
    assert verbs.parse_cpms_test([line]) == support


def test_command_lines() -> None:
    assert verbs.cpms_test().line == b"AT+CPMS=?"
    assert verbs.cpms_read().line == b"AT+CPMS?"
    assert verbs.cpms_select("SM", "SM", "ME").line == b'AT+CPMS="SM","SM","ME"'
    assert verbs.cpms_select("SM").line == b'AT+CPMS="SM"'
    assert verbs.cnmi_test().line == b"AT+CNMI=?"
    assert verbs.cnmi_read().line == b"AT+CNMI?"
    assert verbs.cnmi(CnmiSet(mode=2, mt=1, bm=0, ds=2, bfr=0)).line == b"AT+CNMI=2,1,0,2,0"
    assert verbs.csms(0).line == b"AT+CSMS=0"
    assert verbs.csms_read().line == b"AT+CSMS?"
    assert verbs.csca_read().line == b"AT+CSCA?"
    assert verbs.csca("+15145550100").line == b'AT+CSCA="+15145550100",145'
    assert verbs.csca("5145550100").line == b'AT+CSCA="5145550100",129'


def test_what_would_break_out_of_its_line() -> None:
    with pytest.raises(ValueError, match="letters"):
        verbs.cpms_select('SM"\r')
    for number in ("", "+", "12a", "\u0661"):
        with pytest.raises(ValueError, match="digits"):
            verbs.csca(number)


@pytest.mark.parametrize(
    ("lines", "usage"),
    [
        (
            [b'+CPMS: "SM",3,30,"ME",0,100,"SM",3,30'],
            (("SM", 3, 30), ("ME", 0, 100), ("SM", 3, 30)),
        ),
        ([b"+CPMS: 3,30,0,100,3,30"], ((None, 3, 30), (None, 0, 100), (None, 3, 30))),
        ([b"+CPMS: 3,30,0,100"], ((None, 3, 30), (None, 0, 100))),
        ([b"+CPMS: 3,30"], ((None, 3, 30),)),
        ([b'+CPMS: "SM",3,30'], (("SM", 3, 30),)),
        ([b"+CPMS: SM,3,30"], (("SM", 3, 30),)),
        ([b"+CPMS: (),(),()"], ()),
        ([b"+CPMS:"], ()),
        ([b'+CPMS: "SM",,'], ()),
        ([b'+CPMS: "SM",3'], ()),
        ([], ()),
    ],
)
def test_usage(lines: list[bytes], usage: tuple[tuple[str | None, int, int], ...]) -> None:
    assert verbs.parse_cpms(lines) == tuple(
        StoreUsage(name=name, used=used, size=size) for name, used, size in usage
    )


def offered(line: bytes) -> CnmiSupport:
    return verbs.parse_cnmi_test([line])


@pytest.mark.parametrize(
    ("line", "stored_reports", "best"),
    [
        (b"+CNMI: (0,1,2),(0-3),(0,2),(0-2),(0,1)", True, (2, 1, 0, 2, 0)),
        (b"+CNMI: (0,1,2),(0-3),(0,2),(0-2),(0,1)", False, (2, 1, 0, 1, 0)),
        (b"+CNMI: (1),(0,1),(0),(0,1),(1)", True, (1, 1, 0, 1, 1)),
        (b"+CNMI: (0-3),(0,2,3),(0),(0),(0)", True, (2, 3, 0, 0, 0)),
        (b"+CNMI: (2),(0),(0),(0),(0)", True, (2, 0, 0, 0, 0)),
        (b"+CNMI: (2),(2),(0),(1),(0)", True, (2, 2, 0, 1, 0)),
        (b"+CNMI: 2,1,0,2,0", True, (2, 1, 0, 2, 0)),
        (b"+CNMI: ", True, (2, 1, 0, 0, 0)),
    ],
)
def test_the_best_set(line: bytes, stored_reports: bool, best: tuple[int, ...]) -> None:
    choice = offered(line).best_set(stored_reports=stored_reports)
    assert (choice.mode, choice.mt, choice.bm, choice.ds, choice.bfr) == best


def test_reports_give_way_before_announcements() -> None:
    choices = offered(b"+CNMI: (2),(0,1),(0),(0-2),(0)").candidates()
    assert [(choice.mt, choice.ds) for choice in choices] == [
        (1, 2),
        (1, 1),
        (1, 0),
        (0, 2),
        (0, 1),
        (0, 0),
    ]


@pytest.mark.parametrize(
    ("mode", "mt", "announces"), [(2, 1, True), (1, 3, True), (0, 1, False), (2, 2, False)]
)
def test_announcing(mode: int, mt: int, announces: bool) -> None:
    assert CnmiSet(mode=mode, mt=mt, bm=0, ds=0, bfr=0).announces is announces


def test_the_set_in_force() -> None:
    assert verbs.parse_cnmi([b"+CNMI: 2,1,0,2"]) == CnmiSet(mode=2, mt=1, bm=0, ds=2, bfr=0)
    assert verbs.parse_cnmi([b"+CNMI:", b"+CNMI: 0,0"]) == CnmiSet(mode=0, mt=0, bm=0, ds=0, bfr=0)
    with pytest.raises(BadReply):
        verbs.parse_cnmi([b"+CNMI: 2"])


def test_service() -> None:
    assert verbs.parse_csms([b"+CSMS:", b"+CSMS: 1,1,1,1"]) == 1


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ([b'+CSCA: "+15145550900",145'], "+15145550900"),
        ([b'+CSCA: "15145550900",145'], "+15145550900"),
        ([b'+CSCA: "5145550900",129'], "5145550900"),
        ([b'+CSCA: "002B0031003500310034",145'], "+1514"),
        ([b'+CSCA: "",129'], None),
        ([b'+CSCA: "+",145'], None),
        ([b"+CSCA:"], None),
        ([], None),
    ],
)
def test_service_centre(lines: list[bytes], number: str | None) -> None:
    assert verbs.parse_csca(lines) == number


@pytest.mark.parametrize(
    "parse", [verbs.parse_cpms_test, verbs.parse_cnmi_test, verbs.parse_cnmi, verbs.parse_csms]
)
def test_no_answer(parse: object) -> None:
    with pytest.raises(BadReply):
        parse([])  # type: ignore[operator]
