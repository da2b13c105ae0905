"""What reports prove: as many as there are attempts that they can mean, and no fewer."""

import pytest

from gatewayd.evidence import CLOCK_SKEW_MS, Heard, deduce, fits
from storage.outbox import DoubtRow
from storage.states import PartState

T = 1_796_126_400_000
MINUTE = 60_000


def attempt(name: str, after_ms: int = 0, *, report: bool = True) -> DoubtRow:
    return DoubtRow(
        attempt_id=f"att_{name}",
        part_id=f"prt_{name}",
        state=PartState.UNKNOWN,
        delivery_report=report,
        ctrl_z_at_ms=T + after_ms,
        deadline_ms=T + after_ms + MINUTE,
    )


def heard(reference: int, after_ms: int = 0, *, arrived: int = 10 * MINUTE) -> Heard:
    return Heard(reference=reference, at_ms=T + after_ms, arrived_ms=T + arrived)


def proved(reports: list[Heard], attempts: list[DoubtRow]) -> dict[int, str]:
    found = deduce(reports, attempts)
    return {one.reference: attempt.part_id[4:] for one, attempt in found.items()}


@pytest.mark.parametrize(
    ("after_ms", "fitting"),
    [
        (-CLOCK_SKEW_MS - 1, False),
        (-CLOCK_SKEW_MS, True),
        (MINUTE + CLOCK_SKEW_MS, True),
        (MINUTE + CLOCK_SKEW_MS + 1, False),
    ],
)
def test_the_window(after_ms: int, fitting: bool) -> None:
    assert fits(heard(1, after_ms), attempt("a")) is fitting


def test_what_asked_for_no_report_and_what_began_after_it_is_not_meant() -> None:
    assert not fits(heard(1), attempt("a", report=False))
    assert not fits(heard(1, arrived=-1), attempt("a"))
    assert fits(heard(1, arrived=0), attempt("a"))


def test_one_and_one() -> None:
    assert proved([heard(7)], [attempt("a")]) == {7: "a"}
    assert proved([], [attempt("a")]) == {}
    assert proved([heard(7)], []) == {}


def test_fewer_reports_than_attempts_prove_nothing() -> None:
    assert proved([heard(7)], [attempt("a"), attempt("b", 1000)]) == {}
    assert proved([heard(7), heard(8)], [attempt("a"), attempt("b"), attempt("c")]) == {}


def test_as_many_reports_prove_all_in_their_order() -> None:
    attempts = [attempt("a"), attempt("b", 1000), attempt("c", 2000)]
    assert proved([heard(9), heard(8), heard(7)], attempts) == {7: "a", 8: "b", 9: "c"}


def test_references_wrap() -> None:
    attempts = [attempt("a"), attempt("b", 1000), attempt("c", 2000)]
    assert proved([heard(0), heard(255), heard(1)], attempts) == {255: "a", 0: "b", 1: "c"}


def test_the_time_goes_before_the_reference() -> None:
    attempts = [attempt("a"), attempt("b", 1000)]
    assert proved([heard(3, 1000), heard(200, 0)], attempts) == {200: "a", 3: "b"}


def test_what_is_certain_decides_what_was_not() -> None:
    early, late = attempt("early"), attempt("late", 2 * MINUTE)
    only_late, either = heard(8, 4 * MINUTE - MINUTE), heard(7, MINUTE + CLOCK_SKEW_MS)
    assert proved([either], [early, late]) == {}
    assert proved([either, only_late], [early, late]) == {7: "early", 8: "late"}


def test_two_reports_for_one_attempt_prove_nothing() -> None:
    """One of them is somebody else's, and nothing tells which."""
    assert proved([heard(7), heard(8)], [attempt("a")]) == {}


def test_groups_that_share_no_attempt_are_judged_alone() -> None:
    hour = 60 * MINUTE
    pair = [attempt("a"), attempt("b", 1000)]
    doubtful = [attempt("c", hour), attempt("d", hour)]
    reports = [heard(1), heard(2), heard(9, hour, arrived=2 * hour)]
    assert proved(reports, [*pair, *doubtful]) == {1: "a", 2: "b"}


def test_an_order_that_does_not_fit_proves_nothing() -> None:
    """Two of three reports can mean the last attempt only: one is somebody else's."""
    attempts = [attempt("a"), attempt("b"), attempt("c", 100_000)]
    early, either, late = heard(1, 20_000), heard(2, 80_000), heard(3, 95_000)
    assert proved([early, either, late], attempts) == {1: "a", 2: "b", 3: "c"}
    assert proved([either, late, heard(4, 96_000)], attempts) == {}
