"""Events posted to other programs: Standard Webhooks 1.0, at least once, retried for three days."""
