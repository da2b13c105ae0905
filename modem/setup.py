"""First contact: who is on the line, is its SIM open, where do its messages lie, how does it tell.

Probes instead of following a script: each refusal that can be lived with is lived with. Raises
SetupError only for what makes the modem useless as it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from config.schema import ModemSettings
from config.secrets import SecretError, SecretSource, read_pin
from modem.announcements import arm_announcements, armed_announcements
from modem.at import verbs
from modem.at.command import Command
from modem.at.errors import BadReply
from modem.at.results import Final, Kind
from modem.at.verbs import CnmiSet, PinState
from modem.centre import ServiceCentre, service_centre
from modem.dialogue import Answer, ask, learn, learn_any, sim_is_busy, tell, understand
from modem.errors import Remedy, SetupError
from modem.events import Handler, Identity, PinHistory
from modem.imei import is_same_device
from modem.port import Port
from modem.profiles import profile_of
from modem.sim import check_sim, sim_iccid

SIM_BUSY_SECONDS = 30.0
SIM_POLL_SECONDS = 1.0
PIN_ATTEMPTS_NEEDED = 2
FORGETFUL_TRIES = 2

_SIM_WANTS: Mapping[int | None, str] = {
    11: "SIM PIN",
    12: "SIM PUK",
    311: "SIM PIN",
    316: "SIM PUK",
}
_SIM_MISSING = frozenset({10, 310})
_SIM_BROKEN = frozenset({13, 15, 313, 315})
_READABLE_STORES = ("SM", "ME", "SR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the set-up found and put in force."""

    identity: Identity
    stores: tuple[str, ...]
    """Physical stores to sweep."""
    receive_store: str | None
    selected: str | None
    """The store that is selected now; None where the modem lets none be selected."""

    announcement: CnmiSet | None
    """What was asked for by +CNMI, and taken."""

    armed: CnmiSet | None
    """What +CNMI? said thereafter: some firmwares keep another set than they took."""

    service_centre: ServiceCentre
    acknowledges: bool
    """+CSMS=1 is in force: what is pushed wants +CNMA (27.005 §3.4.4)."""


async def set_up(port: Port, settings: ModemSettings, handler: Handler) -> Setup:
    """Make the modem ready to be served. Raises SetupError, OtherSimError and PortLostError."""
    found = await _set_up(port, settings, handler)
    for _ in range(FORGETFUL_TRIES):
        asked, kept = found.announcement, found.armed
        if asked is None or kept is None or kept.mt or not asked.mt:
            break
        # It may have restarted without a word on the way here.
        found = await _set_up(port, settings, handler)
    return found


async def _set_up(port: Port, settings: ModemSettings, handler: Handler) -> Setup:
    await tell(port, verbs.echo_off())
    await tell(port, verbs.cmee())
    identity = await _identify_device(port, settings)
    identity = await _open_sim(port, settings, handler, identity)
    centre = await service_centre(port, settings)
    identity = replace(identity, smsc=centre.number)
    if not await tell(port, verbs.cmgf_pdu()):
        raise SetupError(code="no_pdu_mode", detail="the modem refuses PDU mode (AT+CMGF=0)")
    acknowledges = not await tell(port, verbs.csms(0)) and await _phase_two_plus(port)
    stores, receive_store = await _choose_stores(port)
    selected = await _select_first(port, stores)
    if selected is None:
        # What is selected already is all that can be read; it is most likely where they arrive.
        stores = (stores[0],)
    # Reports can be left in a store only where that store can be read.
    stored_reports = profile_of(identity.model).stored_reports and "SR" in stores
    announcement = await arm_announcements(port, stored_reports=stored_reports)
    for domain in verbs.Domain:
        await tell(port, verbs.registration_polled(domain))
    await tell(port, verbs.cops_long_names())
    await tell(port, verbs.clip())
    return Setup(
        identity=identity,
        stores=stores,
        receive_store=receive_store,
        selected=selected,
        announcement=announcement,
        armed=await armed_announcements(port) if announcement is not None else None,
        acknowledges=acknowledges,
        service_centre=centre,
    )


