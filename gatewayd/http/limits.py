"""How much a client may ask for, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one client."""

    body_bytes: int = 256 * 1024
    file_bytes: int = 8 * 1024 * 1024
    """Of a body that is a file."""
    requests_per_second: float = 50.0
    """Refill of each token's bucket."""
    burst: int = 200
    """Requests a rested token may make at once."""
    streams: int = 256
    """Event streams open at one time, all clients together."""
    heartbeat_seconds: float = 15.0
    stalled_reader_seconds: float = 30.0
    """How long a stream's reader may leave its connection full."""
