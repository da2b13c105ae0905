"""Pages of contacts: found, read, edited, made one or two, taken in and out, erased."""
