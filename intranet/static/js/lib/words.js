/** The few sentences that script shows; they are written in layouts/_overlays.html, where they can be translated. */
export function word(name, data = {}) {
  const shape = document.getElementById('words');
  const found = shape?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? '';
  return found.replace(/\{(\w+)\}/g, (whole, key) => data[key] ?? whole);
}
