"""What a text must look like: a pattern for programs, and the same in words for people."""

from collections.abc import Mapping

SLUG = r"^[a-z0-9][a-z0-9._-]{0,31}$"
EMAIL = r"^[^@\s]+@[^@\s]+$"
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]+$"
SAYS_SOMETHING = r"\S"
SHA256 = "^[0-9a-f]{64}$"

WORDS: Mapping[str, str] = {
    SLUG: "must be 1 to 32 small letters a to z, digits, '.', '_' and '-', and begin with a letter "
    "or a digit",
    EMAIL: "must be an e-mail address, such as marie@shop.example",
    PRINTABLE: "must not have control characters, such as line ends, in it",
    SAYS_SOMETHING: "must not be blank",
    SHA256: "must be the 64 hexadecimal digits of a SHA-256 in small letters",
}
