"""What a browser calls itself, as its owner knows it: "Firefox · Windows"."""

# The first that is found: each browser also names those that it is made of or wants to be.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_LONGEST = 80


def device_name(user_agent: str) -> str:
    """Name a browser and what it runs on; as it calls itself where it is none that we know."""
    known = (
        next((name for sign, name in names if sign in user_agent), None)
        for names in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in known if name) or user_agent[:_LONGEST]
