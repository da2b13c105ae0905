"""The API's own page, `/docs`: to read, and to try."""
