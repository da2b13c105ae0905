import os
from pathlib import Path

import pytest

from config import ConfigError, SecretError, SecretSource, from_mapping, read_pin


def secret(folder: Path, content: bytes, mode: int = 0o600) -> SecretSource:
    file = folder / "pin"
    file.write_bytes(content)
    file.chmod(mode)
    return SecretSource(path=file)


def test_a_pin_is_read_without_its_line_end(tmp_path: Path) -> None:
    assert read_pin(secret(tmp_path, b"1234\r\n")) == "1234"


def test_a_credential_is_read_from_systemd(tmp_path: Path) -> None:
    secret(tmp_path, b"12345678", mode=0o444)

    source = SecretSource.parse("credential:pin")

    assert read_pin(source, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "12345678"
    assert str(source) == "credential:pin"


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (b"12345", 0o604, "can be read by everybody: run chmod 600"),
        (b"", 0o600, "is empty"),
        (b"1" * 5000, 0o600, "is too long"),
        (b"\xff\xfe", 0o600, "is not text"),
        (b"123", 0o600, "does not hold a PIN"),
        (b"secret", 0o600, "does not hold a PIN"),
    ],
)
def test_an_unusable_file_is_named_but_not_quoted(
    tmp_path: Path, content: bytes, mode: int, expected: str
) -> None:
    source = secret(tmp_path, content, mode)

    with pytest.raises(SecretError, match=expected) as raised:
        read_pin(source)

    assert str(source.path) in str(raised.value)
    assert "secret" not in str(raised.value).replace("for a secret", "")


def test_an_absent_file_folder_or_credential_is_said(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="does not exist"):
        SecretSource(path=tmp_path / "absent").read()
    with pytest.raises(SecretError, match="is not a file"):
        SecretSource(path=tmp_path).read()
    with pytest.raises(SecretError, match="LoadCredential="):
        SecretSource.parse("credential:pin").read({})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be read: Permission denied"):
        secret(tmp_path, b"1234", mode=0o000).read()


@pytest.mark.parametrize("text", ["credential:", "credential:../x", "credential:..", ""])
def test_an_unusable_name_is_a_problem_of_the_configuration(tmp_path: Path, text: str) -> None:
    modem = {"name": "a", "pin_file": text}

    with pytest.raises(ConfigError, match='or "credential:NAME"'):
        from_mapping({"gateway": {"country": "CA"}, "modems": [modem]}, base=tmp_path)
