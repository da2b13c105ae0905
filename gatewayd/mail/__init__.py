"""E-mail that rules ask for: written, handed to a mail server, tried again."""