async def _identify_device(port: Port, settings: ModemSettings) -> Identity:
    imei = await learn_any(port, (verbs.cgsn(),), verbs.parse_cgsn)
    if imei and settings.imei and not is_same_device(imei, settings.imei):
        raise SetupError(
            code="other_modem",
            detail="this port leads to another modem than the one with the imei of the "
            "configuration",
        )
    return Identity(
        imei=imei,
        manufacturer=await learn(port, verbs.cgmi(), verbs.parse_text),
        model=await learn(port, verbs.cgmm(), verbs.parse_text),
        revision=await learn(port, verbs.cgmr(), verbs.parse_text),
        number=settings.number,
    )


async def _open_sim(
    port: Port, settings: ModemSettings, handler: Handler, identity: Identity
) -> Identity:
    state = await _sim_state(port)
    iccid = await sim_iccid(port, await handler.served_sim())
    # Before its PIN: another SIM has another one, and few attempts at it.
    await check_sim(handler, replace(identity, iccid=iccid), modem=settings.name)
    if not state.ready:
        holder = iccid or identity.imei or settings.name
        await _unlock(port, state, settings.pin_file, handler, holder)
    # An open SIM may still be busy, and tells nothing until it is not.
    imsi = understand(port, await _patiently(port, verbs.cimi()), verbs.parse_cimi)
    if iccid is None:
        iccid = await sim_iccid(port)
        await check_sim(handler, replace(identity, iccid=iccid), modem=settings.name)
    number = settings.number or await learn(port, verbs.cnum(), verbs.parse_cnum)
    return replace(identity, iccid=iccid, imsi=imsi, number=number)


async def _sim_state(port: Port) -> PinState:
    """Ask what the SIM waits for. Raises SetupError where there is none that can be asked."""
    lines, final = await _patiently(port, verbs.cpin_read())
    if final is not None and final.ok:
        return _pin_state(lines)
    code = None if final is None else _code(final)
    if code in _SIM_MISSING:
        raise SetupError(
            code="no_sim",
            detail="there is no SIM in the modem, or it does not touch: put it in again",
        )
    if code in _SIM_BROKEN:
        raise SetupError(
            code="sim_failure",
            detail="the modem cannot read its SIM: clean it, or try it in a phone",
        )
    if final is not None and final.kind is Kind.ERROR:  # it may only not know the question
        state = await _sim_state_by_its_imsi(port)
        if state is not None:
            return state
    raise _unclear("nothing" if final is None else final.text)


async def _sim_state_by_its_imsi(port: Port) -> PinState | None:
    """An open SIM tells its IMSI, a locked one what it wants (27.007 §5.6, §9.2)."""
    lines, final = await _patiently(port, verbs.cimi())
    if understand(port, (lines, final), verbs.parse_cimi) is not None:
        return PinState(code="READY")
    wanted = None if final is None else _SIM_WANTS.get(_code(final))
    return None if wanted is None else PinState(code=wanted)


def _pin_state(lines: Sequence[bytes]) -> PinState:
    if not lines:
        return PinState(code="READY")  # a modem without this question has no lock to tell of
    try:
        return verbs.parse_cpin(lines)
    except BadReply as error:
        raise _unclear("something unreadable") from error


def _unclear(said: str) -> SetupError:
    return SetupError(
        code="sim_unclear", detail=f"the modem does not say how its SIM is (it said: {said})"
    )


async def _patiently(port: Port, command: Command) -> Answer:
    """Ask until the SIM has woken up: it is busy for 10–20 s after power-on and after its PIN."""
    deadline = asyncio.get_running_loop().time() + SIM_BUSY_SECONDS
    while True:
        lines, final = await ask(port, command)
        waits = final is None or sim_is_busy(final)
        if not waits or asyncio.get_running_loop().time() > deadline:
            return lines, final
        await asyncio.sleep(SIM_POLL_SECONDS)


