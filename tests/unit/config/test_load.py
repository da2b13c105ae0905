import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config import (
    ConfigError,
    ConfigNotFoundError,
    Listen,
    LogFormat,
    OnUnknown,
    SecretSource,
    find,
    from_mapping,
    load,
    load_with_origin,
)
from config.load import EXAMPLE_FILE, example

MINIMAL = '[gateway]\ncountry = "CA"\n'


def write(folder: Path, text: str) -> Path:
    file = folder / "gatewayd.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str) -> list[str]:
    file = write(folder, text)
    with pytest.raises(ConfigError) as raised:
        load(file)
    return [str(problem).removeprefix(f"{file}:") for problem in raised.value.problems]


def test_a_minimal_file_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = load(write(tmp_path, MINIMAL))

    assert settings.gateway.data_dir == Path("/var/lib/gatewayd")
    assert settings.http.listen == Listen(host="127.0.0.1", port=8767)
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8767)
    assert settings.http.socket == Path("/var/lib/gatewayd/gatewayd.sock")
    assert settings.modems == ()
    assert settings.sending.on_unknown is OnUnknown.HOLD
    assert settings.sending.validity == timedelta(days=2)
    assert settings.receiving.multipart_wait == timedelta(minutes=10)
    assert settings.retention.events == timedelta(days=30)
    assert settings.logging.format is LogFormat.AUTO
    assert settings.logging.mask_numbers


def test_the_example_of_the_contract_is_read(tmp_path: Path) -> None:
    settings = load(
        write(
            tmp_path,
            """
            [gateway]
            name = "Your Favorite Shop"
            country = "CA-QC"
            timezone = "America/Toronto"
            language = "fr"
            data_dir = "data"
            [http]
            listen = "[::1]:0"
            socket = "run/gatewayd.sock"
            [[modems]]
            name = "counter"
            device = "socket://127.0.0.1:4000"
            imei = "490154203237518"
            pin_file = "counter.pin"
            smsc = "+1 514 555-0999"
            number = "+15145550100"
            inbox = "main"
            min_interval_ms = 0
            max_per_hour = 100
            max_per_day = 500
            max_per_month = 5000
            price_per_part = "0.02 CAD"
            [storage]
            [sending]
            on_unknown = "resend"
            resend_after = "10m"
            max_attempts = 5
            max_parts = 10
            validity = "2d"
            [receiving]
            multipart_wait = "10m"
            """,
        )
    )

    assert settings.gateway.region == "CA"
    assert settings.gateway.data_dir == tmp_path / "data"
    assert settings.http.socket == tmp_path / "run/gatewayd.sock"
    assert settings.http.listen == Listen(host="::1", port=0)
    assert settings.http.listen.is_loopback
    modem = settings.modems[0]
    assert modem.smsc == "+15145550999"
    assert modem.pin_file == SecretSource(path=tmp_path / "counter.pin")
    assert str(modem.price_per_part) == "0.02 CAD"


def test_the_shipped_example_loads_and_sets_nothing_that_has_no_effect() -> None:
    loaded = load_with_origin(EXAMPLE_FILE)

    assert loaded.warnings == ()
    assert "gateway.country" in loaded.written
    assert "http.listen" not in loaded.written


def test_the_shipped_example_texts_nobody() -> None:
    loaded = load_with_origin(EXAMPLE_FILE)

    assert loaded.settings.alert_receivers == ()
    active = [line for line in example().splitlines() if not line.startswith("#")]
    assert not [line for line in active if re.search(r"\+\d", line.partition("#")[0])]


def test_every_commented_key_of_the_example_would_be_accepted(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ")
        for line in example().splitlines()
        if not line.startswith("# url") and not line.startswith("# gatewayd")
    ]
    text = "\n".join(line for line in lines if "=" in line.split("#")[0] or line.startswith("["))

    assert load(write(tmp_path, text)).modems[0].max_per_hour == 100


