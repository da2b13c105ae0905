"""A virtual GSM modem and the network behind it: for the demo, for tests, for other people."""
