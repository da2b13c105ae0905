"""What can be wrong with the listener's encryption. Loads no library."""


class TlsError(Exception):
    """A certificate or key cannot be used; a sentence that says which file and what to do."""
