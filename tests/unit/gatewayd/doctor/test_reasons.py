"""Every sentence with which the modem layer gives up is one that the doctor understands."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewayd.doctor.findings import Code
from gatewayd.doctor.reasons import code_of

MODEM = Path(__file__).parents[4] / "modem"
SETUP = {
    "no_sim": {Code.NO_SIM},
    "sim_failure": {Code.SIM_FAILURE},
    "sim_unclear": {Code.SIM_UNCLEAR},
    "sim_locked": {Code.SIM_PUK},
    "pin_missing": {Code.PIN_MISSING},
    "pin_refused": {Code.PIN_REFUSED},
    "pin_attempts": {Code.PIN_ATTEMPTS},
    "no_pdu_mode": {Code.MODEM_UNFIT},
    "other_modem": {Code.OTHER_MODEM},
}
OPENING = {
    "MISSING": Code.DEVICE_MISSING,
    "BUSY": Code.PORT_BUSY,
    "FORBIDDEN": Code.PORT_FORBIDDEN,
    "UNSUPPORTED": Code.DEVICE_UNUSABLE,
}


def text(node: ast.expr) -> str:
    """A literal; what is filled in at run time is a PUK here."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(text(value) for value in values)
        case _:
            return "SIM PUK"


def calls(name: str) -> Iterator[dict[str, ast.expr]]:
    for file in sorted(MODEM.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name:
                yield {word.arg or "": word.value for word in node.keywords}


def setup_errors() -> list[tuple[str, str]]:
    return [(text(call["code"]), text(call["detail"])) for call in calls("SetupError")]


def open_failures() -> Iterator[tuple[str, str]]:
    """`OpenFailure.KIND, "sentence"`, as a pair or as two keywords."""
    for call in calls("PortUnavailableError"):
        if isinstance(call["failure"], ast.Attribute) and isinstance(call["detail"], ast.Constant):
            yield call["failure"].attr, text(call["detail"])
    tree = ast.parse((MODEM / "transport.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Tuple(elts=[ast.Attribute(value=ast.Name(id="OpenFailure"), attr=kind), said]):
                if isinstance(said, ast.Constant):
                    yield kind, text(said)


@pytest.mark.parametrize(("code", "detail"), setup_errors())
def test_why_a_modem_cannot_be_set_up(code: str, detail: str) -> None:
    if code == "pin_unreadable":
        return  # config.secrets' sentence; known by the state, needs_pin
    assert code_of(detail) in SETUP[code], detail


@pytest.mark.parametrize(("kind", "detail"), sorted(set(open_failures())))
def test_why_a_port_cannot_be_opened(kind: str, detail: str) -> None:
    assert code_of(detail) is OPENING[kind], detail


def test_there_are_such_sentences_at_all() -> None:
    assert len(setup_errors()) >= 8
    assert len(list(open_failures())) >= 8


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("the modem does not answer AT", Code.PORT_SILENT),
        ("uses this stick already", Code.STICK_SHARED),
        ("the line never falls quiet", Code.PORT_SILENT),
        ("no modem was found", Code.DEVICE_MISSING),
        ("the modem has gone", Code.DEVICE_MISSING),
        ("this modem is open already", Code.PORT_BUSY),
        ("the network refuses this SIM", Code.REGISTRATION_DENIED),
        ("the modem has not found its network", Code.NOT_REGISTERED),
        ("the modem does not say whether it is registered", Code.NOT_REGISTERED),
        ("the SIM names no service centre: set smsc for this modem", Code.NO_SERVICE_CENTRE),
    ],
)
def test_what_else_a_modem_s_reason_may_be(reason: str, code: Code) -> None:
    assert code_of(reason) is code
    sources = "\n".join(path.read_text(encoding="utf-8") for path in MODEM.rglob("*.py"))
    assert f'{reason}"' in sources, "the modem layer does not say this any more"


@pytest.mark.parametrize("reason", ["", "restarted by request", "something new"])
def test_what_is_not_known_is_not_guessed(reason: str) -> None:
    assert code_of(reason) is None
