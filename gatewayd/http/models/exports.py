"""What is asked of an export."""

from typing import Annotated

from pydantic import Field

from gatewayd.exports.formats import Format
from gatewayd.http.models.base import Query
from gatewayd.http.models.editing import Language


class ExportQuery(Query):
    """How a conversation is wanted."""

    format: Format = Format.JSON
    language: Annotated[
        Language | None,
        Field(description="of the page to print; by default the one that your browser asks for"),
    ] = None
