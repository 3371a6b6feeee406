"""Keys as a hand has them: one press, one chord, one click, one drop, counted in the page itself."""

from playwright.sync_api import Page

_COUNT = """() => {
  const add = (what) => {
    sessionStorage.setItem('pressed', `${sessionStorage.getItem('pressed') ?? ''}${what} `);
  };
  const alone = ['Control', 'Shift', 'Alt', 'Meta'];
  addEventListener('keydown', (event) => {
    if (!event.isTrusted || alone.includes(event.key)) return;
    const held = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt'].filter(Boolean);
    add([...held, event.key === ' ' ? 'Space' : event.key].join('+'));
  }, true);
  addEventListener('pointerdown', (event) => { if (event.isTrusted) add('click'); }, true);
  addEventListener('change', (event) => { if (event.target.type === 'file') add('drop'); }, true);
}"""


def listen(page: Page) -> None:
    """Count from now on, on every page that this one opens."""
    page.add_init_script(f"({_COUNT})()")


def forget(page: Page) -> None:
    """Begin anew."""
    page.evaluate("() => sessionStorage.removeItem('pressed')")


def pressed(page: Page) -> list[str]:
    """What was pressed since, in order."""
    text = page.evaluate("() => sessionStorage.getItem('pressed')") or ""
    return str(text).split()
