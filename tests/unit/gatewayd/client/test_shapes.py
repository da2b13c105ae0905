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
def test_a_shape_has_the_fields_of_the_document(name: str) -> None:
    schema = SCHEMAS[NAMES.get(name, name)]
    shape = getattr(shapes, name)

    assert shape.__required_keys__ | shape.__optional_keys__ == set(schema["properties"])
    if name != "Message":  # the document cannot say of a default that it may be left out
        assert shape.__required_keys__ == set(schema["properties"])
