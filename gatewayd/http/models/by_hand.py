"""What people ask of a modem by hand, on the wire: USSD and the AT console."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Input, Output


class UssdIn(Input):
    """One step: exactly one of the three."""

    code: Annotated[
        str | None, Field(max_length=160, description="begins a session, such as `*100#`")
    ] = None
    reply: Annotated[
        str | None, Field(max_length=160, description="answers the menu that is open")
    ] = None
    cancel: Annotated[Literal[True] | None, Field(description="closes the menu that is open")] = (
        None
    )


class UssdAnswer(Output):
    """What the network said."""

    text: Annotated[str, Field(description="may hold several lines; empty after `cancel`")]
    dcs: Annotated[
        int | None,
        Field(description="its data coding scheme (3GPP TS 23.038 §5), where the modem tells it"),
    ]
    session: Annotated[
        str, Field(description="`open` (a menu waits for a reply), `ended` or `canceled`")
    ]


class ConsoleIn(Input):
    """One AT command that only asks."""

    command: Annotated[str, Field(max_length=256, description="such as `AT+CSQ` or `AT+CREG?`")]


class ConsoleAnswer(Output):
    """What the modem answered."""

    command: Annotated[str, Field(description="as it was typed")]
    lines: Annotated[list[str], Field(description="the answer, line by line, as it came")]
    result: Annotated[
        str | None, Field(description="its final result; null where none came within 5 s")
    ]
    done: Annotated[bool, Field(description="whether the final result was OK")]
