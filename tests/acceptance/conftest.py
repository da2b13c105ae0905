"""Two ways to the product: `gatewayd demo`, and a daemon with virtual modems as a shop has it.

All of it are the programs themselves, in processes of their own; what a test knows of them it knows
by their command line, their HTTP API and the virtual modem's control channel.
"""

import asyncio
import http.client
import itertools
import json
import os
import queue
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller

from tests.acceptance.postbox import Postbox
from tests.sharing import shared

T = TypeVar("T")

PROGRAM = Path(sys.executable).with_name("gatewayd")

COMPAT = Path(__file__).with_name("compat.toml").read_text(encoding="utf-8")
PATIENCE_SECONDS = 120
"""How long a test waits for what must come, on a machine however busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    process: asyncio.subprocess.Process
    said: str
    """What it printed, up to its last line."""
    processor_seconds: float
    """What it has used of the processor up to that line."""

    @property
    def address(self) -> str:
        return self._found(r"^  address  (\S+)")

    @property
    def token(self) -> str:
        return self._found(r"^  token    (\S+)$")

    @property
    def configuration(self) -> str:
        return Path(self._found(r"^  gatewayd --config (\S+)")).read_text(encoding="utf-8")

    @property
    def curls(self) -> list[str]:
        return re.findall(r"^  (curl .+)$", self.said, re.MULTILINE)

    def _found(self, pattern: str) -> str:
        match = re.search(pattern, self.said, re.MULTILINE)
        assert match, self.said
        return match[1]


def _used(pid: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15 of stat), in seconds."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


StartDemo = Callable[..., Awaitable[Demo]]


@pytest.fixture
async def start_demo(tmp_path: Path) -> AsyncIterator[StartDemo]:
    """Start `gatewayd demo` as a person would, and read what it says first."""
    async with AsyncExitStack() as running:

        async def start(program: Path = PROGRAM, cwd: Path = tmp_path) -> Demo:
            process = await asyncio.create_subprocess_exec(
                program,
                *("demo", "--port", "0", "--data", tmp_path / "data"),
                cwd=cwd,
                env=os.environ | {"PYTHONUNBUFFERED": ""},
                stdout=asyncio.subprocess.PIPE,
            )
            running.push_async_callback(_end, process)
            async with asyncio.timeout(PATIENCE_SECONDS):
                said = await _first_words(process)
            return Demo(process=process, said=said, processor_seconds=_used(process.pid))

        yield start


async def _first_words(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if line.startswith(b"  gatewayd --config "):
            break
    return said


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Process:
    """One of our programs, running; what it writes is read all the time."""

    def __init__(self, *command: object, cwd: Path, sign: str | None = None) -> None:
        self._process = subprocess.Popen(
            list(map(str, command)),
            cwd=cwd,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.first = "" if sign is None else self.until(sign)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.log.append(line)
            self.said.put(line)
        self.said.put(None)

    def until(self, sign: str) -> str:
        """Give the next line that holds ``sign``."""
        while (line := self.said.get(timeout=PATIENCE_SECONDS)) is not None:
            if sign in line:
                return line
        raise AssertionError("it ended:\n" + "".join(self.log))

    def tell(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.tell(number)
        return self.wait()

    def wait(self) -> int:
        status = self._process.wait(PATIENCE_SECONDS)
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()
        return status


class Stick:
    """A virtual modem in its own process, and orders to it."""

    def __init__(self, folder: Path, name: str, *options: str) -> None:
        line = () if "--tcp" in options else ("--link", folder / name)
        self._control = folder / f"{name}.control"
        self.process = Process(
            *(PROGRAM, "virtual-modem", *line, "--control", self._control, *options),
            cwd=folder,
            sign="virtual modem",
        )
        where = self.process.first.split()[-1]
        self.device = where if line else f"socket://{where}"

    def order(self, op: str, **fields: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rwb") as file:
            line.settimeout(PATIENCE_SECONDS)
            line.connect(str(self._control))
            file.write(json.dumps({"op": op} | fields).encode() + b"\n")
            file.flush()
            answer: dict[str, Any] = json.loads(file.readline())
        assert answer.pop("ok"), answer
        return answer

    def emptied(self) -> None:
        """Wait until nothing lies in its stores, neither texts nor reports."""
        while any(store["used"] for store in self.order("state")["stores"].values()):
            pass

    def ledger(self, what: str, peer: str | None = None) -> list[dict[str, Any]]:
        return [
            entry
            for entry in self.order("ledger")["entries"]
            if entry["what"] == what and peer in (None, entry.get("peer"))
        ]


class Gateway:
    """A folder with a configuration, and the daemon that runs with it."""

    program = PROGRAM

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "gatewayd.toml"
        self.sticks: dict[str, Stick] = {}
        self.su: tuple[str, ...] = ()
        """What stands before each command, to run it as somebody else."""
        self.token = ""
        self.address = ("127.0.0.1", 0)
        self._daemon: Process | None = None
        self._others: list[Process] = []

    def stick(self, name: str = "counter", *options: str) -> Stick:
        """Plug in another virtual modem."""
        self.sticks[name] = stick = Stick(self.folder, name, *options)
        return stick

    def configure(self, *, tables: str = "", **inboxes: str) -> None:
        """Write the configuration: a modem table for each stick, and what the test adds."""
        text = '[gateway]\ncountry = "CA-QC"\ndata_dir = "data"\n[http]\nlisten = "127.0.0.1:0"\n'
        for name, stick in self.sticks.items():
            inbox = inboxes.get(name, "main")
            text += f'[[modems]]\nname = "{name}"\ndevice = "{stick.device}"\ninbox = "{inbox}"\n'
        self.file.write_text(text + tables)

    @property
    def daemon(self) -> Process:
        assert self._daemon
        return self._daemon

    def start(self) -> None:
        """Start the daemon; it answers from then on."""
        command = (*self.su, PROGRAM, "--config", self.file, "run")
        self._daemon = Process(*command, cwd=self.folder, sign="daemon_ready")
        url = urlsplit(json.loads(self._daemon.first)["url"])
        self.address = (url.hostname or "", url.port or 0)
        if not self.token:
            self.token = self._make_token()

    def _make_token(self) -> str:
        """Ask on the unix socket, where we are an administrator."""
        with closing(http.client.HTTPConnection("localhost")) as line:
            line.sock = socket.socket(socket.AF_UNIX)
            line.sock.connect(str(self.folder / "data" / "gatewayd.sock"))
            line.request("POST", "/v1/tokens", json.dumps({"name": "test", "scopes": ["admin"]}))
            token: str = json.loads(line.getresponse().read())["token"]
            return token

    def stop(self, number: int = signal.SIGTERM) -> int:
        status, self._daemon = self.daemon.end(number), None
        return status

    def close(self) -> None:
        sticks = [stick.process for stick in self.sticks.values()]
        for process in (self._daemon, *self._others, *sticks):
            if process is not None:
                process.end()

    def spawn(self, *words: str) -> Process:
        """Start a command that goes on."""
        command = (*self.su, PROGRAM, "--config", self.file, *words)
        self._others.append(Process(*command, cwd=self.folder))
        return self._others[-1]

    def spawn_other(self, *command: object, sign: str) -> Process:
        """Start somebody else's program that goes on, and wait for its sign of life."""
        self._others.append(Process(*command, cwd=self.folder, sign=sign))
        return self._others[-1]

    def cli(self, *words: str, stdin: str = "") -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            [*self.su, PROGRAM, "--config", self.file, *words],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def http(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask the API, as administrator unless the headers say otherwise.

        The administrator waits where told to (429): a fast machine asks more than anybody may.
        """
        if body is not None:
            raw = json.dumps(body).encode()
        ours = {"Authorization": f"Bearer {self.token}"}
        sent = ours | dict(headers or {})
        while True:
            answer = self._ask(method, path, raw, sent)
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS or not ours.items() <= sent.items():
                return answer
            time.sleep(int(answer.headers["Retry-After"]))

    def _ask(self, method: str, path: str, raw: bytes | None, sent: Mapping[str, str]) -> Answer:
        with closing(http.client.HTTPConnection(*self.address, timeout=PATIENCE_SECONDS)) as line:
            line.request(method, path, raw, dict(sent))
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    @contextmanager
    def _stream(self, *, after: str | None = None, types: str = "") -> Iterator[Iterator[bytes]]:
        """Open the event stream; give its lines."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = after
        path = f"/v1/events?types={types}" if types else "/v1/events"
        while True:
            with closing(
                http.client.HTTPConnection(*self.address, timeout=PATIENCE_SECONDS)
            ) as line:
                line.request("GET", path, headers=headers)
                with line.getresponse() as answer:
                    if answer.status == HTTPStatus.OK:
                        yield iter(answer)
                        return
                    assert answer.status == HTTPStatus.TOO_MANY_REQUESTS, answer.read()
                    wait_seconds = int(answer.headers["Retry-After"])
            time.sleep(wait_seconds)

    @contextmanager
    def events(self, *, after: str | None = None, types: str = "") -> Iterator[Iterator[Any]]:
        """Give all that happens from the block's start on."""
        with self._stream(after=after, types=types) as lines:
            yield (json.loads(line[5:]) for line in lines if line.startswith(b"data:"))

    def until(self, condition: Callable[[], T | None], *, types: str = "") -> T:
        """Look now, after each event and at each heartbeat until there is what is looked for."""
        end = time.monotonic() + PATIENCE_SECONDS
        with self._stream(types=types) as lines:
            for line in itertools.chain([b"\n"], lines):
                if line == b"\n" and (found := condition()) is not None:
                    return found
                assert time.monotonic() < end, "it never came"
        raise AssertionError("the stream ended")

    def _in_state(self, path: str, states: Collection[str], types: str) -> Any:
        def look() -> Any:
            found = self.http("GET", path).json
            return found if not states or found["state"] in states else None

        return self.until(look, types=types)

    def message(self, message_id: str, *states: str) -> Any:
        """Give a message, as soon as it is in one of the states."""
        return self._in_state(f"/v1/messages/{message_id}", states, "")

    def modem(self, name: str, *states: str) -> Any:
        """Give a modem, as soon as it is in one of the states."""
        return self._in_state(f"/v1/modems/{name}", states, "modem.state")

    def idle(self) -> None:
        """Wait until nothing of other tests goes out: a fault strikes what comes first."""

        def look() -> bool | None:
            for state in ("queued", "sending"):
                for item in self.http("GET", f"/v1/messages?limit=200&state={state}").json["items"]:
                    if self.http("GET", f"/v1/messages/{item['id']}").json["send_at"] is None:
                        return None
            return True

        self.until(look)

    def incoming(self, **wanted: object) -> Any:
        """Give the newest incoming message with these fields, as soon as it is there."""

        def look() -> Any:
            items = self.http("GET", "/v1/messages?direction=in&limit=200").json["items"]
            return next((item for item in items if wanted.items() <= item.items()), None)

        return self.until(look, types="message.received,message.updated")


@pytest.fixture
def new_gateway() -> Iterator[Callable[[], Gateway]]:
    """Give gateways of the test's own, which it may stop, break and start again."""
    with ExitStack() as stack:

        def make() -> Gateway:
            # A unix socket's path has at most 107 bytes: tmp_path may be longer.
            folder = stack.enter_context(TemporaryDirectory(prefix="gw-"))
            gateway = Gateway(Path(folder))
            stack.callback(gateway.close)
            return gateway

        yield make


@pytest.fixture
def faults(gateway: Gateway) -> Callable[[], list[str]]:
    """Tell what the daemon has logged since the test began as its own fault."""
    before = len(gateway.daemon.log)
    signs = ('"level": "error"', '"level": "critical"', "Traceback")
    return lambda: [row for row in gateway.daemon.log[before:] if any(s in row for s in signs)]


@pytest.fixture(scope="session")
def as_nobody() -> tuple[str, ...]:
    """Give the words that run a command without root's rights, where there are any to drop."""
    if os.geteuid() != 0:
        return ()
    su = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if shutil.which("setpriv") is None:
        pytest.skip("root may do anything, and setpriv is not installed")
    if subprocess.run([*su, PROGRAM, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("root may do anything, and nobody may not run this installation")
    return su


@pytest.fixture(scope=shared)
def gateway() -> Iterator[Gateway]:
    """One daemon with one modem that most tests share; each has numbers of its own."""
    with TemporaryDirectory(prefix="gw-") as folder, closing(Gateway(Path(folder))) as gateway:
        gateway.stick()
        gateway.configure(tables=COMPAT)
        gateway.start()
        gateway.modem("counter", "ready")
        yield gateway


@pytest.fixture(scope="session")
def make_gateway() -> Callable[[Path], Gateway]:
    """Give what makes a gateway in a folder, for suites that share one of their own."""
    return Gateway


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Give ports that the system gives to no connection before a server listens there."""
    system = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    ours = range(10_000, max(20_000, int(system.split()[0])))

    def look() -> int:
        while True:
            port = random.SystemRandom().choice(ours)
            with closing(socket.socket()) as tried, suppress(OSError):
                tried.bind(("127.0.0.1", port))
                return port

    return look


@pytest.fixture
def postbox(free_port: Callable[[], int]) -> Iterator[tuple[int, Postbox]]:
    box, port = Postbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield port, box
    controller.stop()
