"""A clerk's hand on the form of a received document: keys alone, every one of them counted."""

import unicodedata

from playwright.sync_api import Page

from intranet.core.text import toned

#: Seconds that a key takes whoever types every day.
STROKE = 0.28
#: What the form says, by the name of the field; of a choice its words.
_SAID = """() => Object.fromEntries([...document.getElementById('intake-form').elements]
  .filter((one) => one.name && (one.type !== 'radio' || one.checked))
  .map((one) => [one.name, one.tagName === 'SELECT' ? one.selectedOptions[0]?.text ?? '' : one.value]))"""
#: How far it is: 0 there, 1 further down the page, -1 further up.
_WAY = """(where) => {
  const here = document.activeElement, there = document.querySelector(where);
  if (here === there) return 0;
  return here.compareDocumentPosition(there) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1;
}"""
#: In the order in which they stand, so that the hand goes down the form once.
_FIELDS = (
    "code", "doc_date", "subject", "issuer", "kind_id", "signer_name", "signer_title", "reply_to", "urgency",
    "due_date", "signer_authority",
)  # fmt: skip
_MOST_TABS = 80


class Hand:
    """Presses keys and counts them, of one paper and of all."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.total = self.count = self.fixing = 0

    def begin(self) -> None:
        """Take the next paper up."""
        self.count = self.fixing = 0

    def press(self, key: str, times: int = 1) -> None:
        """One key or chord, so many times."""
        for _ in range(times):
            self.page.keyboard.press(key)
        self._add(times)

    def type(self, text: str) -> None:
        """Write over what stands in the field; marks are keys of their own."""
        self.press("Control+A")
        if not text:
            self.press("Delete")
            return
        self.page.keyboard.type(text)
        self._add(sum(2 if one in "đĐ" else 1 for one in unicodedata.normalize("NFD", text)))

    def walk(self, where: str) -> None:
        """Go to a field or button by Tab.

        :raises RuntimeError: no key leads there.
        """
        for _ in range(_MOST_TABS):
            way = self.page.evaluate(_WAY, where)
            if not way:
                return
            self.press("Tab" if way > 0 else "Shift+Tab")
        raise RuntimeError(f"no key leads to {where}")

    def put_right(self, want: dict[str, str]) -> dict[str, str]:
        """Compare the form with the paper and correct it; returns what stood in each field that was wrong."""
        before, said = self.count, self.page.evaluate(_SAID)
        known = [name for name in _FIELDS if name in want]
        wrong = {name: said[name] for name in known if toned(said[name]) != toned(want[name])}
        for name, read in wrong.items():
            self._put(name, read, want[name])
        self.fixing += self.count - before
        return wrong

    def _put(self, name: str, read: str, value: str) -> None:
        if name == "urgency":
            self.walk("#urgency input:checked")
            steps = int(value) - int(read)
            self.press("ArrowRight" if steps > 0 else "ArrowLeft", abs(steps))
            return
        if not self.page.locator(f"#{name}").is_visible():
            self.walk("#intake-form summary")
            self.press("Enter")
        self.walk(f"#{name}")
        if name != "kind_id":
            self.type(value.replace("/", "") if name.endswith("_date") else value)
            return
        words = self.page.locator("#kind_id option").all_inner_texts()
        steps = words.index(value) - words.index(read)
        self.press("ArrowDown" if steps > 0 else "ArrowUp", abs(steps))

    def _add(self, keys: int) -> None:
        self.count += keys
        self.total += keys
