/**
 * While the sitting rests: until when, over the page, and for whoever runs the room the way to another hour. When it has
 * ended: each person's own notes as a file. Fetched when one of both comes.
 */
import { clock, el, find, icon, word } from './page.js';
import { styled } from './sheet.js';

export class Rest {
  #line; #press; #notes; #mid; #host = null; #drawn = ''; #key;

  constructor(line, press, { notes, mid }) {
    [this.#line, this.#press, this.#notes, this.#mid] = [line, press, notes, mid];
    styled();
    this.#key = `notes-offered-${mid}`;
    notes.addEventListener('tray', () => this.draw(line.now()));
    notes.ink.addEventListener('change', () => this.draw(line.now()));
  }

  draw(now) {
    const { state, resumes } = this.#line.state;
    const isOver = ['ended', 'minutes'].includes(state);
    // Guests read their notes here and take none along.
    const marks = isOver && this.#line.me.role !== 'guest' ? this.#notes.ink.own.length : 0;
    const left = resumes ? Math.ceil((resumes - now) / 60000) : null;
    const runs = this.#line.me.can.includes('run');
    const drawn = JSON.stringify([state, resumes, left, marks > 0, runs, isOver && sessionStorage.getItem(this.#key)]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (state === 'paused') this.#show('coffee', 'resting', this.#until(resumes, left), runs ? el('button', { class: 'b', type: 'button', 'data-pause-again': true, on: { click: () => this.#again() } }, word('pause-again')) : null);
    else if (marks && !sessionStorage.getItem(this.#key)) this.#show('note', 'over-title', word('over-notes'), this.#file(), this.#close());
    else this.#host?.remove();
  }

  #until(at, left) {
    if (at === null) return word('pause-open');
    return left > 0 ? word('pause-until', { at: clock(at), n: left }) : word('pause-late', { at: clock(at) });
  }

  /** What is said stays while its minutes run, so that it is announced once. */
  #show(name, title, note, ...acts) {
    this.#host ??= el('div', { class: 'm-rest', role: 'status' });
    if (!this.#host.isConnected) find('.m-over').prepend(this.#host);
    this.#host.replaceChildren(icon(name), el('p', { class: 'grow' }, el('b', {}, word(title)), ' ', el('span', { class: 'num' }, note)), ...acts.filter(Boolean));
  }

  async #again() { (await import('./seldom.js')).pause(this.#line, this.#press); }

  #file() { return el('a', { class: 'b p', href: `/api/v1/meetings/${this.#mid}/marks.docx`, download: true, 'data-notes-file': true }, icon('file-text'), word('over-file')); }

  #close() {
    const close = () => { sessionStorage.setItem(this.#key, '1'); this.draw(this.#line.now()); find('#doc').focus({ preventScroll: true }); };
    return el('button', { class: 'b g q', type: 'button', 'aria-label': word('notice-close'), on: { click: close } }, icon('x'));
  }
}
