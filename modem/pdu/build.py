"""A text as the TPDUs that carry it, one a part.

Owns what every part of one text has in common. `build_delivers` is the network's side, for virtual
networks and tests.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from modem.pdu.address import Address
from modem.pdu.deliver import Deliver
from modem.pdu.national import Shift
from modem.pdu.segment import split
from modem.pdu.submit import Submit
from modem.pdu.timestamp import ServiceCentreTime
from modem.pdu.validity import RelativeValidity


def build_submits(
    *,
    to: str,
    text: str,
    concat_reference: int,
    report: bool,
    validity: timedelta | None,
    message_class: int | None = None,
    wide_reference: bool = False,
    shifts: Sequence[Shift] = (),
) -> tuple[Submit, ...]:
    """Make the SUBMITs of a text, in order; `concat_reference` is 0 to 255 (65535 if wide).

    `shifts` are the national tables that may be used where that saves parts.

    Raises PduError for what no address can be, lone surrogates, and more than 255 parts.
    """
    destination = Address.parse(to)
    period = None if validity is None else RelativeValidity.of(validity)
    return tuple(
        Submit(
            destination=destination,
            validity=period,
            status_report_request=report,
            coding=part.coding,
            header=part.header,
            user_data=part.user_data,
            user_data_length=part.user_data_length,
        )
        for part in split(
            text,
            reference=concat_reference,
            wide=wide_reference,
            message_class=message_class,
            shifts=shifts,
        )
    )


def build_delivers(
    *,
    originator: str,
    text: str,
    time: datetime,
    concat_reference: int,
    message_class: int | None = None,
    wide_reference: bool = False,
) -> tuple[Deliver, ...]:
    """Make the DELIVERs of a text, in order, with one time stamp. Raises as `build_submits`."""
    sender = Address.parse(originator)
    stamp = ServiceCentreTime.of(time)
    return tuple(
        Deliver(
            originator=sender,
            time=stamp,
            coding=part.coding,
            header=part.header,
            user_data=part.user_data,
            user_data_length=part.user_data_length,
        )
        for part in split(
            text, reference=concat_reference, wide=wide_reference, message_class=message_class
        )
    )
