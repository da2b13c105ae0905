"""Alarms: what is wrong with the service itself reaches its administrators, once each."""
