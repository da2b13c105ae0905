"""The one error family of the AT language.

``BadReply`` tells of the modem (a reply no parser can read), ``EngineMisuse`` of the caller (a call
that the engine's state does not allow). Refusals by the modem are values (``results.Final``).
"""


class AtError(Exception):
    """Base of everything that modem.at raises."""


class BadReply(AtError):  # noqa: N818 -- the name says the event
    """A reply that its verb's parser cannot read."""

    def __init__(self, verb: str, why: str, lines: tuple[bytes, ...] = ()) -> None:
        super().__init__(f"{verb}: {why}")
        self.verb = verb
        self.why = why
        self.lines = lines


class EngineMisuse(AtError):  # noqa: N818 -- the name says the event
    """A call that the engine's state does not allow: a bug of the caller."""

    def __init__(self, call: str, state: str) -> None:
        super().__init__(f"{call} is not possible in state {state}")
        self.call = call
        self.state = state


class EngineBusy(EngineMisuse):
    """A command was started while the engine was not idle."""
