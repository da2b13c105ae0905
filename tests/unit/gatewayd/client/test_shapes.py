"""The client's shapes are those of the OpenAPI document."""

from typing import Any

import pytest

from gatewayd.client import shapes
from gatewayd.http.app import ROUTES
from gatewayd.http.openapi import document

SCHEMAS: dict[str, Any] = document(ROUTES, version="1")["components"]["schemas"]
NAMES = {"FormerContact": "Former", "Page": "ContactPage"}
SHAPES = [
    name
    for name, value in vars(shapes).items()
    if isinstance(value, type) and hasattr(value, "__required_keys__") and name != "TypedDict"
]


def test_they_are_all_looked_at() -> None:
    assert {"Message", "Contact", "Conversation", "TimelineEntry", "Page"} <= set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_fields_that_every_answer_has(name: str) -> None:
    schema = SCHEMAS[NAMES.get(name, name)]
    shape = getattr(shapes, name)

    # A field that is new on the wire need not be here yet; one that is here is on the wire.
    assert shape.__required_keys__ | shape.__optional_keys__ <= set(schema["properties"])
    assert shape.__required_keys__ <= set(schema["required"])
