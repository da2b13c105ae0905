"""What is wrong with the certificate that the configuration names, for commands and the doctor.

Owns asking before the daemon does. Loads what reads certificates only where one is named.
"""

from config.schema import Settings


def certificate_troubles(settings: Settings) -> list[str]:
    """Say why the listener could not use the certificate, or why clients would not take it."""
    tls = settings.http_tls
    if tls.certificate is None or tls.key is None:
        return []  # the shop's own authority mends what it finds
    from gatewayd.tls import errors, material  # noqa: PLC0415 - for those who encrypt only

    if tls.certificate.credential is not None or tls.key.credential is not None:
        return []  # only the unit itself is given it
    try:
        pair = material.read_pair(tls.certificate, tls.key)
    except errors.TlsError as error:
        return [str(error)]
    doubt = pair.doubt(material.now())
    return [] if doubt is None else [doubt]
