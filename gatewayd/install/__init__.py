"""Sets gatewayd up as this machine's service, from a wheel, and takes it away again."""