def _code(final: Final) -> int | None:
    return final.code if final.kind in {Kind.CME, Kind.CMS} else None


async def _unlock(
    port: Port, state: PinState, source: SecretSource | None, handler: Handler, holder: str
) -> None:
    """Type the PIN, once in the life of this SIM and this PIN."""
    if not state.wants_pin:
        raise SetupError(
            code="sim_locked",
            detail=f"the SIM asks for {state.code}: put it into a phone and unlock it there",
            remedy=Remedy.PERSON,
        )
    if source is None:
        raise SetupError(
            code="pin_missing",
            detail="the SIM asks for its PIN: name a file that holds it as pin_file",
            remedy=Remedy.PIN,
        )
    try:
        pin = read_pin(source)
    except SecretError as error:
        raise SetupError(code="pin_unreadable", detail=str(error), remedy=Remedy.PIN) from error
    await _check_attempts(port, await handler.recall_pin(holder, pin))
    # Committed first: if we are killed while the SIM decides, it counts as refused.
    await handler.pin_refused(holder, pin)
    if not await tell(port, verbs.cpin_enter(pin)):
        raise SetupError(
            code="pin_refused",
            detail="the SIM refused the PIN: correct what pin_file holds; this one is not typed "
            "again",
            remedy=Remedy.PIN,
        )
    await handler.pin_accepted(holder)
    state = await _sim_state(port)
    if not state.ready:
        raise SetupError(
            code="sim_locked",
            detail=f"the SIM took its PIN and now asks for {state.code}",
            remedy=Remedy.PERSON,
        )


async def _check_attempts(port: Port, history: PinHistory) -> None:
    """Raise unless typing the PIN is safe: never the same again, never on the last attempt."""
    attempts = await learn_any(port, verbs.pin_attempts_variants(), verbs.parse_pin_attempts)
    if history is PinHistory.THIS_REFUSED:
        raise SetupError(
            code="pin_refused",
            detail="the SIM refused this PIN before: correct what pin_file holds",
            remedy=Remedy.PIN,
        )
    few = attempts is not None and attempts < PIN_ATTEMPTS_NEEDED
    if few or (attempts is None and history is PinHistory.ANOTHER_REFUSED):
        left = "an unknown number of attempts is" if attempts is None else f"only {attempts} is"
        raise SetupError(
            code="pin_attempts",
            detail=f"{left} left for the PIN: unlock the SIM in a phone first",
            remedy=Remedy.PIN,
        )


async def _phase_two_plus(port: Port) -> bool:
    return await learn(port, verbs.csms_read(), verbs.parse_csms) == 1


async def _choose_stores(port: Port) -> tuple[tuple[str, ...], str | None]:
    """The stores to sweep, and the one that new messages arrive in."""
    # The message service wakes up after the SIM.
    current = understand(port, await _patiently(port, verbs.cpms_read()), verbs.parse_cpms)
    support = await learn(port, verbs.cpms_test(), verbs.parse_cpms_test)
    receive = current[-1].name if current else None
    readable = () if support is None else support.read
    stores = tuple(store for store in _READABLE_STORES if store in readable)
    if not stores:
        # It does not say, or only the union: what cannot be selected is passed over later.
        stores = ("MT",) if "MT" in readable else _READABLE_STORES
    # The receiving store first: it is the one that has something.
    return tuple(sorted(stores, key=lambda store: store != receive)), receive


async def _select_first(port: Port, stores: Sequence[str]) -> str | None:
    """Select the first store that can be; None where the modem refuses them all."""
    for store in stores:
        answer = await _patiently(port, verbs.cpms_select(store))
        if understand(port, answer, verbs.parse_cpms) is not None:
            return store
    return None
