from gatewayd.rates import RateLimiter


def test_a_rested_token_may_burst_and_then_waits() -> None:
    limiter = RateLimiter(per_second=2, burst=3)

    assert [limiter.take("a", now_seconds=10) for _ in range(4)] == [0, 0, 0, 1]


def test_tokens_do_not_share_a_bucket() -> None:
    limiter = RateLimiter(per_second=1, burst=1)

    assert limiter.take("a", now_seconds=0) == 0
    assert limiter.take("a", now_seconds=0) == 1
    assert limiter.take("b", now_seconds=0) == 0


def test_a_bucket_refills_with_time_and_not_above_its_brim() -> None:
    limiter = RateLimiter(per_second=1, burst=2)
    for _ in range(2):
        limiter.take("a", now_seconds=0)

    assert limiter.take("a", now_seconds=0.5) == 1
    assert limiter.take("a", now_seconds=1.5) == 0
    assert [limiter.take("a", now_seconds=1000) for _ in range(3)] == [0, 0, 1]


def test_the_wait_is_what_the_refill_takes() -> None:
    limiter = RateLimiter(per_second=0.1, burst=1)
    limiter.take("a", now_seconds=0)

    assert limiter.take("a", now_seconds=0) == 10


def test_buckets_do_not_grow_without_end() -> None:
    limiter = RateLimiter(per_second=1, burst=1)
    for number in range(10_050):
        limiter.take(str(number), now_seconds=0)

    assert len(limiter._buckets) == 10_000


def test_what_is_given_back_may_be_taken_again() -> None:
    limiter = RateLimiter(per_second=1, burst=1)
    assert limiter.take("a", now_seconds=0) == 0
    limiter.give_back("a")
    limiter.give_back("a")
    limiter.give_back("nobody")
    assert [limiter.take("a", now_seconds=0) for _ in range(2)] == [0, 1]


def test_one_request_may_cost_several_and_never_more_than_a_rested_bucket() -> None:
    limiter = RateLimiter(per_second=1, burst=10)

    assert limiter.take("t", now_seconds=0, count=7) == 0
    assert limiter.take("t", now_seconds=0, count=5) == 2
    assert limiter.take("t", now_seconds=0, count=3) == 0
    assert limiter.take("t", now_seconds=0, count=99) == 10
    assert limiter.take("t", now_seconds=10, count=99) == 0
