"""Make a store as an older version left it: run that version's own demo, use it, dump the file.

    git archive COMMIT | tar x -C /tmp/old
    .venv/bin/python tests/unit/storage/released/make_released.py /tmp/old

writes ``REVISION.sql.gz`` beside this program. The version runs from its own tree, as it was, with
the libraries that are installed; its virtual customers text and answer, and its API is used for
what the version had. Nothing in it is anybody's.
"""

import gzip
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
SECONDS = 20
TEXTS = (
    "Your order 1042 is ready.",
    "Votre commande est prête, à bientôt ☕ " * 4,  # several parts, UCS-2
    "Euro € and [brackets], long enough for two parts. " * 4,
)


class Demo:
    """The older version's demo, running."""

    def __init__(self, tree: Path, data: Path) -> None:
        command = [sys.executable, "-m", "gatewayd", "demo", "--port", "0", "--data", str(data)]
        environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, cwd=tree, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("  gatewayd --config "):
                break
        self.address = re.findall(r"^  address  (\S+)", said, re.MULTILINE)[0]
        self.token = re.findall(r"^  token    (\S+)", said, re.MULTILINE)[0]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Use the API; None for what this version does not have, or refuses."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = Request(self.address + path, data, headers, method=method)  # noqa: S310 - ours
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            print(method, path, error.code, error.read(), file=sys.stderr)  # noqa: T201 - a program
            return None

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def use(demo: Demo) -> None:
    """Do what a shop does, as far as this version can."""
    for index, text in enumerate(TEXTS * 3):
        wanted = {"to": f"+1514555{index:04}", "text": text, "client_reference": f"order-{index}"}
        demo.ask("POST", "/v1/messages", wanted)
    later = {"to": "+15145550199", "text": "Tomorrow", "send_at": "2027-06-01T12:00:00Z"}
    demo.ask("POST", "/v1/messages", later)
    demo.ask("POST", "/v1/webhooks", {"url": "https://hooks.example/in"})
    person = demo.ask("POST", "/v1/users", {"name": "lea", "display_name": "Léa"})
    if person is not None:
        demo.ask("POST", "/v1/teams", {"name": "counter", "members": [person["id"]]})
        absence = {"from": "2027-07-01T00:00:00Z", "until": "2027-07-15T00:00:00Z"}
        demo.ask("POST", f"/v1/users/{person['id']}/absences", absence | {"reason": "vacation"})
    for contact in (demo.ask("GET", "/v1/contacts") or {"items": []})["items"][:2]:
        demo.ask("PATCH", f"/v1/contacts/{contact['id']}", {"name": "Mme Tremblay"})
    time.sleep(SECONDS)  # the virtual customers text and answer, reports come
    for found in (demo.ask("GET", "/v1/conversations") or {"items": []})["items"][:3]:
        place = f"/v1/conversations/{found['id']}"
        demo.ask("POST", f"{place}/notes", {"text": "Called back, wants the blue one."})
        demo.ask("POST", f"{place}/messages", {"text": "It is ready."})
        demo.ask("POST", f"{place}/snooze", {"until": "2027-06-01T12:00:00Z"})
    time.sleep(SECONDS / 4)


def main() -> None:
    """Run the version in the folder that is named, and keep what it leaves."""
    tree = Path(sys.argv[1]).absolute()
    with TemporaryDirectory(prefix="gw-") as folder:
        data = Path(folder) / "data"
        demo = Demo(tree, data)
        try:
            use(demo)
        finally:
            demo.end()
        with closing(sqlite3.connect(data / "gatewayd.db")) as store:
            (revision,) = store.execute("SELECT version_num FROM alembic_version").fetchone()
            dump = "\n".join(store.iterdump()) + "\n"
    target = HERE / f"{revision}.sql.gz"
    target.write_bytes(gzip.compress(dump.encode(), mtime=0))
    print(target, len(dump), target.stat().st_size)  # noqa: T201 - a program


if __name__ == "__main__":
    main()
