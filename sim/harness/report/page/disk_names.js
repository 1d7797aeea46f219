// The names of the disk: as the cache had them, what was durable, what survived, and what recovery left; then what became of
// everything that was pending.
function drawNames() {
  const body = section('names', 'The disk\u2019s names', 'Names', null);
  onChoice((changed) => {
    if (changed === 'life') {
      const crash = data.lives[chosen.life].crash;
      body.replaceChildren(...(crash ? namesOf(crash) : namesOfClosed(data.lives[chosen.life])));
    }
    const life = data.lives[chosen.life];
    const file = chosen.event === null ? null : life.fileAt.get(chosen.event);
    for (const row of body.querySelectorAll('tbody tr')) row.classList.toggle('chosen', Boolean(file) && (row.dataset.path === file.path || row.dataset.path === file.from));
  });
}

// A life without a crash: before and after.
function namesOfClosed(life) {
  if (life.end === 'not ended') return [element('p', {class: 'note'}, 'This life did not end.')];
  return [
    element('p', {class: 'note'}, 'This life was not ended by a crash: what it began with, and what it left.'),
    element('div', {class: 'wide'}, element('table', {class: 'names'},
      element('thead', null, element('tr', null, ['name', 'at the start', 'at the end'].map((head) => element('th', {scope: 'col'}, head)))),
      element('tbody', null, life.names.map((name) => element('tr', {'data-path': name.path},
        element('th', {scope: 'row'}, element('button', {type: 'button', class: 'link plain', onclick: () => chooseFile(name.path)}, name.path)),
        [name.start, name.end].map((size) => element('td', {class: size === null ? 'none' : ''}, size === null ? 'absent' : count(size)))))))),
  ];
}

function namesOf(crash) {
  const differing = crash.names.filter((name) => !name.same_survived || !name.same_durable).length;
  const table = element('table', {class: 'names'},
    element('thead', null, element('tr', null, ['name', 'cache', 'durable', 'survived', ...(crash.recovery === null ? [] : ['after recovery'])].map((head) => element('th', {scope: 'col'}, head)))),
    element('tbody', null, crash.names.map((name) => nameRow(name, crash.recovery !== null))));
  return [
    element('p', {class: 'note'}, differing === 0 ? 'All that was in the cache survived.' : `${plural(differing, 'name')} of ${crash.names.length} not durable, or not as the cache had it.`),
    element('div', {class: 'wide'}, table),
    crash.decisions.length === 0 ? null : element('details', {class: 'more decisions', open: crash.decisions.length <= 12},
      element('summary', null, `What was pending, and what became of it (${crash.decisions.length})`),
      element('ol', null, crash.decisions.map((decision) => element('li', {class: /: kept/.test(decision) ? 'kept' : 'lost'}, decision)))),
  ].filter(Boolean);
}

function nameRow(name, recovered) {
  const cell = (size, same, kind) => {
    const absent = size === null;
    const differs = !same;
    return element('td', {class: differs ? `differs ${kind}` : ''}, absent ? 'absent' : count(size),
      differs ? element('span', {class: 'unlike'}, absent ? '' : (size === name.cache ? ' other bytes' : '')) : null);
  };
  const born = name.recovered !== null && name.survived === null;
  const gone = name.recovered === null && name.survived !== null;
  return element('tr', {'data-path': name.path}, element('th', {scope: 'row'}, element('button', {type: 'button', class: 'link plain', onclick: () => chooseFile(name.path)}, name.path)),
    element('td', {class: name.cache === null ? 'none' : ''}, name.cache === null ? 'absent' : count(name.cache)),
    cell(name.durable, name.same_durable, 'warn'), cell(name.survived, name.same_survived, 'bad'),
    !recovered ? null : element('td', {class: 'after'}, name.recovered === null ? (gone ? 'removed' : '\u2013') : count(name.recovered), born ? element('span', {class: 'unlike'}, ' new') : null));
}

// The last step before the crash, in this life, that touched the file.
function chooseFile(path) {
  const life = data.lives[chosen.life];
  const until = life.crashEvent === null ? Infinity : life.crashEvent;
  const touching = life.files.filter((file) => file.event < until && (file.path === path || file.from === path));
  const file = touching.filter((one) => one.mutation).pop() || touching.pop();
  if (file) choose(chosen.life, file.event);
  else say('no step of this life touches this file');
}
