"""Successful answers from models."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel


def json_of(
    model: BaseModel,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Answer with a model as JSON."""
    return json_text(model.model_dump_json(), status=status, headers=headers)


def json_text(
    text: str, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with JSON that is written already."""
    return web.Response(
        status=status.value, text=text, content_type="application/json", headers=headers
    )
