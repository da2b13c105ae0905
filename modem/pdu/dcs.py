"""TP-Data-Coding-Scheme: which alphabet, which class, which lamp (23.038 §4).

Owns the meaning of the one octet; decodes no text.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum, auto


class Alphabet(StrEnum):
    """What the user data is written in."""

    GSM7 = auto()
    DATA8 = auto()
    UCS2 = auto()


class Lamp(IntEnum):
    """Which message-waiting indicator is meant (23.038 §4)."""

    VOICEMAIL = 0
    FAX = 1
    EMAIL = 2
    OTHER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWaiting:
    """The network's word that something waits (or no longer waits) at another service."""

    lamp: Lamp
    active: bool
    store: bool


_ALPHABETS = (Alphabet.GSM7, Alphabet.DATA8, Alphabet.UCS2, Alphabet.GSM7)
_LAST_GENERAL_GROUP = 0x7
_DISCARD, _STORE, _STORE_UCS2, _CLASS = 0xC, 0xD, 0xE, 0xF


@dataclass(frozen=True, slots=True)
class DataCoding:
    """One octet; any value 0 to 255. Reserved codings read as GSM 7-bit, as §4 demands."""

    raw: int = 0

    @classmethod
    def of(cls, alphabet: Alphabet, message_class: int | None = None) -> "DataCoding":
        """Make the general-group coding (0x00 to 0x1F) of this alphabet and class (0 to 3)."""
        bits = _ALPHABETS.index(alphabet) << 2
        return cls(bits if message_class is None else bits | 0x10 | message_class)

    @property
    def group(self) -> int:
        """The coding group: the four high bits."""
        return self.raw >> 4

    @property
    def alphabet(self) -> Alphabet:
        """What the user data is written in."""
        if self.group <= _LAST_GENERAL_GROUP:
            return _ALPHABETS[self.raw >> 2 & 0x03]
        if self.group == _STORE_UCS2:
            return Alphabet.UCS2
        if self.group == _CLASS and self.raw & 0x04:
            return Alphabet.DATA8
        return Alphabet.GSM7

    @property
    def compressed(self) -> bool:
        """Whether the user data is compressed (23.042), which this codec does not undo."""
        return self.group <= _LAST_GENERAL_GROUP and bool(self.raw & 0x20)

    @property
    def message_class(self) -> int | None:
        """0 flash (shown, not stored), 1 the phone's, 2 the SIM's, 3 the terminal's, or None."""
        general_with_class = self.group <= _LAST_GENERAL_GROUP and bool(self.raw & 0x10)
        return self.raw & 0x03 if general_with_class or self.group == _CLASS else None

    @property
    def automatic_deletion(self) -> bool:
        """Whether the sender marked it to be deleted once read (groups 01xx)."""
        return self.raw >> 6 == 0x1

    @property
    def message_waiting(self) -> MessageWaiting | None:
        """The lamp this message switches, if its group is one of the message-waiting ones."""
        if self.group not in {_DISCARD, _STORE, _STORE_UCS2}:
            return None
        return MessageWaiting(
            lamp=Lamp(self.raw & 0x03),
            active=bool(self.raw & 0x08),
            store=self.group != _DISCARD,
        )
