"""What a recording of one modem's incident says: who, what, when, and the dialogue around it.

Takes the modem's tape when an incident opens, and what has come since when it closes. How a file is
written is the folder's.
"""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version

from gatewayd.clock import Clock, to_rfc3339
from gatewayd.troubles.dialogue import Dialogue
from gatewayd.troubles.folder import Folder
from gatewayd.troubles.mask import make, sentence
from modem.events import Identity, StepTaken
from modem.ladder import Cause, Step
from modem.tape import Line, Tape


class Recorder:
    """Records the incidents of one modem, one at a time."""

    def __init__(self, *, modem: str, folder: Folder, clock: Clock, tape: Tape) -> None:
        self._modem = modem
        self._folder = folder
        self._clock = clock
        self._tape = tape
        self._incident: str | None = None
        self._dialogue = Dialogue()
        self._taken = 0

    def opened(
        self, incident_id: str, cause: Cause, detail: str, identity: Identity | None
    ) -> None:
        """Write down what led to it."""
        who = identity or Identity()
        names = tuple(filter(None, (who.manufacturer, who.model, who.revision)))
        self._incident, self._dialogue, self._taken = incident_id, Dialogue(names), 0
        self._tape.note(f"{cause.value}: {sentence(detail)}")
        self._write(self._heading(incident_id, cause, names))

    def step(self, taken: StepTaken) -> None:
        """Mark in the dialogue what was tried."""
        if taken.detail is not None:
            self._tape.note(f"{taken.step.value} was skipped: {sentence(taken.detail)}")
            return
        helped = "helped" if taken.helped else "did not help"
        self._tape.note(f"{taken.step.value} {helped}, after {taken.seconds:.1f} s")

    def closed(self, cure: Step) -> None:
        """Write down what has come since, and how it ended."""
        if self._incident is not None:
            self._tape.note(f"over at {to_rfc3339(self._clock.now_ms())}, cured by {cure.value}")
            self._write([])
            self._incident = None

    def _write(self, heading: Sequence[str]) -> None:
        tape = self._tape.since(self._taken)
        self._taken = tape[-1].number
        if self._incident is not None:
            lines = partial(_written, heading, self._dialogue, tape)
            self._folder.write(self._incident, lines)

    def _heading(self, incident_id: str, cause: Cause, names: Sequence[str]) -> list[str]:
        facts = (
            f"gatewayd {version('gatewayd')}, incident {incident_id} of the modem {self._modem}",
            f"make and model: {make(' '.join(names)) or 'not known'}",
            f"{cause.value} since {to_rfc3339(self._clock.now_ms())}",
            "What names anybody is masked: digits are 0, letters x, data zeros.",
            "Play it back: gatewayd virtual-modem --replay FILE --link PATH",
        )
        return [f"# {_ascii(fact)}" for fact in facts]


def _written(heading: Sequence[str], dialogue: Dialogue, tape: Sequence[Line]) -> Sequence[str]:
    return [*heading, *dialogue.lines(tape)]


def _ascii(text: str) -> str:
    return "".join(character if " " <= character <= "~" else "?" for character in text)
