// Every step of the life as a line of text, with a filter. Only the lines in sight are in the document.
const rowHeight = 22;
const list = {shown: []};

function drawSteps() {
  const body = section('steps', 'Steps', 'Steps', null);
  list.search = element('input', {type: 'search', id: 'search', placeholder: 'Search the steps', 'aria-label': 'Search the steps', autocomplete: 'off', spellcheck: 'false'});
  list.task = element('select', {'aria-label': 'Task', id: 'filter-task'});
  list.file = element('select', {'aria-label': 'File', id: 'filter-file'});
  list.number = element('span', {class: 'note', 'aria-live': 'polite', id: 'shown-steps'});
  list.rows = element('div', {class: 'rows'});
  list.node = element('div', {class: 'steps', id: 'step-list', tabindex: 0, role: 'listbox', 'aria-label': 'Steps of the life'}, list.rows);
  body.append(element('div', {class: 'filters'}, list.search, list.task, list.file, list.number), list.node);
  for (const input of [list.search, list.task, list.file]) input.addEventListener('input', () => { filterSteps(); revealRow(); });
  list.node.addEventListener('scroll', drawRows, {passive: true});
  list.node.addEventListener('click', (event) => {
    const row = event.target.closest('.row');
    if (row) choose(chosen.life, Number(row.dataset.event));
  });
  new ResizeObserver(drawRows).observe(list.node);
  onChoice((changed) => {
    if (changed === 'life') fillFilters();
    revealRow();
    drawRows();
  });
}

function fillFilters() {
  const life = data.lives[chosen.life];
  const option = (value, text) => element('option', {value}, text);
  list.task.replaceChildren(option('', 'every task'), ...life.lanes.map((lane) => option(String(lane.task), lane.name)));
  const paths = [...new Set(life.files.map((file) => file.path))].sort();
  list.file.replaceChildren(option('', 'every step'), option('*', 'every file'), option('!', 'faults'), ...paths.map((path) => option(path, path || '(root)')));
  filterSteps();
}

function filterSteps() {
  const life = data.lives[chosen.life];
  const words = list.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const task = list.task.value;
  const path = list.file.value;
  list.shown = [];
  for (let event = life.first; event < life.last; ++event) {
    const row = life.steps[event - life.first];
    if (task !== '' && row[1] !== Number(task)) continue;
    if (path !== '') {
      const file = life.fileAt.get(event);
      if (!file || (path === '!' && !file.fault) || (path !== '*' && path !== '!' && file.path !== path && file.from !== path)) continue;
    }
    const text = words.length > 0 ? `${row[0]} ${laneName(life, row[1])} ${life.text(event)}`.toLowerCase() : '';
    if (words.every((word) => text.includes(word))) list.shown.push(event);
  }
  list.number.textContent = list.shown.length === life.steps.length ? plural(life.steps.length, 'step') : `${count(list.shown.length)} of ${plural(life.steps.length, 'step')}`;
  list.rows.style.height = `${list.shown.length * rowHeight}px`;
  drawRows();
}

function drawRows() {
  const life = data.lives[chosen.life];
  const from = Math.max(0, Math.floor(list.node.scrollTop / rowHeight) - 10);
  const to = Math.min(list.shown.length, from + Math.ceil((list.node.clientHeight || 400) / rowHeight) + 20);
  list.rows.replaceChildren(...list.shown.slice(from, to).map((event, at) => drawRow(life, event, from + at)));
  const on = list.rows.querySelector('.row.chosen');
  if (on) list.node.setAttribute('aria-activedescendant', on.id);
  else list.node.removeAttribute('aria-activedescendant');
}

function drawRow(life, event, at) {
  const step = life.step(event);
  const file = life.fileAt.get(event);
  const on = event === chosen.event;
  const numbers = life.story.get(event);
  const classes = ['row', on ? 'chosen' : '', file && file.fault ? 'faulty' : '', step.kind === 'note' ? 'noted' : '',
    file ? '' : 'quiet-row', life.crashEvent !== null && event >= life.crashEvent ? 'late' : '', event === life.crashEvent ? 'at-crash' : ''];
  return element('div', {
    class: classes.filter(Boolean).join(' '), role: 'option', id: `row-${event}`, 'data-event': event, 'aria-selected': on,
    'aria-posinset': at + 1, 'aria-setsize': list.shown.length, style: `top:${at * rowHeight}px`,
  },
  element('span', {class: 'row-number'}, step.number), element('span', {class: 'row-task'}, laneName(life, step.task)),
  element('span', {class: 'row-text'}, numbers ? element('b', {class: 'row-story'}, numbers.join('\u00b7')) : null, life.text(event)));
}

// The row of the chosen event, or of the one after it that the filter leaves.
function chosenRow() {
  const at = list.shown.findIndex((event) => event >= chosen.event);
  return at < 0 ? list.shown.length - 1 : at;
}

function revealRow() {
  if (chosen.event === null || list.shown.length === 0) return;
  const top = chosenRow() * rowHeight;
  const height = list.node.clientHeight;
  if (top < list.node.scrollTop + rowHeight || top > list.node.scrollTop + height - 2 * rowHeight) list.node.scrollTop = top - height / 2;
}

function moveInList(delta) {
  if (list.shown.length === 0) return;
  const at = chosen.event === null ? (delta > 0 ? -1 : list.shown.length) : list.shown.indexOf(chosen.event);
  const next = at < 0 && chosen.event !== null ? chosenRow() : clamp(at + delta, 0, list.shown.length - 1);
  choose(chosen.life, list.shown[next]);
}
