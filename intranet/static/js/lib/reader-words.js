// Words that the PDF component asks for: page landmarks and the like. It knows no Vietnamese of its own.
const words = {
  'pdfjs-page-landmark': (args) => `Trang ${args?.page ?? ''}`.trim(),
  'pdfjs-text-annotation-type': () => 'Ghi chú trong tệp',
};

/** The component's interface for words, answered without fetching anything. */
export class ReaderWords {
  getLanguage() { return 'vi'; }
  getDirection() { return 'ltr'; }
  async get(ids, args = null, fallback = '') { return words[ids]?.(args) ?? fallback; }
  async translate(element) { for (const one of element.querySelectorAll('[data-l10n-id]')) this.#say(one); }
  async translateOnce(element) { this.#say(element); }
  async destroy() {}
  pause() {}
  resume() {}

  #say(element) {
    const word = words[element.dataset.l10nId];
    if (!word) return;
    let args = null;
    try { args = JSON.parse(element.dataset.l10nArgs || 'null'); } catch { /* the component writes it, so it parses */ }
    element.setAttribute('aria-label', word(args));
  }
}

export const problems = {
  password: 'Tệp có mật khẩu nên không xem được ở đây. Hãy tải tệp về.',
  broken: 'Tệp hỏng hoặc không phải PDF. Hãy tải tệp về để kiểm tra.',
  missing: 'Tệp không còn hoặc bạn không được xem.',
  network: 'Chưa tải được tệp. Hãy kiểm tra kết nối rồi thử lại.',
};
