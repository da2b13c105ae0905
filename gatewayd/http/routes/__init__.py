"""The routes of the API, by subject; gatewayd.http.app puts them into one table."""
