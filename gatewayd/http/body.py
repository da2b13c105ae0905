"""The bytes of a request's body, bounded."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http.problems import Problem


async def read_body(request: web.Request, most: int, *, wanted: bool = True) -> bytes:
    """Read it, or nothing where it is not ``wanted``; raises Problem, also 413."""
    # A declared length is refused unread; what is not declared is cut off by aiohttp's reader.
    declared = request.content_length or 0
    if declared > most:
        raise _too_large(most)
    if not wanted:
        return b""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large(most) from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise _broken() from error


async def read_file(request: web.Request, most: int) -> bytes:
    """Read a body that may be larger than the server takes of others; raises Problem, also 413."""
    if (request.content_length or 0) > most:
        raise _too_large(most)
    found = bytearray()
    try:
        async for portion in request.content.iter_any():
            found += portion
            if len(found) > most:
                raise _too_large(most)
    except (web.RequestPayloadError, ConnectionError) as error:
        raise _broken() from error
    return bytes(found)


def _broken() -> Problem:
    detail = "the body ended early, or is not encoded as its headers say"
    return Problem(HTTPStatus.BAD_REQUEST, "body_broken", detail)


def _too_large(most: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"the body is larger than {most} bytes, the most that this server takes",
    )
