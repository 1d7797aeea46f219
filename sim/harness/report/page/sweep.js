// The results of a sweep: what it says, the causes of its failures, how they spread, and how fast it went.
function drawSweep() {
  document.getElementById('bar-title').textContent = data.title;
  drawSweepVerdict();
  drawCauses();
  drawSpread();
  drawRates();
  drawMarks();
}

function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 6000) return `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function drawSweepVerdict() {
  const {totals, header} = data;
  const open = data.open_ends || data.missing;
  const kind = totals.red > 0 ? 'red' : (open ? 'unknown' : 'ok');
  const headline = totals.red > 0 ? `${plural(totals.red, 'red seed')} of ${plural(data.causes.length, 'cause')}`
    : (open ? 'Nothing red, yet no pass' : 'Nothing red');
  const rate = totals.elapsed_ms > 0 ? count(Math.round(totals.seeds * 1000 / totals.elapsed_ms)) : '\u2013';
  const tile = (value, name) => element('div', {class: 'tile'}, element('b', null, value), element('span', null, name));
  const last = header.seeds === null ? 'without a bound' : `${count(header.seeds)} seeds`;
  main.append(element('section', {id: 'verdict', class: `verdict ${kind}`, 'aria-label': 'Summary'},
    element('div', {class: 'verdict-head'}, element('h1', null, headline)),
    element('p', {class: 'demand'}, data.summary),
    [data.open_ends, data.missing].filter(Boolean).map((text) => element('pre', {class: 'open-ends'}, text)),
    element('div', {class: 'tiles'}, tile(count(totals.seeds), 'seeds'), tile(count(totals.red), 'red'), tile(count(totals.unknown), 'without a verdict'),
      tile(count(totals.crash_states), 'crash states'), tile(duration(totals.elapsed_ms), 'wall time'), tile(duration(totals.cpu_us / 1000), 'CPU time'), tile(rate, 'seeds a second')),
    facts([['sweep', `${last} from ${header.first_seed}, target ${header.target}, profile ${header.profile || 'as each seed chose'}, strategy ${header.strategy || 'as each seed chose'}`],
      ['shards', header.shard_count > 1 ? `${header.shards.join(', ')} of ${header.shard_count}` : null],
      ['run twice', count(totals.rechecked)], ['build', element('code', null, header.build)], ['digest', element('code', null, totals.digest)]])));
}

function drawCauses() {
  if (data.causes.length === 0) return;
  const body = section('causes', 'Failures by cause', 'Causes', 'Failures that say the same, and causes whose smallest scenarios are alike, count as one. Most failures first.');
  const most = data.causes[0].failures;
  data.causes.forEach((cause, at) => body.append(drawCause(cause, at, most)));
}

function drawCause(cause, at, most) {
  const smallest = cause.smallest;
  const chips = (counts) => Object.entries(counts).map(([name, number]) => element('span', {class: 'chip'}, `${name} ${count(number)}`));
  return element('article', {class: 'cause', 'aria-labelledby': `cause-${at}`},
    element('div', {class: 'cause-count'}, element('b', null, count(cause.failures)), element('i', {style: `width:${Math.max(2, 100 * cause.failures / most)}%`, 'aria-hidden': 'true'})),
    element('div', {class: 'cause-body'},
      element('h3', {id: `cause-${at}`}, cause.causes[0]),
      element('p', {class: 'chips'}, chips(cause.classes), chips(cause.profiles), chips(cause.strategies)),
      facts([
        ['smallest', smallest ? `${smallest.size}${smallest.finished ? '' : ' (the search was cut off)'}` : null],
        ['seeds', `${cause.seeds.join(' ')}${cause.failures > cause.seeds.length ? ' \u2026' : ''}`],
      ]),
      cause.reproduce ? element('div', {class: 'commands'}, command(cause.reproduce, withoutFolder(cause.reproduce)), command(cause.report, withoutFolder(cause.report))) : null,
      element('div', {class: 'mores'},
        more('What was found', smallest ? smallest.text : cause.text),
        smallest ? more('The smallest scenario', smallest.scenario) : null,
        more('What the target wrote', cause.output),
        cause.causes.length > 1 ? more(`${plural(cause.causes.length - 1, 'further cause')} with the same smallest scenario`, cause.causes.slice(1).join('\n')) : null)));
}

function more(name, text) {
  return text ? element('details', {class: 'more'}, element('summary', null, name),
    element('div', {class: 'copyable'}, copyButton(text, `Copy: ${name}`), element('pre', null, text))) : null;
}

function drawSpread() {
  const body = section('spread', 'Failures by rule, profile and strategy', 'Spread', null);
  body.append(element('div', {class: 'spread'},
    drawTable('class of failure', data.rules), drawTable('profile', data.profiles, 'seeds'), drawTable('strategy', data.strategies, 'lives')));
}

function drawTable(name, rows, unit) {
  const most = Math.max(1, ...rows.map((row) => row.red));
  return element('table', {class: 'counts'},
    element('thead', null, element('tr', null, element('th', {scope: 'col'}, name), element('th', {scope: 'col', class: 'number-cell'}, 'red'), element('th', {scope: 'col', 'aria-label': 'share'}),
      unit ? element('th', {scope: 'col', class: 'number-cell'}, `${unit} that ran`) : null)),
    element('tbody', null, rows.length === 0 ? element('tr', null, element('td', {colspan: 3, class: 'note'}, 'none')) : rows.map((row) => element('tr', {'data-name': row.name},
      element('th', {scope: 'row'}, row.name), element('td', {class: 'number-cell'}, count(row.red)),
      element('td', {class: 'share'}, element('i', {style: `width:${100 * row.red / most}%`})),
      unit ? element('td', {class: 'number-cell soft'}, count(row.ran)) : null))));
}

function drawMarks() {
  const body = section('marks', 'What the sweep exercised', 'Marks', 'A mark that stays at 0 is a part of the store, or a kind of fault, that no seed has reached.');
  body.append(element('ul', {class: 'marks'}, data.marks.map((mark) => element('li', {class: mark.count === 0 ? 'unreached' : '', 'data-name': mark.name},
    element('span', null, mark.name), element('b', null, count(mark.count))))));
}
