from modem.pdu import PduError


def test_an_error_tells_code_detail_and_place() -> None:
    error = PduError("truncated", "two octets are missing", offset=7)
    assert (error.code, error.detail, error.offset) == ("truncated", "two octets are missing", 7)
    assert str(error) == "truncated: two octets are missing (at 7)"


def test_an_error_without_place() -> None:
    assert str(PduError("empty_address", "nothing")) == "empty_address: nothing"
