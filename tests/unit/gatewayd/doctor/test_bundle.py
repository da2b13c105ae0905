import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gatewayd.doctor import bundle
from gatewayd.doctor.facts import DaemonFacts, Standing
from gatewayd.doctor.masking import masked, text
from storage.changes import Change


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("+15145550123", "+15•••••••23"),
        ("call +1 514 555-0123.", "call +15•••••••23."),
        ("(514) 555-0123", "514•••••23"),
        ("490154203237518", "490••••••••••18"),
        ("8930272000000000001F", "893•••••••••••••••1F"),
        ("sent to 5145550123.", "sent to 514•••••23."),
        ("postgresql://shop:s3cret@db/gw", "postgresql://shop:•••@db/gw"),
        ("Bearer gw_abcdefgh12345678", "Bearer gw_•••"),
    ],
)
def test_what_names_a_person_or_opens_a_door_is_hidden(written: str, shown: str) -> None:
    assert text(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22T15:00:00.000Z",
        "127.0.0.1:8767",
        "msg_01J5F3N8Z1234567890ABCDEFG",
        "/dev/ttyUSB0",
        "12d1:1506",
        "-105 dBm",
        "12345",
        "6.1.0-18-amd64",
    ],
)
def test_what_names_nobody_is_left(written: str) -> None:
    assert text(written) == written


def test_all_of_a_document_is_masked() -> None:
    value = {"a": ["+15145550123", 7, None, True], "b": ({"c": "490154203237518"},)}
    assert masked(value) == {
        "a": ["+15•••••••23", 7, None, True],
        "b": [{"c": "490••••••••••18"}],
    }


def test_events_hold_ids_and_states_only() -> None:
    change = Change(
        id="evt_1",
        seq=1,
        type="call.missed",
        subject="counter",
        data={"modem": "counter", "number": "+15145550123", "text": "hello", "state": "ready"},
        created_at_ms=0,
    )
    assert bundle.events([change]) == [
        {
            "id": "evt_1",
            "type": "call.missed",
            "created_at": "1970-01-01T00:00:00.000Z",
            "data": {"modem": "counter", "state": "ready"},
        }
    ]


def test_the_file_is_its_owner_s_and_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "support.zip"
    bundle.write(target, {"one": {"number": "+15145550123"}})
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as file:
        assert json.loads(file.read("one.json")) == {"number": "+15•••••••23"}
    with pytest.raises(FileExistsError):
        bundle.write(target, {})


def test_versions() -> None:
    found: Any = bundle.versions("1.0", DaemonFacts(standing=Standing.RUNNING, version="0.9"))
    assert (found["gatewayd"], found["daemon"]) == ("1.0", "0.9")
    assert {"python", "system", "sqlite", "aiohttp"} <= set(found)


def test_the_newest_recordings_are_in_it(tmp_path: Path) -> None:
    assert bundle.recordings(tmp_path) == {}
    (tmp_path / "troubles").mkdir()
    for number in range(bundle.RECORDINGS_KEPT + 2):
        (tmp_path / "troubles" / f"inc_{number}.at").write_text(f"# {number}\n")
    newest = f"inc_{bundle.RECORDINGS_KEPT + 1}.at"
    (tmp_path / "troubles" / newest).unlink()
    (tmp_path / "troubles" / newest).mkdir()
    recordings = bundle.recordings(tmp_path)
    assert len(recordings) == bundle.RECORDINGS_KEPT
    assert recordings[newest].startswith("# cannot be read")
    bundle.write(tmp_path / "support.zip", {}, recordings)
    with zipfile.ZipFile(tmp_path / "support.zip") as file:
        assert len(file.namelist()) == bundle.RECORDINGS_KEPT
        assert file.read(f"troubles/inc_{bundle.RECORDINGS_KEPT}.at") == b"# 5\n"
