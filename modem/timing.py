"""How patient a worker is: one value, so that tests and slow hardware can have their own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How patient a worker is, in seconds."""

    device_poll_seconds: float = 1.0
    health_poll_seconds: float = 30.0
    registration_poll_seconds: float = 2.0
    sweep_seconds: float = 60.0
    submit_seconds: float = 60.0
    """24.011's TR1M lets an honest submit take 35–45 s; a slower modem stretches this by itself."""

    backoff_seconds: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0)

    search_seconds: float = 60.0
    """How long a modem may look for its network before that is an incident."""

    remedy_seconds: float = 60.0
    """How long a remedy is given to show that it helped."""

    boot_seconds: float = 2.0
    """From AT+CFUN=1,1 until the port is opened again."""

    hurried_seconds: float = 1.0
    """Between attempts at a modem that has fallen silent."""

    pause_seconds: tuple[float, ...] = (30.0, 120.0, 600.0, 1800.0)
    """How long a sick modem is left alone when nothing has helped; longer each time."""
