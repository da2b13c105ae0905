"""Health on the wire."""

from typing import Literal

from gatewayd.http.models.base import Output


class Health(Output):
    """The loop lives."""

    status: Literal["ok"] = "ok"
    version: str


class Ready(Output):
    """The store answers and a modem is ready."""

    status: Literal["ready"] = "ready"
    modems: list[str]
