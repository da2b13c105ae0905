import pytest

from modem.at import cme_errors, cms_errors
from modem.at.results import (
    ErrorClass,
    Final,
    Kind,
    explain,
    parse_final,
    proves_not_accepted,
)


def final_of(line: bytes) -> Final:
    final = parse_final(line)
    assert final is not None
    return final


@pytest.mark.parametrize(
    ("line", "kind", "code"),
    [
        (b"OK", Kind.OK, None),
        (b"ERROR", Kind.ERROR, None),
        (b"COMMAND NOT SUPPORT", Kind.ERROR, None),
        (b"NO CARRIER", Kind.NO_CARRIER, None),
        (b"BUSY", Kind.BUSY, None),
        (b"NO ANSWER", Kind.NO_ANSWER, None),
        (b"NO DIALTONE", Kind.NO_DIALTONE, None),
        (b"NO DIAL TONE", Kind.NO_DIALTONE, None),
        (b"CONNECT", Kind.CONNECT, None),
        (b"CONNECT 115200", Kind.CONNECT, None),
        (b"+CMS ERROR: 38", Kind.CMS, 38),
        (b"+CMS ERROR:38", Kind.CMS, 38),
        (b"+CMS ERROR:", Kind.CMS, None),
        (b"+CMS ERROR", Kind.CMS, None),
        (b"+CMS ERROR: SIM busy", Kind.CMS, 314),
        (b"+CMS ERROR: (U)SIM busy", Kind.CMS, 314),
        (b"+CMS ERROR: Network time out", Kind.CMS, 332),
        (b"+CMS ERROR: SMSC address unknown.", Kind.CMS, 330),
        (b"+CMS ERROR: \xe9trange", Kind.CMS, None),
        (b"+CME ERROR: SIM not inserted", Kind.CME, 10),
        (b"+CME ERROR: 515", Kind.CME, 515),
    ],
)
def test_exact_finals(line: bytes, kind: Kind, code: int | None) -> None:
    final = final_of(line)
    assert (final.kind, final.code) == (kind, code)
    assert final.ok is (kind is Kind.OK)


@pytest.mark.parametrize(
    "line",
    [b"", b"OK ", b"ok", b"OKAY", b"ERROR 5", b"NO CARRIERS", b"+CMS ERRORS: 1", b"CONNECTED"],
)
def test_anything_else_is_no_final(line: bytes) -> None:
    assert parse_final(line) is None


@pytest.mark.parametrize("code", [*range(1, 128), *range(128, 197), 198, 255, 300, 304, 314, 331])
def test_the_networks_refusals_and_the_modems_own_trouble_prove(code: int) -> None:
    assert proves_not_accepted(Final(kind=Kind.CMS, code=code))


@pytest.mark.parametrize(
    "final",
    [
        *(Final(kind=Kind.CMS, code=code) for code in (0, 197, 256, 332, 400, 500, 511, 512, 999)),
        Final(kind=Kind.CMS),
        Final(kind=Kind.CME, code=10),
        Final(kind=Kind.ERROR),
        Final(kind=Kind.OK),
        Final(kind=Kind.NO_CARRIER),
    ],
)
def test_what_may_follow_acceptance_proves_nothing(final: Final) -> None:
    assert not proves_not_accepted(final)
    assert not explain(final).proves_not_accepted


@pytest.mark.parametrize(
    ("line", "code", "error_class"),
    [
        (b"+CMS ERROR: 1", "cms_1", ErrorClass.PERMANENT),
        (b"+CMS ERROR: 38", "cms_38", ErrorClass.TEMPORARY),
        (b"+CMS ERROR: 41", "cms_41", ErrorClass.TEMPORARY),
        (b"+CMS ERROR: 42", "cms_42", ErrorClass.TEMPORARY),
        (b"+CMS ERROR: 47", "cms_47", ErrorClass.TEMPORARY),
        (b"+CMS ERROR: 304", "cms_304", ErrorClass.PERMANENT),
        (b"+CMS ERROR: 310", "cms_310", ErrorClass.MODEM),
        (b"+CMS ERROR: 332", "cms_332", ErrorClass.PROVES_NOTHING),
        (b"+CMS ERROR: 500", "cms_500", ErrorClass.PROVES_NOTHING),
        (b"+CMS ERROR: 2", "cms_2", ErrorClass.MODEM),
        (b"+CMS ERROR: 777", "cms_777", ErrorClass.PROVES_NOTHING),
        (b"+CMS ERROR: gremlins", "cms_unknown", ErrorClass.PROVES_NOTHING),
        (b"+CME ERROR: 14", "cme_14", ErrorClass.TEMPORARY),
        (b"+CME ERROR: 106", "cme_106", ErrorClass.MODEM),
        (b"+CME ERROR: 258", "cme_258", ErrorClass.PROVES_NOTHING),
        (b"ERROR", "error", ErrorClass.PROVES_NOTHING),
    ],
)
def test_explained(line: bytes, code: str, error_class: ErrorClass) -> None:
    explained = explain(final_of(line))
    assert (explained.code, explained.error_class) == (code, error_class)


def test_no_credit_is_only_often_the_cause() -> None:
    assert "often" in explain(final_of(b"+CMS ERROR: 21")).words.lower()


def test_the_whole_standard_is_there() -> None:
    general = {*range(8), *range(10, 19), *range(20, 28), 30, 31, 32, *range(40, 64), 100}
    assert general <= cme_errors.ERRORS.keys()
    rp = {
        1,
        8,
        10,
        21,
        22,
        27,
        28,
        29,
        30,
        38,
        41,
        42,
        47,
        50,
        69,
        81,
        95,
        96,
        97,
        98,
        99,
        111,
        127,
    }
    tp = {128, 129, 130, 143, 144, 145, 159, 160, 161, 175, 176}
    tp |= {*range(192, 200), *range(208, 214), *range(224, 256)}
    own = {*range(300, 306), *range(310, 319), 320, 321, 322, 330, 331, 332, 340, 500}
    assert rp | tp | own <= cms_errors.ERRORS.keys()


@pytest.mark.parametrize("table", [cme_errors, cms_errors])
def test_each_error_is_told_in_a_sentence_and_found_by_its_words(table: object) -> None:
    errors = table.ERRORS  # type: ignore[attr-defined]
    by_words = table.BY_WORDS  # type: ignore[attr-defined]
    for code, error in errors.items():
        assert error.code == code
        assert error.words[0].isupper()
        assert error.words.endswith(".")
        for words in error.verbose:
            assert words == words.casefold()
            assert words in errors[by_words[words]].verbose
