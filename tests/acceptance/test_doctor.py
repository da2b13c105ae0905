"""`gatewayd doctor` beside the demo: all is well, then a trouble, then the daemon is gone."""

import asyncio
import json
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 120
PROGRAM = Path(sys.executable).with_name("gatewayd")


async def gatewayd(file: Path, *words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "--config", file, *words), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def codes(file: Path, *words: str) -> tuple[int | None, set[str]]:
    status, out = await gatewayd(file, "doctor", "--json", *words)
    return status, {finding["code"] for finding in json.loads(out)["findings"]}


async def until(file: Path, wanted: tuple[int, set[str]]) -> None:
    """Ask again until this is what it says; each round starts a process, which takes its time."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await codes(file)) != wanted:
            pass


async def test_the_doctor_beside_the_demo(start_demo: Any, tmp_path: Path) -> None:
    demo = await start_demo()
    file = tmp_path / "data" / "gatewayd.toml"
    await until(file, (0, set()))
    assert await gatewayd(file, "doctor", "--lang", "fr") == (0, "Tout va bien.\n")

    await gatewayd(file, "modems", "mute", "demo")
    assert await codes(file) == (0, {"muted"})
    await gatewayd(file, "send", "+15145550142", "Votre commande est prête")
    await until(file, (1, {"muted_waiting"}))

    bundle = tmp_path / "support.zip"
    await codes(file, "--bundle", str(bundle))
    with zipfile.ZipFile(bundle) as parts:
        everything = b"".join(map(parts.read, parts.namelist())).decode()
        events = json.loads(parts.read("events.json"))
    assert {"modem.state", "message.queued"} <= {event["type"] for event in events}
    assert "5145550142" not in everything
    assert "commande" not in everything

    demo.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await demo.process.wait()
    assert await codes(file) == (1, {"daemon_stopped"})
