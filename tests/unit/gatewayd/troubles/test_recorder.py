"""What a recording says, from the incident's opening to its end, and that it can be played back."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import TYPE_CHECKING

from gatewayd.troubles.folder import FOLDER, Folder
from gatewayd.troubles.recorder import Recorder
from modem.events import Identity, StepTaken
from modem.ladder import Cause, Step
from modem.tape import MAX_LINES, Tape
from modem.virtual.replay import read_dialogue

if TYPE_CHECKING:
    from pathlib import Path

INCIDENT = "inc_01J00000000000000000000000"
IDENTITY = Identity(
    imei="490154203237518", manufacturer="HUAWEI", model="E173", revision="11.126.490154203237518"
)


class Clock:
    def now_ms(self) -> int:
        return 1_800_000_000_000


class Desk:
    """A modem's tape and its recorder; the seconds go by as told."""

    def __init__(self, data_dir: Path) -> None:
        self.seconds = 100.0
        self.tape = Tape(lambda: self.seconds)
        self.folder = Folder(data_dir, clock=Clock())
        self.recorder = Recorder(modem="counter", folder=self.folder, clock=Clock(), tape=self.tape)
        self.file = data_dir / FOLDER / f"{INCIDENT}.at"

    async def written(self) -> list[str]:
        task = asyncio.create_task(self.folder.run())
        await self.folder.written()
        task.cancel()
        return self.file.read_text().splitlines()


async def test_from_its_opening_to_its_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.tape.opened()
    desk.tape.typed(b"\x1bAT\r")
    desk.tape.heard(b"\r\nE173\r\n\r\nOK\r\n")
    desk.seconds += 1.2345
    desk.tape.typed(b'AT+CPIN="1234"\r')
    desk.recorder.opened(INCIDENT, Cause.SILENT, "called +15145550123", IDENTITY)
    desk.seconds += 6
    desk.recorder.step(StepTaken(step=Step.REOPEN, helped=True, seconds=6))
    desk.recorder.step(StepTaken(step=Step.USB_RESET, helped=False, seconds=0, detail="why"))
    desk.tape.opened()
    desk.tape.typed(b"\x1b")
    desk.recorder.closed(Step.REOPEN)
    assert await desk.written() == [
        f"# gatewayd {version('gatewayd')}, incident {INCIDENT} of the modem counter",
        "# make and model: HUAWEI E173 11.126.000000000000000",
        "# modem_silent since 2027-01-15T08:00:00.000Z",
        "# What names anybody is masked: digits are 0, letters x, data zeros.",
        "# Play it back: gatewayd virtual-modem --replay FILE --link PATH",
        "# 0.000 s",
        "@ opened",
        "> \\x1bAT\\r",
        "< \\r\\nE173\\r\\n",
        "< \\r\\nOK\\r\\n",
        "# 1.234 s",
        '> AT+CPIN="0000"\\r',
        "# modem_silent: called +00000000000",
        "# 7.234 s",
        "# reopen helped, after 6.0 s",
        "# usb_reset was skipped: why",
        "@ opened",
        "# > \\x1b",
        "# over at 2027-01-15T08:00:00.000Z, cured by reopen",
    ]
    typed = [(step.typed, step.opening) for step in read_dialogue(desk.file)]
    assert typed == [(b"AT", 1), (b'AT+CPIN="0000"', 1)]


async def test_a_gap_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recorder.opened(INCIDENT, Cause.DEAF, "deaf", None)
    for _ in range(MAX_LINES + 10):
        desk.tape.typed(b"AT\r")
    desk.tape.opened()
    desk.recorder.closed(Step.RADIO)
    lines = await desk.written()
    assert "# make and model: not known" in lines
    assert "# ... 12 lines left out" in lines
    assert lines.count("> AT\\r") == MAX_LINES - 2


async def test_where_no_incident_could_be_committed_nothing_is_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recorder.step(StepTaken(step=Step.REOPEN, helped=True, seconds=6))
    desk.recorder.closed(Step.REOPEN)
    await desk.folder.written()
    assert not desk.file.exists()
