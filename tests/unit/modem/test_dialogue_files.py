"""The dialogues' one format: the virtual modem plays what the engine's tests read."""

from pathlib import Path

import pytest

from modem.virtual.replay import Replay, read_dialogue

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.at"))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_the_virtual_modem_plays_it(path: Path) -> None:
    steps = read_dialogue(path)
    surprises: list[str] = []
    heard = bytearray()
    replay = Replay(steps, on_surprise=surprises.append)
    replay.connect(heard.extend)
    for step in steps:
        if step.typed:
            replay.receive(step.typed if step.typed.endswith(b"\x1a") else step.typed + b"\r")
    assert surprises == []
    assert bytes(heard) == b"".join(step.written for step in steps)
