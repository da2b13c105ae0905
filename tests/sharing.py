"""What tests share, and how to see that none of them lives on what another left."""

from typing import Literal

import pytest

OPTION = "--alone"


def shared(*, fixture_name: str, config: pytest.Config) -> Literal["function", "session"]:  # noqa: ARG001 - pytest calls it so
    """Give the scope of a gateway that tests share: none with `--alone`."""
    return "function" if config.getoption(OPTION) else "session"
