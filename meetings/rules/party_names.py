"""Forms in which units and people are written in running text."""

import re


def unit_names(name: str, short_name: str, letters: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Other forms in which a unit is written, and its letters: ``Sở NN&MT``, ``VP UBND tỉnh``."""
    forms = {short_name, name}
    for form in list(forms):
        forms |= {_swap(form, long, short) for long, short in _SHORTENED} | {
            _swap(form, short, long) for long, short in _SHORTENED
        }
    first, _, rest = name.partition(" ")
    if first in {"Sở", "Ban", "Phòng"}:
        signs = [_sign(word) for word in re.split(r"[\s,-]+", rest) if word]
        plain = "".join(sign for sign in signs if sign != "&")
        if len(plain) > 1:
            forms |= {f"{first} {''.join(signs)}", f"{first} {plain}"}
    return tuple(sorted(forms - {name, ""})), (letters,) if len(letters) > 2 else ()


_SHORTENED = (
    ("Ủy ban nhân dân", "UBND"),
    ("Uỷ ban nhân dân", "UBND"),
    ("Văn phòng", "VP"),
    ("Phòng ", "P. "),
    ("xã ", "X. "),
    ("phường ", "P. "),
    ("Thành phố", "TP"),
)


def _swap(form: str, one: str, other: str) -> str:
    return form.replace(one, other) if one in form else ""


def _sign(word: str) -> str:
    return "&" if word.lower() in {"và", "&"} else word[0].upper()


def person_names(full_name: str) -> tuple[str, ...]:
    """Other forms of a person's name: the given name, and with the middle name."""
    words = full_name.split()
    return tuple(dict.fromkeys([words[-1], " ".join(words[-2:])] if len(words) > 2 else words[-1:]))
