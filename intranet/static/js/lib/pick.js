/** The searchable list. Loaded only by pages that have one; typing without marks finds names with them. */
import TomSelect from 'tom-select/base';
import removeButton from 'tom-select/dist/esm/plugins/remove_button/plugin.js';
import { word } from './words.js';

TomSelect.define('remove_button', removeButton);

function linkStyle() {
  const href = document.body.dataset.pickerCss;
  if (!href || document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement('link');
  Object.assign(link, { rel: 'stylesheet', href });
  document.head.append(link);
}

function option(data) {
  const box = document.createElement('div');
  box.textContent = data.text;
  if (data.note) {
    const note = document.createElement('small');
    note.textContent = data.note;
    box.append(note);
  }
  return box;
}

function plainLine(className, text) {
  const box = document.createElement('div');
  box.className = className;
  box.textContent = text;
  if (className === 'no-results') {
    box.setAttribute('role', 'option');
    box.setAttribute('aria-disabled', 'true');
  }
  return box;
}

export function pick(select) {
  if (select.tomselect) return select.tomselect;
  linkStyle();
  const source = select.dataset.pick;
  const many = select.multiple;
  const list = new TomSelect(select, {
    plugins: many ? { remove_button: { title: word('remove'), label: '×' } } : {},
    create: 'create' in select.dataset,
    createOnBlur: 'create' in select.dataset,
    maxOptions: 200,
    hideSelected: many,
    closeAfterSelect: !many,
    selectOnTab: true,
    searchField: ['text', 'note'],
    placeholder: select.getAttribute('placeholder') ?? word('type-to-find'),
    hidePlaceholder: true,
    refreshThrottle: 60,
    onItemAdd() {
      this.setTextboxValue('');
      this.refreshOptions(false);
    },
    preload: source ? 'focus' : false,
    load: source
      ? (query, done) => {
          const url = new URL(source, location.href);
          url.searchParams.set('q', query);
          fetch(url, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
            .then((response) => (response.ok ? response.json() : []))
            .then((list) => done(list.items ?? list), () => done());
        }
      : undefined,
    render: {
      option,
      item: (data) => plainLine('item', data.text),
      option_create: (data) => plainLine('create', word('add-new', { text: data.input })),
      no_results: () => plainLine('no-results', word('none-found')),
      loading: () => plainLine('no-results', word('finding')),
    },
  });
  for (const name of ['aria-invalid', 'aria-describedby', 'aria-label'])
    if (select.hasAttribute(name)) list.control_input.setAttribute(name, select.getAttribute(name));
  select.setAttribute('aria-hidden', 'true');
  return list;
}