def test_all_problems_are_named_at_once_with_line_value_and_advice(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """listn = 3
[gatway]
name = "x"
[gateway]
county = "CA"
country = "QC"
max_parts = 4
[http]
listen = "8767"
tls = "yes"
[[modems]]
device = "auto"
[[modems]]
name = "b"
pin = "1234"
[sending]
validity = "forever"
""",
    )

    assert found == [
        (
            "1: listn = 3: no such key outside a table. "
            "Each key stands below the [table] that it belongs to."
        ),
        "2: [gatway]: no such table. Did you mean [gateway]?",
        '5: [gateway] county = "CA": no such key. Did you mean country?',
        (
            '6: [gateway] country = "QC": '
            'expected an ISO 3166 country or province such as "CA" or "CA-QC".'
        ),
        "7: [gateway] max_parts = 4: no such key. It belongs in [sending].",
        (
            '9: [http] listen = "8767": '
            'expected an IP address and a port of at most 65535, such as "127.0.0.1:8767" '
            'or "[::1]:8767".'
        ),
        '10: [http.tls] = "yes": expected a table.',
        (
            "11: [[modems]] 1 name: it is missing, "
            'expected a short name of small letters, digits, - and _, such as "counter".'
        ),
        # The PIN itself is not repeated.
        "15: [[modems]] 2 pin: no such key. Did you mean pin_file?",
        (
            '17: [sending] validity = "forever": '
            'expected a duration such as "90s", "5m", "2h" or "2d".'
        ),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('country = "CA"', "It belongs in [gateway]."),
        ("[zebra]", "The tables are [gateway], [http], [http.tls], [[modems]], "),
        (
            MINIMAL + "[http]\nzzz = 1",
            "The keys here are listen, socket, allowed_hosts, trusted_proxies, page_url.",
        ),
        (MINIMAL + "http = 3", "[gateway] http = 3: no such key."),
        ("http = 3\n" + MINIMAL, "[http] = 3: expected a table."),
        ("modems = 3\n" + MINIMAL, "expected one [[modems]] table per modem"),
        (MINIMAL + "[modems]\nname = 'a'", "expected one [[modems]] table per modem"),
        (MINIMAL + '[storage]\nurl = "postgresql://u:p@h/d"', "this version stores in SQLite only"),
        (MINIMAL + f'[http]\nsocket = "/{"x" * 110}"', "expected at most 107 octets"),
        ("[gateway", "not TOML at the end of the file: expected ']'"),
        ("x = 1\n y 3", "2: not TOML at column 4: expected '='"),
        (MINIMAL + "[gateway]\n", "not TOML"),
        (MINIMAL + f"[sending]\nmax_parts = {'9' * 5000}", "not TOML: a number in it is too long"),
        (MINIMAL + f"name = {'[' * 5000}", "not TOML: it is nested too deeply"),
    ],
)
def test_a_single_problem_says_what_to_do(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in "\n".join(problems(tmp_path, text))


def test_a_password_in_a_url_is_not_repeated(tmp_path: Path) -> None:
    found = problems(tmp_path, MINIMAL + '[storage]\nurl = "postgresql://u:hunter2@h/d"')

    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize(
    ("modems", "expected"),
    [
        ([{"name": "a"}, {"name": "a", "device": "/dev/x"}], "a name of its own"),
        ([{"name": "a"}, {"name": "b"}], 'expected imei = "…" beside it'),
        (
            [{"name": "a", "device": "/dev/x"}, {"name": "b", "device": "/dev/x"}],
            "a device of its own",
        ),
        (
            [{"name": "a", "imei": "490154203237518"}, {"name": "b", "imei": "490154203237518"}],
            "an IMEI of its own",
        ),
    ],
)
def test_modems_must_be_told_apart(
    tmp_path: Path, modems: list[dict[str, str]], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        from_mapping({"gateway": {"country": "CA"}, "modems": modems}, base=tmp_path)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"canary_to": "attic"}, r"the name of another modem \(b\)"),
        ({"canary_to": "a"}, r'expected "self"'),  # its own name
        (
            {"canary_to": "self", "canary_every": "10m", "canary_within": "11m"},
            "expected at most canary_every, 10m",
        ),
    ],
)
def test_a_canary_goes_to_ourselves_and_comes_before_the_next(
    tmp_path: Path, keys: dict[str, str], expected: str
) -> None:
    modems = [{"name": "a", "device": "/dev/x"} | keys, {"name": "b", "device": "/dev/y"}]
    with pytest.raises(ConfigError, match=expected):
        from_mapping({"gateway": {"country": "CA"}, "modems": modems}, base=tmp_path)


@pytest.mark.parametrize("to", ["self", "b", "+1 514 555 0100"])
def test_where_a_canary_may_go(tmp_path: Path, to: str) -> None:
    modems = [{"name": "a", "device": "/dev/x", "canary_to": to}, {"name": "b", "device": "/dev/y"}]
    settings = from_mapping({"gateway": {"country": "CA"}, "modems": modems}, base=tmp_path)

    assert settings.modems[0].canary_to == to.replace(" ", "")
    assert settings.modems[1].canary_to is None


TWO = [{"name": "a", "device": "/dev/x"}, {"name": "b", "device": "/dev/y", "inbox": "branch"}]


