"""Any lines give a value or ``BadReply``; any line is a final, unsolicited, or neither."""

import contextlib
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at import verbs
from modem.at.errors import AtError
from modem.at.results import explain, parse_final
from modem.at.unsolicited import parse_push, parse_urc

PARSERS: list[Callable[[Sequence[bytes]], object]] = [
    partial(verbs.parse_cmgr, index=1),
    *(
        getattr(verbs, name)
        for name in verbs.__all__
        if name.startswith("parse_") and name != "parse_cmgr"
    ),
]

HEADS = st.sampled_from(
    [
        *(b"+CMGL: ", b"+CMGR: ", b"+CMGS: ", b"+CPMS: ", b"+CNMI: ", b"+CREG: ", b"+CSQ: "),
        *(b"+COPS: ", b"+CPIN: ", b"+CSCA: ", b"+CNUM: ", b"+CRSM: ", b"^CPIN: ", b"+CPINR: "),
        *(b"+CMTI: ", b"+CMT: ", b"+CUSD: ", b"+CLIP: ", b"+QIND: ", b"+CMS ERROR: ", b"^RSSI:"),
        b"",
    ]
)
TAILS = st.lists(
    st.sampled_from([b",", b'"', b"(", b")", b"-", b"0", b"145", b"SM", b"89", b"F", b" ", b"+"])
    | st.binary(max_size=6),
    max_size=12,
).map(b"".join)
LINES = st.builds(bytes.__add__, HEADS, TAILS).map(
    lambda line: line.translate(None, b"\r\n\x00\xff")
)


@pytest.mark.parametrize("parser", PARSERS)
@given(lines=st.lists(LINES, max_size=6))
def test_parsers_are_total(parser: Callable[[Sequence[bytes]], object], lines: list[bytes]) -> None:
    with contextlib.suppress(AtError):
        parser(lines)


@given(line=LINES)
def test_any_line_is_read(line: bytes) -> None:
    parse_urc(line)
    parse_push(line)
    final = parse_final(line)
    if final is not None:
        assert explain(final).words


@given(
    entries=st.lists(
        st.tuples(st.integers(0, 999), st.integers(0, 3), st.binary(min_size=1, max_size=176))
    )
)
def test_a_list_gives_back_what_it_holds(entries: list[tuple[int, int, bytes]]) -> None:
    lines = []
    for index, status, tpdu in entries:
        lines += [b"+CMGL: %d,%d,,%d" % (index, status, len(tpdu)), b"00" + tpdu.hex().encode()]
    listing = verbs.parse_cmgl(lines)
    assert [(each.index, each.status, each.pdu[1:]) for each in listing.entries] == entries
    assert listing.corrupt == 0
