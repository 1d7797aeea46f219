// The bytes of the logs at the crash: a cell for each fragment, with what was durable and what survived of it.
const blockSize = 32768;
const fragmentsMax = 1500;
const matters = {same: 'there', zeros: 'zeros instead', other: 'other bytes', nothing: 'not there'};

function drawLogs() {
  const body = section('logs', 'The logs\u2019 bytes at the crash', 'Logs', null);
  const show = () => {
    const crash = data.lives[chosen.life].crash;
    body.replaceChildren(...(crash ? logsOf(crash) : [element('p', {class: 'note'}, 'This life did not end in a crash.')]));
  };
  onChoice((changed) => {
    if (changed === 'life') show();
    for (const cell of body.querySelectorAll('.fragment')) {
      const on = cell.dataset.writer === `${chosen.life}:${chosen.event}`;
      cell.classList.toggle('chosen', on);
      cell.setAttribute('aria-pressed', on);
    }
  });
}

function logsOf(crash) {
  if (crash.logs.length === 0) return [element('p', {class: 'note'}, 'No file was a log.')];
  return [
    element('p', {class: 'note'}, `${crashPlace(crash)}; the medium keeps: ${crash.choice}. `,
      'A cell is a fragment of a record, as the target\u2019s cache had it; its width grows with the logarithm of its size.'),
    element('ul', {class: 'legend', 'aria-label': 'Legend of the bytes'},
      ...[['good', 'durable before the crash'], ['kept', 'survived it'], ['hollow', 'not there'], ['zeros', 'zeros instead'], ['other', 'other bytes'], ['subject', 'the write of the verdict']]
        .map(([kind, name]) => element('li', null, element('span', {class: `swatch ${kind}`}), name))),
    ...crash.logs.map((log) => drawLog(log)),
  ];
}

function crashPlace(crash) {
  const life = data.lives[crash.life];
  const step = life.step(crash.event);
  return step ? `${life.title}, before step ${step.number}` : `The end of ${life.title.toLowerCase()}`;
}

function drawLog(log) {
  const shown = log.fragments.slice(0, fragmentsMax);
  const survivors = log.survived === null ? 'the file did not survive'
    : `a reader of what survived finds ${plural(log.records_survived, 'record')}${log.stop ? `, then stops: ${log.stop}` : ', to the end'}`;
  const cells = [];
  shown.forEach((fragment) => {
    if (fragment.offset % blockSize === 0 && fragment.offset > 0) {
      cells.push(element('div', {class: 'block-border', title: `a block of 32 KiB ends at byte ${fragment.offset}`}, element('span', null, `${fragment.offset / 1024}K`)));
    }
    cells.push(drawFragment(log, fragment));
  });
  return element('div', {class: 'log'},
    element('div', {class: 'log-head'}, element('h3', null, log.path),
      element('span', {class: 'sizes'}, `${log.cache === null ? 'no such name' : bytes(log.cache)} in the cache \u00b7 ${count(log.durable === null ? '\u2013' : log.durable)} durable \u00b7 `,
        element('b', {class: log.survived === log.cache ? '' : 'bad-text'}, `${log.survived === null ? '\u2013' : count(log.survived)} survived`)),
      element('span', {class: 'note'}, survivors)),
    log.fragments.length === 0 ? element('p', {class: 'note'}, 'Empty.') : element('div', {class: 'fragments'}, cells),
    shown.length < log.fragments.length ? element('p', {class: 'note'}, `${plural(log.fragments.length - shown.length, 'further fragment')} left out.`) : null);
}

function drawFragment(log, fragment) {
  const record = fragment.record === null ? null : log.records[fragment.record];
  const writer = fragment.writer ? `${fragment.writer[0]}:${fragment.writer[1]}` : '';
  const subject = record && data.subject !== null && record.entries.some((entry) => entry.write === data.subject);
  if (subject && fragment.writer && !data.subjectWriter) data.subjectWriter = fragment.writer;
  const width = Math.round(74 + 17 * Math.log2(1 + fragment.size / 64));
  return element('button', {
    type: 'button', class: `fragment${subject ? ' subject' : ''}`, 'data-writer': writer, 'data-offset': fragment.offset, style: `width:${width}px`,
    'aria-pressed': 'false', title: fragmentTitle(fragment, record), disabled: !fragment.writer,
    onclick: () => choose(fragment.writer[0], shownEvent(data.lives[fragment.writer[0]], fragment.writer[1])),
  },
  element('span', {class: 'fragment-type'}, fragment.type, fragment.checksum ? null : element('b', {class: 'bad-text'}, ' bad checksum')),
  element('span', {class: 'fragment-offset'}, count(fragment.offset)),
  element('span', {class: 'fragment-what'}, recordText(record, fragment)),
  stripe('durable', fragment.durable, 'good'), stripe('survived', fragment.survived, 'kept'));
}

function recordText(record, fragment) {
  if (!record) return fragment.type === 'bytes' ? 'no fragment' : 'no whole record';
  if (fragment.type === 'MIDDLE' || fragment.type === 'LAST') return '\u2026';
  if (record.count === 0) return `marker ${record.sequence}`;
  const last = record.sequence + record.count - 1;
  const writes = [...new Set(record.entries.filter((entry) => entry.write !== undefined).map((entry) => `#${entry.write}`))];
  return `${record.count === 1 ? '' : 'seq '}${record.sequence}${last > record.sequence ? `\u2013${last}` : ''}: ${writes.join(' ') || record.entries.map((entry) => `del ${entry.key}`).join(' ')}`;
}

function fragmentTitle(fragment, record) {
  const what = record ? record.entries.map((entry) => (entry.deletion ? `delete ${entry.key}` : `put ${entry.key} (${entry.size} bytes${entry.write === undefined ? '' : `, #${entry.write}`})`)).join(', ') : '';
  const state = (runs) => runs.map(([matter, size]) => `${count(size)} ${matters[matter]}`).join(', ');
  return `${fragment.type}, bytes ${fragment.offset} to ${fragment.offset + fragment.size}${what ? `\n${what}` : ''}\ndurable: ${state(fragment.durable)}\nsurvived: ${state(fragment.survived)}`;
}

function stripe(name, runs, kind) {
  return element('span', {class: `stripe ${name}`},
    runs.map(([matter, size]) => element('i', {class: matter === 'same' ? kind : matter, style: `flex-grow:${size}`})));
}
