"""The OpenAPI document against the running daemon: schemathesis finds nothing to say against it.

It asks each route for what the document allows and for what it forbids, and judges status, media
type, shape, `Allow`, and that nothing is told without a token; judge.py adds what we promise.
No route is left out. schemathesis.toml and judge.py say what is handled otherwise, and why.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).with_name("st")
TOKENS = 12
"""As many programs, since each may ask 50 times a second."""


def test_the_document_is_valid(furnished: Any) -> None:
    served = furnished.api("GET", "/openapi.json")
    assert [error.message for error in OpenAPIV31SpecValidator(served).iter_errors()] == []


def judged(furnished: Any, *options: str, timeout: float) -> str:
    """Let schemathesis judge; gives what it says."""
    gateway = furnished.gateway
    made = [{"name": f"tester {n}", "scopes": ["admin"]} for n in range(TOKENS)]
    prepared = {
        "address": gateway.address,
        "people": furnished.people("resident", "leaver"),
        "password": furnished.password,
        "tokens": [furnished.api("POST", "/v1/tokens", each)["token"] for each in made],
    }
    host, port = gateway.address
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml", "run"),
            *(f"http://{host}:{port}/openapi.json", *options),
        ],
        cwd=gateway.folder,
        env=os.environ
        | {
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "judge",
            "PREPARED": json.dumps(prepared),
        },
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(1300)
def test_nothing_is_said_against_it(furnished: Any, faults_of: Any) -> None:
    faults = faults_of(furnished.gateway)
    said = judged(furnished, "--phases", "coverage", timeout=1200)
    assert "No tests were run" not in said
    assert faults() == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_nothing_is_said_against_it_at_length(furnished: Any, faults_of: Any) -> None:
    """Also at random, and in rows of requests that use what others made; half an hour of it."""
    faults = faults_of(furnished.gateway)
    judged(
        furnished, "--phases", "fuzzing,stateful", "-n", "20", "--max-time", "1500", timeout=3500
    )
    assert faults() == []
