"""The APIs of other gateways, for programs that know those: same tokens, limits and journal."""
