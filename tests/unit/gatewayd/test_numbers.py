import pytest

from gatewayd.numbers import BadNumber, Number, NumberKind, canonical, normalise


@pytest.mark.parametrize(
    ("written", "country", "text"),
    [
        ("+15145550123", "CA-QC", "+15145550123"),
        ("514 555-0123", "CA-QC", "+15145550123"),
        ("(514) 555.0123", "CA", "+15145550123"),
        ("15145550123", "CA", "+15145550123"),
        ("514–555–0123", "CA", "+15145550123"),
        ("+33 6 12 34 56 78", "CA", "+33612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("011 44 20 7946 0958", "CA", "+442079460958"),
        ("00 44 20 7946 0958", "FR", "+442079460958"),
        ("\N{FULLWIDTH PLUS SIGN}15145550123", "CA", "+15145550123"),
        ("\u202a+1 514\u00a0555 0123\u202c", "CA", "+15145550123"),
        ("٥١٤٥٥٥٠١٢٣", "CA", "+15145550123"),
        ("+15145550123", None, "+15145550123"),
    ],
)
def test_a_number_has_one_spelling(written: str, country: str | None, text: str) -> None:
    assert normalise(written, country=country) == Number(text=text, kind=NumberKind.E164)


@pytest.mark.parametrize("country", ["CA", "FR", None])
@pytest.mark.parametrize("code", ["611", "7726", "12345", "123456"])
def test_short_codes_are_numbers(code: str, country: str | None) -> None:
    assert normalise(code, country=country) == Number(text=code, kind=NumberKind.SHORT_CODE)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "number_empty"),
        ("  ", "number_empty"),
        ("+", "number_no_digits"),
        ("-", "number_no_digits"),
        ("++15145550123", "number_misplaced_plus"),
        ("1+5145550123", "number_misplaced_plus"),
        ("VIDEOTRON", "number_has_letters"),
        ("1-800-FLOWERS", "number_has_letters"),
        ("514 555 0123 x5", "number_has_letters"),
        ("*100#", "number_bad_character"),
        ("\ud800", "number_bad_character"),
        ("+1514555\x000123", "number_bad_character"),
        ("5550123", "number_without_area_code"),
        ("+1514555", "number_too_short"),
        ("22", "number_too_short"),
        ("1", "number_too_short"),
        ("+0", "number_too_short"),
        ("+1 514 555 01234567", "number_too_long"),
        ("9" * 24, "number_too_long"),
        ("9" * 100_000, "number_too_long"),
        ("+999123456789", "unknown_country_code"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_its_reason(written: str, code: str) -> None:
    refused = normalise(written, country="CA-QC")

    assert isinstance(refused, BadNumber)
    assert refused.code == code
    assert refused.reason.isascii()


def test_a_national_number_needs_a_country() -> None:
    refused = normalise("514 555 0123", country=None)

    assert isinstance(refused, BadNumber)
    assert refused.code == "number_needs_country"


@pytest.mark.parametrize(
    ("address", "text", "kind"),
    [
        ("15145550123", "+15145550123", NumberKind.E164),
        ("VIDEOTRON", "VIDEOTRON", NumberKind.ALPHANUMERIC),
        ("12345", "12345", NumberKind.SHORT_CODE),
        ("+611", "+611", NumberKind.SHORT_CODE),
        ("", "", NumberKind.ALPHANUMERIC),
    ],
)
def test_any_sender_has_a_canonical_spelling(address: str, text: str, kind: NumberKind) -> None:
    assert canonical(address, country="CA") == Number(text=text, kind=kind)
