"""The shapes on the wire: validation of what comes in, OpenAPI's schemas, and what goes out."""
