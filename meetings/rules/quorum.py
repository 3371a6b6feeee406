"""How many must be there. Whole numbers only: two thirds of fifteen is ten, never 9.99."""


def needed(of: int, num: int, den: int) -> int:
    """The least number that is ``num``/``den`` of all."""
    return -(-of * num // den)


def is_met(present: int, of: int, num: int, den: int) -> bool:
    """True when those present are ``num``/``den`` of all, and there is anybody at all."""
    return of > 0 and present * den >= of * num
