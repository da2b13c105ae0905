"""The store: schema, migrations and every SQL statement. Knows rows, not bytes on a wire."""
