import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from config import LogFormat, LoggingSettings, LogLevel
from gatewayd import logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def written(settings: LoggingSettings, **facts: object) -> str:
    stream = io.StringIO()
    logs.configure(settings, stream=stream)
    structlog.get_logger("gatewayd.test").info("message_stored", **facts)
    return stream.getvalue()


def as_json(**facts: object) -> dict[str, object]:
    entry = json.loads(written(LoggingSettings(format=LogFormat.JSON), **facts))
    assert isinstance(entry, dict)
    return entry


def test_an_entry_is_one_line_of_json_with_its_facts() -> None:
    entry = as_json(message="msg_1", parts=2)

    assert entry["event"] == "message_stored"
    assert entry["level"] == "info"
    assert entry["logger"] == "gatewayd.test"
    assert (entry["message"], entry["parts"]) == ("msg_1", 2)
    assert str(entry["timestamp"]).endswith("Z")


def test_off_a_terminal_the_default_is_json() -> None:
    assert json.loads(written(LoggingSettings()))["event"] == "message_stored"


def test_console_is_for_people() -> None:
    line = written(LoggingSettings(format=LogFormat.CONSOLE), to="+15145550123")

    assert "message_stored" in line
    assert "to=+15•••••••23" in line


def test_numbers_are_masked_wherever_they_stand() -> None:
    entry = as_json(
        to="+15145550123",
        sender="5145550123",
        detail="for +15145550123!",
        nested={"number": "+15145550123", "list": ["+15145550123"]},
        code="12345",
        imei="490154203237518",
    )

    assert entry["to"] == "+15•••••••23"
    assert entry["sender"] == "514•••••23"
    assert entry["detail"] == "for +15•••••••23!"
    assert entry["nested"] == {"number": "+15•••••••23", "list": ["+15•••••••23"]}
    assert entry["code"] == "12345"
    assert entry["imei"] == "490154203237518"


def test_numbers_are_shown_when_configured() -> None:
    settings = LoggingSettings(format=LogFormat.JSON, mask_numbers=False)

    assert json.loads(written(settings, to="+15145550123"))["to"] == "+15145550123"


def test_texts_are_never_written_even_when_numbers_are() -> None:
    settings = LoggingSettings(format=LogFormat.JSON, mask_numbers=False)

    line = written(settings, text="secret", nested={"pdu": b"secret", "body": ["secret"]})

    assert "secret" not in line
    assert json.loads(line)["text"] == "<6 long>"


def test_an_exception_is_data_without_locals() -> None:
    stream = io.StringIO()
    logs.configure(LoggingSettings(format=LogFormat.JSON), stream=stream)
    number = "+15145550123"
    try:
        int(f"no number: {number}")
    except ValueError:
        structlog.get_logger().exception("unit_failed")

    entry = json.loads(stream.getvalue())

    assert entry["exception"][0]["exc_type"] == "ValueError"
    assert number not in stream.getvalue()
    assert "locals" not in entry["exception"][0]["frames"][0]


def test_the_standard_library_logs_the_same_way_and_the_chatty_are_quiet() -> None:
    stream = io.StringIO()
    logs.configure(LoggingSettings(format=LogFormat.JSON), stream=stream)
    logging.getLogger("alembic").info("chatter")
    logging.getLogger("asyncio").warning("slow callback for %s", "+15145550123")

    entry = json.loads(stream.getvalue())

    assert entry["event"] == "slow callback for +15•••••••23"
    assert entry["level"] == "warning"


def test_the_level_holds() -> None:
    assert written(LoggingSettings(level=LogLevel.WARNING)) == ""


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+15145550123", "+15•••••••23"), ("12345", "12345"), ("123456", "123456"), ("", "")],
)
def test_short_codes_name_services_and_stay(number: str, masked: str) -> None:
    assert logs.mask(number) == masked


def test_what_a_full_disk_says_at_each_try_is_said_once_a_minute() -> None:
    now = [100.0]
    repeats = logs.Repeats(monotonic=lambda: now[0])

    def said(event: str = "store_unavailable", name: str = "a", **facts: object) -> object:
        try:
            return repeats(logging.getLogger(name), "error", {"event": event, **facts})
        except structlog.DropEvent:
            return None

    full = {"reason": "database or disk is full"}
    assert said(**full) == {"event": "store_unavailable", **full}
    now[0] += 59
    assert said(**full) is None
    assert said(**full) is None
    assert said(reason="another") is not None
    assert said(name="b", **full) is not None
    assert said("message_unknown", **full) is not None
    assert said("message_unknown", **full) is not None
    now[0] += 1
    assert said(**full) == {"event": "store_unavailable", **full, "repeated": 2}
    now[0] += 60
    assert said(**full) == {"event": "store_unavailable", **full}


def test_kinds_of_what_is_repeated_are_not_kept_for_ever() -> None:
    repeats = logs.Repeats(monotonic=lambda: 0.0)
    for number in range(1000):
        entry = {"event": "store_unavailable", "reason": str(number)}
        repeats(logging.getLogger("a"), "error", entry)
    assert len(repeats._said) <= 256


def test_a_configured_log_has_it_once() -> None:
    stream = io.StringIO()
    logs.configure(LoggingSettings(), stream=stream)
    for _ in range(3):
        structlog.get_logger("gatewayd.test").error("store_unavailable", reason="full")
    assert len(stream.getvalue().splitlines()) == 1
