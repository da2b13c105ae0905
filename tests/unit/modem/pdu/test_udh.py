import pytest

from modem.pdu import (
    Concatenation,
    Element,
    Identifier,
    Lamp,
    MessageWaiting,
    Ports,
    UserDataHeader,
)


def header(octets: str) -> UserDataHeader:
    return UserDataHeader.from_bytes(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "concatenation"),
    [
        ("0003ab0302", Concatenation(reference=0xAB, wide=False, total=3, number=2)),
        ("0804abcd0302", Concatenation(reference=0xABCD, wide=True, total=3, number=2)),
        ("0003ab03010003cd0202", Concatenation(reference=0xCD, wide=False, total=2, number=2)),
        ("0003ab03010003cd0200", Concatenation(reference=0xAB, wide=False, total=3, number=1)),
        ("", None),
        ("0003ab0000", None),
        ("0003ab0300", None),
        ("0003ab0304", None),
        ("0002ab03", None),
        ("0803ab0302", None),
        ("2401010003ab0101", Concatenation(reference=0xAB, wide=False, total=1, number=1)),
    ],
)
def test_concatenation(octets: str, concatenation: Concatenation | None) -> None:
    assert header(octets).concatenation == concatenation


@pytest.mark.parametrize("wide", [False, True])
def test_a_concatenation_is_written_as_it_is_read(wide: bool) -> None:
    part = Concatenation(reference=200, wide=wide, total=9, number=9)
    written = UserDataHeader(elements=(part.element(),))
    assert UserDataHeader.from_bytes(written.to_bytes()).concatenation == part


@pytest.mark.parametrize(
    ("octets", "ports"),
    [
        ("0402f001", Ports(destination=0xF0, originator=0x01, wide=False)),
        ("05040b8423f0", Ports(destination=0x0B84, originator=0x23F0, wide=True)),
        ("0402f00105040b8423f0", Ports(destination=0x0B84, originator=0x23F0, wide=True)),
        ("0401f0", None),
        ("0003ab0302", None),
    ],
)
def test_ports(octets: str, ports: Ports | None) -> None:
    assert header(octets).ports == ports


def test_national_languages() -> None:
    both = header("240101250103")
    assert (both.single_shift, both.locking_shift) == (1, 3)
    assert (header("").single_shift, header("").locking_shift) == (None, None)
    assert header("24020101").single_shift is None
    assert header("240101240102").single_shift == 2


def test_lamps_of_special_indications() -> None:
    assert header("01028003010201000101ff").message_waiting == (
        MessageWaiting(lamp=Lamp.VOICEMAIL, active=True, store=True),
        MessageWaiting(lamp=Lamp.FAX, active=False, store=False),
    )


def test_unknown_elements_are_kept() -> None:
    read = header("7003aabbcc0003ab0302")
    assert read.elements == (
        Element(identifier=0x70, data=b"\xaa\xbb\xcc"),
        Element(identifier=Identifier.CONCATENATION_8, data=b"\xab\x03\x02"),
    )
    assert read.to_bytes().hex() == "7003aabbcc0003ab0302"


@pytest.mark.parametrize("octets", ["00", "0003ab03", "0003ab030208", "0003ab03020804ab"])
def test_a_header_whose_last_element_does_not_fit_is_ignored_as_a_whole(octets: str) -> None:
    read = header(octets)
    assert read.elements == ()
    assert read.concatenation is None
    assert read.to_bytes().hex() == octets
