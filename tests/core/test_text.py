"""Vietnamese text: stored in one form, compared in another."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from intranet.core.text import fold, initials, nfc, one_line, toned


def test_a_word_is_the_same_with_and_without_marks_composed_or_not() -> None:
    assert fold("Quyết ĐỊNH") == fold("quyet dinh") == fold(unicodedata.normalize("NFD", "quyết định"))


def test_old_and_new_places_of_a_tone_mark_are_one_word() -> None:
    assert toned("hòa thỏa") == toned("hoà thoả")
    assert toned("hòa") != toned("hóa")


def test_a_symbol_becomes_its_words() -> None:
    assert fold("05/QĐ-UBND") == "05 qd ubnd"


def test_toned_words_keep_shape_and_tone() -> None:
    assert toned("quyết đường") == "quye1t5s d4u3o3ng5f"


def test_a_one_line_text_loses_breaks_and_marks_that_turn_the_line() -> None:
    assert one_line("  a\n b\u202e c ") == "a b c"


def test_an_avatar_shows_the_last_two_words_of_a_name() -> None:
    assert initials("Lê Thị Hồng Nhung") == "HN"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạốừễợ ĐẶ", max_size=40))
def test_vietnamese_folds_to_plain_ascii(text: str) -> None:
    assert fold(text).isascii()
    assert toned(nfc(text)).isascii()
