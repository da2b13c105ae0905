"""Which device an IMEI names."""

SERIAL_DIGITS = 14


def is_same_device(one: str, other: str) -> bool:
    """Compare type and serial number.

    What follows is a check digit, nothing, or a software version (23.003 §6.2).
    """
    return one[:SERIAL_DIGITS] == other[:SERIAL_DIGITS]
