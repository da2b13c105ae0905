"""Composes modem, routing and storage: the daemon, its services, HTTP and the command line."""
