"""Each state that a modem can have has words for people."""

from datetime import UTC, datetime

import pytest

from gatewayd.directory import ModemView
from gatewayd.web.modem_words import bars, modem_words
from modem.state import State

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("state", State)
def test_every_state_has_words(state: State) -> None:
    words = modem_words(ModemView(name="counter", state=state.value, since=NOW))
    assert words.title
    assert words.advice


def test_a_modem_that_is_ready_and_may_not_send_says_so() -> None:
    muted = ModemView(name="counter", state="ready", since=NOW, muted=True)
    assert modem_words(muted).title == "Receives only"


@pytest.mark.parametrize(
    ("signal_dbm", "shown"), [(None, None), (-113, 0), (-109, 1), (-90, 2), (-80, 3), (-51, 4)]
)
def test_a_signal_has_as_many_bars_as_on_a_telephone(
    signal_dbm: int | None, shown: int | None
) -> None:
    assert bars(signal_dbm) == shown
