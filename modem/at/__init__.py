"""The AT language, sans-IO: bytes in, events out (3GPP TS 27.005 and 27.007)."""
