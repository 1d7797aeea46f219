// The chosen step, in words.
function drawDetail() {
  const node = element('div', {class: 'detail', id: 'detail'});
  onChoice(() => node.replaceChildren(...detailOf()));
  return node;
}

function detailOf() {
  const life = data.lives[chosen.life];
  if (chosen.event === null) return [element('p', {class: 'note'}, 'Choose a step: click on it, or use the arrow keys.')];
  const step = life.step(chosen.event);
  const file = life.fileAt.get(chosen.event);
  const call = callAround(life, chosen.event, step.task);
  const bars = barsAround(life, chosen.event, step.task);
  const held = bars.filter((bar) => bar.kind === 'holds').map((bar) => bar.object);
  const after = life.crashEvent !== null && chosen.event >= life.crashEvent;
  const record = recordWrittenBy(chosen.life, chosen.event);
  return [
    element('div', {class: 'detail-head'}, element('span', {class: 'detail-step'}, `step ${step.number}`), element('span', {class: 'detail-task'}, laneName(life, step.task)),
      after ? element('span', {class: 'badge after'}, 'after the crash: no part of what was recovered from') : null,
      file && file.fault ? element('span', {class: 'badge bad'}, 'fault') : null),
    element('p', {class: 'detail-text'}, life.text(chosen.event)),
    facts([
      ['within', call && call.label ? `${call.label} \u2192 ${call.result}` : null],
      ['holds', held.length > 0 ? `mutex ${held.join(', ')}` : null],
      ['call', file ? `${file.call || file.op}${file.detail ? ` (${file.detail})` : ''}` : null],
      ['file', file ? (file.from ? `${file.from} \u2192 ${file.path}` : file.path) : null],
      ['bytes', file && file.size ? `${count(file.size)} at ${count(file.offset || 0)}` : null],
      ['result', file ? (file.result < 0 ? file.error : count(file.result)) : null],
      ['meaning', file ? file.meaning : null],
      ['fault', file && file.fault ? element('b', {class: 'bad-text'}, file.fault) : null],
      ['left behind', file ? file.consequence : null],
      ['mutation', file && file.mutation ? `number ${file.mutation} of this life: a power loss before it would leave the disk as it was` : null],
      ['record', record],
    ]),
  ];
}

// A link to the first record that a step wrote, or null.
function recordWrittenBy(life, event) {
  const cells = document.querySelectorAll(`.fragment[data-writer="${life}:${event}"]`);
  if (cells.length === 0) return null;
  return element('button', {type: 'button', class: 'link', onclick: () => cells[0].scrollIntoView({block: 'center'})},
    `${plural(cells.length, 'fragment')} in the log\u2019s bytes below`);
}
