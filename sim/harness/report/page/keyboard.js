// Keys, theme, help and the tip that follows the pointer.
const keyHelp = [
  [['\u2190', '\u2192', 'k', 'j'], 'the step before, the step after'],
  [['\u2191', '\u2193'], 'in the list: the same among those that the filter leaves'],
  [['p', 'n'], 'the fault before, the fault after'],
  [['c'], 'the crash'],
  [['[', ']'], 'the life before, the life after'],
  [['+', '\u2212'], 'more, less of the time line'],
  [['/'], 'search the steps'],
  [['Esc'], 'choose nothing'],
  [['?'], 'this list'],
];

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const listener of themeListeners) listener();
}
const themeListeners = [];

function setUpTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const shown = () => document.documentElement.dataset.theme || (dark.matches ? 'dark' : 'light');
  const button = document.getElementById('theme');
  const name = () => { button.textContent = shown() === 'dark' ? 'Light' : 'Dark'; };
  button.addEventListener('click', () => { setTheme(shown() === 'dark' ? 'light' : 'dark'); name(); });
  dark.addEventListener('change', () => { name(); for (const listener of themeListeners) listener(); });
  name();
}

function setUpHelp() {
  const dialog = document.getElementById('help');
  dialog.append(element('h2', {id: 'help-title'}, 'Keys'),
    element('table', null, keyHelp.map(([keys, what]) => element('tr', null,
      element('td', null, keys.map((key) => element('kbd', null, key))), element('td', null, what)))),
    element('button', {type: 'button', onclick: () => dialog.close()}, 'Close'));
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  document.getElementById('help-button').addEventListener('click', () => dialog.showModal());
}

function moveBy(delta) {
  const life = data.lives[chosen.life];
  if (life.steps.length === 0) return;
  const from = chosen.event === null ? (delta > 0 ? life.first - 1 : life.last) : chosen.event;
  choose(chosen.life, clamp(from + delta, life.first, life.last - 1));
}

function moveToFault(direction) {
  const life = data.lives[chosen.life];
  const from = chosen.event === null ? (direction > 0 ? -1 : Infinity) : chosen.event;
  const event = direction > 0 ? life.faults.find((one) => one > from) : life.faults.filter((one) => one < from).pop();
  if (event === undefined) say('no further fault in this life');
  else choose(chosen.life, event);
}

function moveToCrash() {
  const at = data.lives.findIndex((life) => life.index === chosen.life && life.crashEvent !== null);
  const life = at >= 0 ? data.lives[at] : [...data.lives].reverse().find((one) => one.crashEvent !== null);
  if (!life) say('no crash in this run');
  else choose(life.index, shownEvent(life, life.crashEvent));
}

function moveToLife(delta) {
  const next = clamp(chosen.life + delta, 0, data.lives.length - 1);
  if (next !== chosen.life) choose(next, null);
}

const keys = {
  ArrowLeft: () => moveBy(-1), ArrowRight: () => moveBy(1), k: () => moveBy(-1), j: () => moveBy(1),
  ArrowUp: () => moveInList(-1), ArrowDown: () => moveInList(1),
  n: () => moveToFault(1), p: () => moveToFault(-1), c: moveToCrash,
  '[': () => moveToLife(-1), ']': () => moveToLife(1),
  '+': () => zoomBy(1), '=': () => zoomBy(1), '-': () => zoomBy(-1),
  '/': () => document.getElementById('search').focus(),
  Escape: () => choose(chosen.life, null),
};

function setUpKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const dialog = document.getElementById('help');
    if (dialog.open) return;
    if (event.target.closest('input, select, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (event.key === '?') { dialog.showModal(); return; }
    if (data.kind !== 'run' || !keys[event.key]) return;
    // Up and down scroll the page, unless the list has the focus; the tabs have left and right of their own.
    if (event.key.startsWith('Arrow') && event.target.closest('[role=tablist]')) return;
    if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && !event.target.closest('.steps')) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function showTip(text, event) {
  const tip = document.getElementById('tip');
  tip.hidden = text === '';
  if (tip.hidden) return;
  tip.textContent = text;
  const width = tip.offsetWidth;
  tip.style.left = `${clamp(event.clientX + 14, 4, innerWidth - width - 8)}px`;
  tip.style.top = `${event.clientY + 18}px`;
}
