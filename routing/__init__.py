"""Decisions as pure, total functions, without a clock of their own."""
