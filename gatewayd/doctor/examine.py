"""All checks, in the order in which a person should read what they find. Pure."""

from collections.abc import Callable, Iterable

from gatewayd.doctor import checks_host, checks_modems, checks_ports
from gatewayd.doctor.facts import Facts
from gatewayd.doctor.findings import Finding, Severity

Check = Callable[[Facts], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    checks_host.config,
    checks_host.clock,
    checks_host.data,
    checks_host.database,
    checks_host.daemon,
    checks_host.backup,
    checks_ports.sticks,
    checks_ports.ports,
    checks_modems.modems,
    checks_modems.unknown_messages,
    checks_ports.modem_manager,
    checks_ports.usb_reset,
    checks_modems.phone_sim,
)


def examine(facts: Facts) -> tuple[Finding, ...]:
    """Everything that was found: troubles first, then notes."""
    found = [finding for check in CHECKS for finding in check(facts)]
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.NOTE))