@pytest.mark.parametrize(
    ("inboxes", "expected"),
    [
        ({"name": "main"}, "expected one .*inboxes.* table per inbox"),
        ([{"name": "main"}, {"name": "main"}], "each inbox once"),
        ([{"name": "mian"}], "an inbox that a .*modems.* entry names"),
        ([{"name": "main", "failover_to": ["c"]}], "which are a, b"),
        ([{"name": "main", "failover_to": ["a"]}], "another modem than the only one"),
        ([{"name": "main", "failover_to": ["b", "b"]}], "a list of names, each once"),
        ([{"name": "main", "failover_to": ["B"]}], "a list of names, each once"),
        ([{"name": "main", "failover_to": "b"}], "a list of names, each once"),
        ([{"name": "main", "failover_after": "9ms"}], "a duration of 1s to 7d"),
    ],
)
def test_an_inbox_must_exist_and_another_modem_stand_in(
    tmp_path: Path, inboxes: Any, expected: str
) -> None:
    document = {"gateway": {"country": "CA"}, "modems": TWO, "inboxes": inboxes}
    with pytest.raises(ConfigError, match=expected):
        from_mapping(document, base=tmp_path)


def test_an_inbox_may_send_from_another_number(tmp_path: Path) -> None:
    entry = {"name": "main", "failover_to": ["b"], "failover_after": "5m"}
    document = {"gateway": {"country": "CA"}, "modems": TWO, "inboxes": [entry]}
    (inbox,) = from_mapping(document, base=tmp_path).inboxes

    assert (inbox.failover_to, inbox.failover_after) == (("b",), timedelta(minutes=5))


def test_a_wait_for_nobody_is_warned_about(tmp_path: Path) -> None:
    text = MINIMAL + '[[modems]]\nname = "a"\n[[inboxes]]\nname = "main"\nfailover_after = "5m"\n'
    loaded = load_with_origin(write(tmp_path, text))

    assert loaded.warnings == ("[[inboxes]] 1 failover_after has no effect without failover_to.",)
    assert loaded.settings.sending.pause_after_refused == 5


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"host": "mail.shop.example"}, "from_address.*expected beside host"),
        ({"user": "texts"}, "password_file.*user and password_file go together"),
        ({"password_file": "secret"}, "user.*user and password_file go together"),
        (
            {"user": "texts", "password_file": "secret", "security": "none"},
            "the password would be read on the way",
        ),
        ({"host": "mail.shop.example:587"}, "without a port"),
        ({"from_address": "Chez Nous <texts@shop.example>"}, "expected an e-mail address"),
    ],
)
def test_a_mail_server_is_described_whole(
    tmp_path: Path, keys: dict[str, str], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        from_mapping({"gateway": {"country": "CA"}, "smtp": keys}, base=tmp_path)


def test_keys_without_effect_are_warned_about(tmp_path: Path) -> None:
    loaded = load_with_origin(
        write(
            tmp_path,
            MINIMAL + '[http]\nlisten = "0.0.0.0:8767"\n[sending]\nresend_after = "1h"\n'
            '[[modems]]\nname = "a"\n',
        )
    )

    assert loaded.warnings == (
        '[sending] resend_after has no effect while on_unknown is "hold", the default.',
        (
            '[http] listen = "0.0.0.0:8767" lets other machines reach the API without encryption: '
            "tokens and messages can be read on the way. [http.tls] encrypts."
        ),
    )


def test_a_configuration_without_modems_is_warned_about(tmp_path: Path) -> None:
    (warning,) = load_with_origin(write(tmp_path, MINIMAL)).warnings

    assert warning.startswith("No [[modems]] is named")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFoundError, match="no configuration file at"):
        load(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="this is a folder"):
        load(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"[gateway]\nname = '\xe9'\n")
    with pytest.raises(ConfigError, match=r"latin.toml:2: expected UTF-8 text"):
        load(latin)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        load(large)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "gatewayd.toml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())

    assert load(file).gateway.country == "CA"


def test_the_file_is_found_in_the_documented_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # By name it would be the function of that name.
    monkeypatch.setattr(sys.modules["config.load"], "SYSTEM_FILE", tmp_path / "etc.toml")

    with pytest.raises(ConfigNotFoundError, match=r"gatewayd\.toml or .*etc\.toml"):
        find(None, {})
    (tmp_path / "etc.toml").touch()
    assert find(None, {}) == tmp_path / "etc.toml"
    (tmp_path / "gatewayd.toml").touch()
    assert find(None, {}) == Path("gatewayd.toml")
    assert find(None, {"GATEWAYD_CONFIG": "/x.toml"}) == Path("/x.toml")
    assert find(Path("/y.toml"), {"GATEWAYD_CONFIG": "/x.toml"}) == Path("/y.toml")
