"""The one error of the TPDU codec.

Owns PduError; knows nothing of any field.
"""


class PduError(Exception):
    """These octets are no TPDU that can be read, or this value none that can be written.

    `code` is a stable snake_case word for programs, `detail` a plain sentence for people, and
    `offset` the octet (of a TPDU being read) or the character (of a text being written) at which
    the trouble lies, where there is one.
    """

    def __init__(self, code: str, detail: str, *, offset: int | None = None) -> None:
        super().__init__(code, detail, offset)
        self.code = code
        self.detail = detail
        self.offset = offset

    def __str__(self) -> str:
        where = "" if self.offset is None else f" (at {self.offset})"
        return f"{self.code}: {self.detail}{where}"
