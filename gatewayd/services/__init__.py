"""What clients may have done, whatever door they come through."""
