"""What IT wrote, typed: the TOML file, its defaults and its errors. Imports nothing of ours."""

from config.build import from_mapping
from config.load import Loaded, example, find, load, load_with_origin
from config.problems import ConfigError, ConfigNotFoundError, Problem
from config.schema import (
    GatewaySettings,
    HttpSettings,
    Language,
    LogFormat,
    LoggingSettings,
    LogLevel,
    ModemSettings,
    OnUnknown,
    ReceivingSettings,
    RetentionSettings,
    SendingSettings,
    Settings,
    StorageSettings,
)
from config.secrets import SecretError, SecretSource, read_pin
from config.values import Listen, Price

__all__ = [
    "ConfigError",
    "ConfigNotFoundError",
    "GatewaySettings",
    "HttpSettings",
    "Language",
    "Listen",
    "Loaded",
    "LogFormat",
    "LogLevel",
    "LoggingSettings",
    "ModemSettings",
    "OnUnknown",
    "Price",
    "Problem",
    "ReceivingSettings",
    "RetentionSettings",
    "SecretError",
    "SecretSource",
    "SendingSettings",
    "Settings",
    "StorageSettings",
    "example",
    "find",
    "from_mapping",
    "load",
    "load_with_origin",
    "read_pin",
]
