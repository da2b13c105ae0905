"""Message commands but sending: stores, listing, reading, deleting, announcing (27.005 §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from modem.virtual import text_mode
from modem.virtual.dialect import ERROR, OK, Form, Outcome, Request, cms, said
from modem.virtual.ledger import Happening
from modem.virtual.stores import TEXT_STATUS, Place, Status, Stored, behind, locate
from modem.virtual.traits import MemoryAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modem.virtual.modem import VirtualModem

    Handler = Callable[[VirtualModem, Request], Outcome]

ALL_STATUSES = 4
NOT_ALLOWED, INVALID_INDEX = 302, 321
NO_ACKNOWLEDGEMENT_EXPECTED = 340


def needs_sim(handler: Handler) -> Handler:
    """Let the SIM's trouble answer instead: locked, or busy after its PIN."""

    def handle(modem: VirtualModem, request: Request) -> Outcome:
        return modem.sim_trouble(message_service=True) or handler(modem, request)

    return handle


def _format(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"+CMGF: {int(modem.settings.text_mode)}")
        case Form.TEST:
            return said("+CMGF: (0-1)")
        case _:
            if request.number(0) not in {0, 1}:
                return ERROR
            modem.settings.text_mode = request.number(0) == 1
            return OK


def _message_service(modem: VirtualModem, request: Request) -> Outcome:
    services = modem.personality.csms_services
    match request.form:
        case Form.READ:
            return said(f"+CSMS: {modem.settings.phase},1,1,1")
        case Form.TEST:
            return said(f"+CSMS: {_range(services)}")
        case _:
            phase = request.number(0)
            if phase not in services:
                return cms(NOT_ALLOWED)
            modem.settings.phase = phase
            return said("+CSMS: 1,1,1")


