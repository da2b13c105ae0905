"""What passes between a modem's worker and whoever keeps its messages.

The worker knows bytes and slots; the gateway behind ``Handler`` knows rows and rules. Every method
of ``Handler`` that takes something from the modem returns only after it is durable.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from modem.ladder import Cause, Step
from modem.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place in one physical store. ``holder`` is the ICCID for SM and SR, the IMEI for ME."""

    holder: str
    store: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedPdu:
    """SMSC address and TPDU as the modem gave them; ``slot`` is None for one pushed on arrival."""

    pdu: bytes
    slot: Slot | None
    outgoing: bool = False
    """The slot holds a message written on this device (+CMGL status 2 or 3), not a received one."""


class Disposition(StrEnum):
    """What the worker does with a slot after the gateway has seen its PDU."""

    DELETE = "delete"
    """Committed, now or before: the modem's copy may go."""

    KEEP = "keep"
    """Not committed (the store is unavailable): leave it, look again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One part to be handed to the network: the SMS-SUBMIT without the SMSC address."""

    id: str
    tpdu: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Certainly not on the air: nothing was written, or no prompt came, or it was withdrawn."""

    code: str
    detail: str
    modem_trouble: bool = True
    """The modem's own trouble: it must not use up the message's attempts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The network took it; ``reference`` is TP-MR, 0–255, None where the modem told none."""

    reference: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The network, or the modem itself, refused it for certain."""

    code: str
    detail: str
    permanent: bool
    modem_trouble: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Ctrl-Z was written and nothing proves what became of it."""

    code: str
    detail: str


SubmitOutcome = NotSent | Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is on the line."""

    imei: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    number: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    revision: str | None = None
    smsc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One modem as people and programs see it."""

    name: str
    device: str
    state: State
    reason: str | None
    since_ms: int
    identity: Identity
    operator: str | None = None
    registration: str | None = None
    signal_dbm: int | None = None
    store_used: int | None = None
    store_size: int | None = None


class PinHistory(StrEnum):
    """What is remembered of a SIM and a PIN."""

    NONE_REFUSED = "none_refused"
    ANOTHER_REFUSED = "another_refused"
    THIS_REFUSED = "this_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """One remedy that was tried on a sick modem."""

    step: Step
    helped: bool
    seconds: float
    """From its beginning until it was seen whether it helped."""
    detail: str | None = None
    """Why it could not be taken; None where it was."""


class Handler(Protocol):
    """What the gateway does for one modem's worker."""

    async def status_changed(self, status: Status) -> None:
        """State, identity or network changed."""
        ...

    async def arrived(self, arrived: ArrivedPdu) -> Disposition:
        """Commit one incoming PDU, whatever it is. Never raises for what the PDU holds."""
        ...

    async def deleted(self, slots: dict[Slot, bytes]) -> None:
        """These slots, which held these PDUs, are empty now: forget them."""
        ...

    async def next_submission(self) -> Submission | None:
        """The next part that is due for this modem, claimed; None when there is none."""
        ...

    async def submitting(self, submission: Submission, *, deadline_seconds: float) -> bool:
        """Commit that Ctrl-Z is about to be written; false when the part was withdrawn."""
        ...

    async def settled(self, submission: Submission, outcome: SubmitOutcome) -> None:
        """Commit what became of it."""
        ...

    async def late_answer(self, submission_id: str, reference: int | None) -> None:
        """The modem answered +CMGS after its deadline: evidence for an unknown part."""
        ...

    async def missed_call(self, number: str | None) -> None:
        """A voice call rang and was hung up."""
        ...

    async def incident_opened(self, cause: Cause, detail: str) -> None:
        """The modem is sick; at most one incident of a modem is open at a time."""
        ...

    async def incident_step(self, taken: StepTaken) -> None:
        """A remedy was tried."""
        ...

    async def incident_closed(self, cure: Step) -> None:
        """The modem is well again since this remedy."""
        ...

    async def recall_pin(self, holder: str, pin: str) -> PinHistory:
        """What this SIM (its ICCID, else the IMEI) did with this PIN before."""
        ...

    async def pin_refused(self, holder: str, pin: str) -> None:
        """Remember, over restarts: this PIN is never typed again into this SIM."""
        ...

    async def pin_accepted(self, holder: str) -> None:
        """Forget that it might have been refused."""
        ...

    async def served_sim(self) -> str | None:
        """The ICCID that this modem serves; None while any will do. Raises SetupError."""
        ...

    async def swept(self) -> None:
        """All of the modem's stores have been read."""
        ...

    async def release(self) -> None:
        """Give back what was claimed and not begun: the worker stops or the modem went away."""
        ...
