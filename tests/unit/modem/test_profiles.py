from __future__ import annotations

import pytest

from modem.profiles import Profile, profile_of


@pytest.mark.parametrize("model", [None, "", "E173", "SIM7600E-H", "XEC250"])
def test_an_unknown_model_does_what_the_standard_says(model: str | None) -> None:
    assert profile_of(model) == Profile()


@pytest.mark.parametrize("model", ["EC25", "EC25EFAR06A06M4G EC25", "eg25", "Quectel EG25-G"])
def test_a_model_that_announces_reports_wrongly_gets_them_pushed(model: str) -> None:
    assert not profile_of(model).stored_reports
