"""Every example in docs/http.md is typed as it stands there, in its order, and answered as it says.

In an answer, `…` stands for what is left out; ids and times are any. What is not typed after a `$`
is no example: such a block fails.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

GUIDE = (Path(__file__).parents[3] / "docs" / "http.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
WRITTEN = "http://127.0.0.1:8767"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|…|[^\s"…]+|\s+')
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def examples(guide: str) -> list[tuple[str, str]]:
    """Give each command with what the guide says that it answers."""
    found: list[tuple[str, str]] = []
    for kind, text in BLOCK.findall(guide):
        assert kind == "console", f"this is no command that can be typed:\n{text}"
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            found.append((command, answer))
    return found


def pattern(answer: str) -> str:
    """Turn an answer of the guide into the expression that fits one line of compact JSON."""
    made = ""
    for token in _TOKEN.findall(answer):
        if token.startswith('"'):
            made += _text(token)
        elif token == "…":
            made += "\0"
        elif not token.isspace():
            made += re.escape(token)
    made = made.replace(",\0,", ",(?:.*,)?").replace(r"\{" + "\0,", r"\{(?:.*,)?")
    return made.replace(",\0", "(?:,.*)?").replace("\0", ".*")


def _text(token: str) -> str:
    if _TIME.fullmatch(token.strip('"')):
        return f'"{_TIME.pattern}"'
    if "…" in token:
        return ".*".join(re.escape(part) for part in token.split("…")).replace(".*", '[^"]*')
    return re.escape(json.dumps(json.loads(token), ensure_ascii=False))


def compact(answer: str) -> str:
    return json.dumps(json.loads(answer), ensure_ascii=False, separators=(",", ":"))


@pytest.fixture
def prepared(furnished: Any) -> Any:
    """The customers and colleagues that the guide speaks of."""
    gateway = furnished.gateway
    gateway.sticks["counter"].order("text_in", **{"from": "+15145550161", "text": "Est-ce prêt?"})
    came = gateway.incoming(text="Est-ce prêt?")
    path = f"/v1/conversations/{came['conversation_id']}"
    contact = furnished.api("GET", path)["contact"]["id"]
    furnished.api("PATCH", f"/v1/contacts/{contact}", {"name": "Amélie", "external_id": "crm-77"})
    furnished.api("POST", f"{path}/assign", {"to": furnished.people("marie")["marie"]})
    return furnished


def typed(gateway: Any, command: str) -> str:
    done = subprocess.run(
        ["bash", "-c", _here(gateway, command)],
        env=os.environ | {"TOKEN": gateway.token},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def _here(gateway: Any, command: str) -> str:
    host, port = gateway.address
    assert WRITTEN in command
    return command.replace(WRITTEN, f"http://{host}:{port}")


def streamed(gateway: Any, command: str, answer: str, happen: str) -> None:
    """Type what does not end by itself, let something happen, and read what is told of it."""
    wanted = [line for line in answer.splitlines() if line]
    with subprocess.Popen(
        ["bash", "-c", "exec " + _here(gateway, command)],
        env=os.environ | {"TOKEN": gateway.token},
        stdout=subprocess.PIPE,
        text=True,
    ) as stream:
        assert stream.stdout
        begun = list(iter(stream.stdout.readline, "\n"))
        assert any(line.startswith("id: ") for line in begun), begun
        typed(gateway, happen)
        told: list[str] = []
        # What came before may still be on its way, with events of its own.
        while wanted[1] not in told:
            told = [line[:-1] for line in iter(stream.stdout.readline, "\n") if line[0] != ":"]
        stream.terminate()
    assert len(told) == len(wanted), told
    for said, expected in zip(told, wanted, strict=True):
        name, _, value = said.partition(": ")
        if name == "data":
            assert re.fullmatch(pattern(expected.removeprefix("data: ")), compact(value)), said
        else:
            assert re.fullmatch(re.escape(expected).replace("…", "[0-9A-Z]+"), said)


def test_every_example_is_answered_as_the_guide_says(prepared: Any) -> None:
    before = ""
    for command, answer in examples(GUIDE):
        if "curl -sN" in command:
            streamed(prepared.gateway, command, answer, before)
            continue
        said = compact(typed(prepared.gateway, command))
        assert re.fullmatch(pattern(answer), said), f"{command}\n{said}\n{pattern(answer)}"
        before = command


def test_a_block_without_a_command_is_no_example() -> None:
    with pytest.raises(AssertionError, match="no command"):
        examples('```json\n{"id": 1}\n```\n')


@pytest.mark.parametrize(
    ("answer", "said", "fits"),
    [
        ('{"a": 1, …}', '{"a":1,"b":2}', True),
        ('{"a": 1, …}', '{"a":1}', True),
        ('{"a": 1}', '{"a":1,"b":2}', False),
        ('{"a": 1, …}', '{"a":2,"b":2}', False),
        ('{…, "b": 2}', '{"a":1,"b":2}', True),
        ('{"a": 1, …, "c": 3}', '{"a":1,"b":2,"c":3}', True),
        ('{"a": 1, …, "c": 3}', '{"a":1,"b":2,"c":4}', False),
        ('{"id": "msg_01…"}', '{"id":"msg_01M8A8"}', True),
        ('{"id": "msg_01…"}', '{"id":"cnv_01M8A8"}', False),
        ('{"at": "2026-12-01T12:00:00.000Z"}', '{"at":"2027-01-02T03:04:05.678Z"}', True),
        ('{"at": "2026-12-01T12:00:00.000Z"}', '{"at":null}', False),
        ('{"text": "Est-ce prêt?"}', '{"text":"Est-ce pret?"}', False),
        ('{"due_at": …, "b": 1}', '{"due_at":null,"b":1}', True),
    ],
)
def test_what_fits(answer: str, said: str, *, fits: bool) -> None:
    assert bool(re.fullmatch(pattern(answer), said)) is fits
