from collections.abc import Callable

import pytest

from modem.at.engine import Engine, EngineState


@pytest.fixture
def new_engine() -> Callable[[], Engine]:
    """Makes engines that are in step with their modem."""

    def make() -> Engine:
        engine = Engine()
        engine.opened()
        engine.quiet()
        engine.receive(b"\r\nOK\r\n")
        engine.quiet()
        engine.data_to_send()
        if engine.state is not EngineState.IDLE:
            raise AssertionError(engine.state)
        return engine

    return make


@pytest.fixture
def engine(new_engine: Callable[[], Engine]) -> Engine:
    return new_engine()
