"""Runs inside the booted machine: offers messages for tomorrow until one is refused; says how."""

import json
import socket
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

SOCKET = "/var/lib/gatewayd/gatewayd.sock"
MOST = 2000


class Line(HTTPConnection):
    """HTTP over the daemon's socket."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)


def main() -> str:
    """Give the status, the words, and what the refused one left behind: nothing."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for number in range(MOST):
        line = Line("localhost", timeout=60)
        body = {"to": "+15145550123", "text": f"Filling {number}", "send_at": tomorrow}
        line.request("POST", "/v1/messages", json.dumps(body), {"Content-Type": "application/json"})
        answer = line.getresponse()
        said = json.loads(answer.read())
        line.close()
        if answer.status != 202:
            return f"{answer.status} {said['detail']}"
    return f"{MOST} were taken"


if __name__ == "__main__":
    print(main())  # noqa: T201 - to whoever ran it
