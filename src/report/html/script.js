'use strict';
// Filters, sorts and searches the rows, and opens the one that the address names. Without it the page is complete.
(() => {
  const list = document.getElementById('rows');
  const controls = document.getElementById('controls');
  if (!list || !controls) return;

  const byId = (id) => document.getElementById(id);
  const text = byId('text');
  const sort = byId('sort');
  const shown = byId('shown');
  const filters = ['severity', 'verdict', 'account', 'change', 'accepted'].map(byId).filter(Boolean);
  const rows = Array.from(list.children, (node) => ({ node, text: '', isShown: true }));
  const number = new Intl.NumberFormat('en');

  // The whole text of a row, made at the first search.
  const textOf = (row) => (row.text ||= row.node.textContent.toLowerCase());

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = filters.filter((select) => select.value !== '').map((select) => [select.id, select.value]);
    let count = 0;
    for (const row of rows) {
      const isShown =
        chosen.every(([name, value]) => row.node.dataset[name] === value) &&
        words.every((word) => textOf(row).includes(word));
      if (isShown) count += 1;
      if (isShown !== row.isShown) {
        row.isShown = isShown;
        row.node.hidden = !isShown;
      }
    }
    shown.textContent = `${number.format(count)} of ${number.format(rows.length)} rows`;
  };

  const keys = {
    rank: (row) => Number(row.node.dataset.rank),
    reach: (row) => -Number(row.node.dataset.reach),
    account: (row) => row.node.dataset.account,
    identity: (row) => row.node.dataset.identity,
    action: (row) => row.node.dataset.action,
  };

  const order = () => {
    const key = keys[sort.value] ?? keys.rank;
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const keyed = rows.map((row) => [key(row), keys.rank(row), row]);
    keyed.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
    // First all out at once: taking rows out of a long list one by one takes minutes.
    list.replaceChildren();
    const fragment = document.createDocumentFragment();
    for (const [, , row] of keyed) fragment.append(row.node);
    list.append(fragment);
  };

  const reset = () => {
    text.value = '';
    for (const select of filters) select.value = '';
    filter();
  };

  // A row that a filter hides is shown again when a link asks for it.
  const open = () => {
    const name = location.hash.slice(1);
    const target = name === '' ? null : document.getElementById(name);
    if (!target) return;
    if (target.hidden) reset();
    const unfolded = target.matches('details') ? target : target.querySelector('details.list');
    if (unfolded) unfolded.open = true;
    target.scrollIntoView({ block: 'start' });
    if (target.matches('details')) target.querySelector('summary').focus({ preventScroll: true });
  };

  let waiting = 0;
  text.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  for (const select of filters) select.addEventListener('change', filter);
  sort.addEventListener('change', order);
  byId('reset').addEventListener('click', () => {
    reset();
    sort.value = 'rank';
    order();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.matches('input, select')) return;
    event.preventDefault();
    text.focus();
  });
  window.addEventListener('hashchange', open);

  controls.hidden = false;
  filter();
  // The browser goes to the anchor itself, and takes the focus along, when all is loaded.
  window.addEventListener('load', () => setTimeout(open));
})();
