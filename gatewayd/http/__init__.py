"""The local HTTP API: /v1 on TCP and on the unix socket."""
