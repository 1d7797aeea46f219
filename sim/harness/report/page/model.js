// Each key: what recovery brought back, what it could have been, and the writes in between.
function drawModel() {
  const body = section('model', 'The model against what was recovered', 'Model', null);
  onChoice((changed) => {
    if (changed === 'life') {
      const crash = data.lives[chosen.life].crash;
      body.replaceChildren(...(crash && crash.model ? modelOf(crash) : [element('p', {class: 'note'}, 'No state was read back after this life.')]));
    }
    const call = chosen.event === null ? null : callAround(data.lives[chosen.life], chosen.event, (data.lives[chosen.life].step(chosen.event) || {}).task);
    const write = call && call.kind === 'write' ? String(call.write) : null;
    for (const chip of body.querySelectorAll('[data-write]')) chip.classList.toggle('chosen', chip.dataset.write === write);
  });
}

function modelOf(crash) {
  const model = crash.model;
  const wrong = model.keys.filter((key) => !key.is_allowed);
  const since = model.base_life === null || model.base_life === undefined ? 'the empty store' : `the state that life ${model.base_life + 1} began with`;
  const together = crash.judged && data.verdict.kind === 'red' && wrong.length === 0
    ? ' Each key alone could hold what it holds; together they cannot.' : '';
  return [
    element('p', {class: 'note'}, `Judged at t=${model.at} from ${since}, ${model.clean ? 'as a close: nothing acknowledged may be missing' : 'as a power loss: what was promised must be there'}.${together}`),
    element('ul', {class: 'legend'}, element('li', null, element('span', {class: 'chip right'}, '#3'), 'allowed and recovered'), element('li', null, element('span', {class: 'chip'}, '#4'), 'allowed'),
      element('li', null, element('span', {class: 'chip wrong'}, '#5'), 'recovered, not allowed'), element('li', null, element('span', {class: 'chip-sync'}, '\u25c6'), 'sync')),
    element('div', {class: 'wide'}, element('table', {class: 'model'},
      element('thead', null, element('tr', null, ['key', 'recovered', 'allowed', 'writes to it since, in order of their calls'].map((head) => element('th', {scope: 'col'}, head)))),
      element('tbody', null, [...wrong, ...model.keys.filter((key) => key.is_allowed)].map(modelRow)))),
  ];
}

function modelRow(key) {
  const same = (cell) => cell.text === key.recovered.text;
  return element('tr', {class: key.is_allowed ? '' : 'broken', 'data-key': key.key},
    element('th', {scope: 'row'}, `k${key.key}`),
    element('td', null, cellChip(key.recovered, key.is_allowed ? 'right' : 'wrong'), key.recovered.text === key.base.text ? element('span', {class: 'note'}, ' as before') : null),
    element('td', null, key.allowed.map((cell) => cellChip(cell, same(cell) ? 'right' : ''))),
    element('td', null, key.writes.length === 0 ? element('span', {class: 'note'}, 'none')
      : element('ol', {class: 'writes'}, key.writes.map(writeItem))));
}

function cellChip(cell, kind) {
  const attributes = {class: `chip ${kind}`, 'data-write': cell.write === undefined ? null : cell.write};
  const call = cell.write === undefined ? null : findCall(cell.write);
  if (!call) return element('span', attributes, cell.text);
  return element('button', {...attributes, type: 'button', onclick: () => choose(call.life, call.event)}, cell.text);
}

function writeItem(write) {
  const call = findCall(write.write);
  return element('li', {class: `write ${write.state.replace(' ', '-')}`, 'data-write': write.write},
    element('button', {type: 'button', class: 'link', disabled: !call, title: write.label, onclick: () => choose(call.life, call.event)}, `#${write.write}`),
    write.sync ? element('span', {class: 'chip-sync', title: 'sync'}, '\u25c6') : null,
    element('span', {class: 'write-who'}, ` ${write.who} `),
    element('span', {class: 'write-state'}, write.state, write.responded === undefined ? ` since t=${write.invoked}` : ` t=${write.invoked}\u2013${write.responded}`));
}
