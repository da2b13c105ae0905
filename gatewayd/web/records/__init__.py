"""Pages of what is on record: who did what, who looked at what, and exports."""
