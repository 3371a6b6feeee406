"""What a browser calls itself, in words that people know."""

from functools import lru_cache

_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@lru_cache(500)
def device_words(called: str) -> tuple[str, str]:
    """Browser and system of what a browser calls itself, empty where unknown."""
    browser = next((name for mark, name in _BROWSERS if mark in called), "")
    system = next((name for mark, name in _SYSTEMS if mark in called), "")
    return browser, system
