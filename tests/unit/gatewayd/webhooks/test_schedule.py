import pytest

from gatewayd.webhooks.schedule import (
    JITTER,
    RETRY_SECONDS,
    Attempt,
    Delivered,
    GivenUp,
    Gone,
    Retry,
    Verdict,
    judge,
)

DAY = 86_400


def after(
    tries: int = 1, *, status: int | None = 500, spread: float = 0.0, asked: float | None = None
) -> Verdict:
    attempt = Attempt(duration_ms=1, status=status, retry_after_seconds=asked)
    return judge(attempt, tries=tries, spread=lambda: spread)


def test_the_pauses_are_three_days_together_and_never_shrink_before_the_last() -> None:
    assert sum(RETRY_SECONDS) == pytest.approx(3 * DAY, rel=0.05)
    assert list(RETRY_SECONDS[:-1]) == sorted(RETRY_SECONDS[:-1])


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_every_2xx_is_an_acceptance(status: int) -> None:
    assert after(status=status) == Delivered()


@pytest.mark.parametrize("status", [None, 100, 301, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again(status: int | None) -> None:
    assert after(status=status) == Retry(5, failing=False)


def test_gone_is_gone() -> None:
    assert after(status=410) == Gone()


def test_a_pause_is_spread() -> None:
    assert after(2, spread=1.0) == Retry(pytest.approx(30 * (1 + JITTER)), failing=False)
    assert after(2, spread=-1.0) == Retry(pytest.approx(30 * (1 - JITTER)), failing=False)


def test_four_tries_in_vain_are_reported() -> None:
    assert [after(tries).failing for tries in range(1, 6)] == [False] * 3 + [True] * 2  # type: ignore[union-attr]  # each is a Retry


def test_it_is_given_up_after_the_last_pause() -> None:
    last = len(RETRY_SECONDS)
    assert isinstance(after(last), Retry)
    assert after(last + 1) == GivenUp()


@pytest.mark.parametrize(
    ("asked", "pause"),
    [(1.0, 5), (90.0, 90), (10 * DAY, DAY)],
    ids=["shorter", "longer", "for ever"],
)
def test_the_receiver_s_wish_lengthens_a_pause(asked: float, pause: float) -> None:
    assert after(asked=asked) == Retry(pause, failing=False)
