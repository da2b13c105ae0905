"""What the listener shows at this moment: reads it, renews the shop's own, takes up what changed.

A connection that is open goes on with what it began with; the next one gets the new certificate.
What cannot be used changes nothing, and says so.
"""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from config.schema import Settings
from gatewayd.tls import authority, material
from gatewayd.tls.addresses import Address, lan_addresses
from gatewayd.tls.errors import TlsError
from gatewayd.tls.material import Pair

LOOK_SECONDS = 60.0
"""A renewed certificate is noticed within so long; SIGHUP is faster."""

_log = structlog.get_logger(__name__)


class Certificates:
    """The pair in force, and the one context that the listener keeps."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = material.now,
        addresses: Callable[[], tuple[Address, ...]] = lan_addresses,
    ) -> None:
        """Read what there is; raises TlsError where nothing can be shown."""
        self._settings = settings
        self._now = now
        self._addresses = addresses
        self._renew()
        self._pair = self._read()
        self._stamps = material.stamps(self._files())
        self._refused: str | None = None
        self._current = self._pair.context()
        # Its own context for each handshake: what one has loaded cannot be exchanged as a whole.
        self.context = self._pair.context()
        self.context.sni_callback = self._choose
        self._say("tls_certificate_in_force")

    @property
    def pair(self) -> Pair:
        """What is shown now."""
        return self._pair

    def authority(self) -> tuple[bytes, str] | None:
        """Give the shop's authority and its fingerprint; None where another one signs."""
        if not self._settings.http_tls.local_authority:
            return None
        return authority.authority_of(self._settings)

    async def keep(self, hung_up: asyncio.Event) -> None:
        """Look now and then, and at once after a SIGHUP; runs until cancelled."""
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await hung_up.wait()
            except TimeoutError:
                pass
            told = hung_up.is_set()
            hung_up.clear()
            await asyncio.to_thread(self.look, even_unchanged=told)

    def look(self, *, even_unchanged: bool = False) -> None:
        """Take up what has changed; a pair that cannot be used is refused in the log."""
        try:
            self._renew()
            stamps = material.stamps(self._files())
            if stamps == self._stamps and not even_unchanged:
                return
            self._stamps = stamps
            pair = self._read()
            if pair.fingerprint == self._pair.fingerprint and self._refused is None:
                return
            self._current = pair.context()
        except TlsError as error:
            if str(error) != self._refused or even_unchanged:
                _log.error("tls_certificate_refused", reason=str(error))
            self._refused = str(error)
            return
        self._pair, self._refused = pair, None
        self._say("tls_certificate_taken_up")

    def _renew(self) -> None:
        if self._settings.http_tls.local_authority and authority.ensure(
            self._settings, addresses=self._addresses(), now=self._now()
        ):
            _log.info("tls_certificate_made", folder=str(authority.place_of(self._settings).folder))

    def _read(self) -> Pair:
        tls = self._settings.http_tls
        if tls.local_authority or tls.certificate is None or tls.key is None:
            return authority.server_pair(self._settings)
        return material.read_pair(tls.certificate, tls.key)

    def _files(self) -> tuple[Path, ...]:
        tls = self._settings.http_tls
        if tls.local_authority or tls.certificate is None or tls.key is None:
            place = authority.place_of(self._settings)
            return (place.server, place.server_key)
        return tuple(source.locate() for source in (tls.certificate, tls.key))

    def _choose(
        self, handshake: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _own: ssl.SSLContext
    ) -> None:
        handshake.context = self._current

    def _say(self, event: str) -> None:
        pair = self._pair
        doubt = pair.doubt(self._now())
        (_log.info if doubt is None else _log.error)(
            event,
            names=list(pair.names),
            expires=f"{pair.not_after:%Y-%m-%d}",
            fingerprint=pair.fingerprint,
            **({} if doubt is None else {"trouble": doubt}),
        )
