"""GSM modems: the AT language, the SMS TPDU, sessions over a serial port. Knows bytes, not rows."""