def _service_centre(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            known = modem.service_centre
            return said(f'+CSCA: "{known}",{145 if known.startswith("+") else 129}')
        case Form.TEST:
            return OK
        case _:
            modem.sim.smsc = request.text(0)
            return OK


def _range(values: frozenset[int]) -> str:
    ordered = sorted(values)
    if len(ordered) > 1 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"({ordered[0]}-{ordered[-1]})"
    return f"({','.join(map(str, ordered))})"


def _announcements(modem: VirtualModem, request: Request) -> Outcome:
    choices = modem.personality.cnmi
    match request.form:
        case Form.READ:
            return said(f"+CNMI: {','.join(map(str, modem.settings.announcements))}")
        case Form.TEST:
            return said(f"+CNMI: {','.join(map(_range, choices))}")
        case _:
            pass
    wanted = list(modem.settings.announcements)
    for position in range(min(len(request.arguments), len(wanted))):
        value = request.number(position, wanted[position])
        if value is None or value not in choices[position]:
            return cms(303)
        wanted[position] = value
    mode, messages, broadcasts, reports, buffering = wanted
    modem.settings.announcements = (mode, messages, broadcasts, reports, buffering)
    modem.arrivals.announcements_set()
    return OK


def _acknowledge(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return said("+CNMA: (0-2)")
    if not modem.settings.phase or not modem.arrivals.acknowledged(taken=request.number(0) != 2):  # noqa: PLR2004  # 27.005 §4.7: 2 is a negative acknowledgement
        return cms(NO_ACKNOWLEDGEMENT_EXPECTED)
    return OK


def _memories(modem: VirtualModem, request: Request) -> Outcome:
    selectable = modem.personality.selectable
    memories = modem.settings.memories
    match request.form:
        case Form.TEST:
            silent = modem.personality.memory_answer is MemoryAnswer.BARE
            groups = (
                "(" + ",".join(f'"{name}"' for name in names if not silent) + ")"
                for names in selectable
            )
            return said(f"+CPMS: {','.join(groups)}")
        case Form.READ:
            return _memory_answer(modem, [f'"{name}",{_usage(modem, name)}' for name in memories])
        case _:
            pass
    wanted = [name.upper() for name in request.arguments]
    if not any(wanted) or any(
        name and name not in names for name, names in zip(wanted, selectable, strict=False)
    ):
        return cms(NOT_ALLOWED)
    for position, name in enumerate(wanted[: len(memories)]):
        if name:
            memories[position] = name
    modem.resume_soon()
    return _memory_answer(modem, [_usage(modem, name) for name in memories])


def _memory_answer(modem: VirtualModem, usages: list[str]) -> Outcome:
    match modem.personality.memory_answer:
        case MemoryAnswer.FULL:
            return said(f"+CPMS: {','.join(usages)}")
        case MemoryAnswer.FIRST_ONLY:
            return said(f"+CPMS: {usages[0]}")
        case MemoryAnswer.BARE:
            return OK
        case never:
            assert_never(never)


def _usage(modem: VirtualModem, name: str) -> str:
    stores = [store for _, store in behind(modem.stores, name)]
    return f"{sum(store.used for store in stores)},{sum(store.total for store in stores)}"


def _slots(modem: VirtualModem) -> Iterator[tuple[int, str, int, Stored]]:
    """Yield the filled slots of the selected memory: index shown, store, its own index, content."""
    offset = 0
    for name, store in behind(modem.stores, modem.settings.memories[0]):
        for index, stored in store.items():
            yield offset + index, name, index, stored
        offset += store.size


def _locate(modem: VirtualModem, shown: int) -> Place | None:
    return locate(modem.stores, modem.settings.memories[0], shown)


def _list(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        names = ",".join(f'"{name}"' for name in (*TEXT_STATUS.values(), "ALL"))
        return said(f"+CMGL: ({names})" if modem.settings.text_mode else "+CMGL: (0-4)")
    wanted = _wanted_status(modem, request)
    if wanted is None:
        return cms(305 if modem.settings.text_mode else 304)
    lines: list[str] = []
    for shown, _, _, stored in _slots(modem):
        if wanted not in {ALL_STATUSES, stored.status}:
            continue
        if modem.settings.text_mode:
            lines += text_mode.listed(modem.settings, shown, stored)
        else:
            lines.append(f"+CMGL: {shown},{stored.status:d},,{_length(stored)}")
            lines.append(stored.pdu.hex().upper())
        _mark_read(stored)
    return said(*lines)


def _wanted_status(modem: VirtualModem, request: Request) -> int | None:
    if not modem.settings.text_mode:
        status = request.number(0)
        return status if status is not None and status <= ALL_STATUSES else None
    words = {word: int(status) for status, word in TEXT_STATUS.items()} | {"ALL": ALL_STATUSES}
    return words.get(request.text(0).upper() or "REC UNREAD")


def _length(stored: Stored) -> int:
    """Count the TPDU's octets, without the service centre's."""
    return len(stored.pdu) - 1 - stored.pdu[0]


def _mark_read(stored: Stored) -> None:
    if stored.status is Status.UNREAD:
        stored.status = Status.READ


def _read(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return OK
    shown = request.number(0)
    place = None if shown is None or not request.text(0) else _locate(modem, shown)
    if place is None:
        return cms(INVALID_INDEX)
    stored = modem.stores[place.store].get(place.index)
    if stored is None:
        return cms(INVALID_INDEX) if modem.personality.empty_slot_is_error else OK
    if modem.settings.text_mode:
        lines = text_mode.read(modem.settings, stored)
    else:
        lines = [f"+CMGR: {stored.status:d},,{_length(stored)}", stored.pdu.hex().upper()]
    _mark_read(stored)
    return said(*lines)


def _delete(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        indexes = ",".join(str(shown) for shown, *_ in _slots(modem))
        return said(f"+CMGD: ({indexes}),(0-4)")
    flag, shown = request.number(1), request.number(0)
    if flag is None or flag > 4 or shown is None:  # noqa: PLR2004  # 27.005 §3.5.4: 0..4
        return cms(304)
    if flag:
        for _, name, index, stored in list(_slots(modem)):
            if _covers(flag, stored.status):
                _remove(modem, name, index)
        return OK
    place = _locate(modem, shown)
    if place is None:
        return cms(INVALID_INDEX)
    _remove(modem, place.store, place.index)
    return OK


def _covers(flag: int, status: Status) -> bool:
    """27.005 §3.5.4: 1 read, 2 and sent, 3 and unsent, 4 all."""
    covered = [{Status.READ}, {Status.SENT}, {Status.UNSENT}, {Status.UNREAD}]
    return any(status in statuses for statuses in covered[:flag])


def _remove(modem: VirtualModem, name: str, index: int) -> None:
    stored = modem.stores[name].remove(index)
    if stored is None:
        return
    modem.network.ledger.record(
        Happening.DELETED, number=modem.number, detail=f"{name} {index}", pdu=stored.pdu
    )
    modem.resume_soon()


def _show_details(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"+CSDH: {int(modem.settings.show_details)}")
        case Form.TEST:
            return said("+CSDH: (0-1)")
        case _:
            modem.settings.show_details = request.text(0) == "1"
            return OK


def _text_parameters(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"+CSMP: {','.join(map(str, modem.settings.text_parameters))}")
        case Form.TEST:
            return OK
        case _:
            pass
    now = modem.settings.text_parameters
    wanted = [request.number(position, now[position]) for position in range(len(now))]
    fo, vp, pid, dcs = (None if value is None or value > 255 else value for value in wanted)  # noqa: PLR2004  # octets
    if fo is None or vp is None or pid is None or dcs is None:
        return cms(305)
    modem.settings.text_parameters = (fo, vp, pid, dcs)
    return OK


def _accept(_: VirtualModem, __: Request) -> Outcome:
    return OK


MESSAGE_VERBS: dict[str, Handler] = {
    "+CMGF": _format,
    "+CSMS": _message_service,
    "+CSCA": needs_sim(_service_centre),
    "+CNMI": _announcements,
    "+CNMA": _acknowledge,
    "+CPMS": needs_sim(_memories),
    "+CMGL": needs_sim(_list),
    "+CMGR": needs_sim(_read),
    "+CMGD": needs_sim(_delete),
    "+CSDH": _show_details,
    "+CSMP": _text_parameters,
    "+CSCB": _accept,
    "+CSAS": _accept,
    "+CRES": _accept,
    "+CMMS": _accept,
}
