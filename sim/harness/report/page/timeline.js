// The time line: a column for each step, a lane for each task. Only the stretch around what is visible is in the document, and
// it is drawn again when scrolling leaves it, so that a life of any length scrolls alike.
const laneHeight = 58;
const rulerHeight = 40;
const zooms = [4, 7, 11, 16, 26, 40];
const line = {zoom: 2, from: 0, to: 0};

function drawTimeline() {
  const body = section('timeline', 'Time line', 'Time line', null);
  line.tabs = element('div', {class: 'tabs', role: 'tablist', 'aria-label': 'Lives'});
  for (const life of data.lives) line.tabs.append(lifeTab(life));
  line.tabs.addEventListener('keydown', (event) => {
    const delta = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!delta) return;
    event.preventDefault();
    moveToLife(delta);
    line.tabs.children[chosen.life].focus();
  });
  line.about = element('p', {class: 'note about'});
  line.names = element('div', {class: 'lane-names'});
  line.canvas = element('div', {class: 'lanes-canvas'});
  line.scroll = element('div', {class: 'lanes-scroll', tabindex: 0, role: 'group', 'aria-label': 'Time line of the life; arrow keys choose a step'},
    line.canvas);
  body.append(line.tabs, element('div', {id: 'life-panel', role: 'tabpanel', 'aria-label': 'The chosen life'}, line.about,
    drawOverview(), element('div', {class: 'lanes'}, line.names, line.scroll),
    element('div', {class: 'under-lanes'}, drawLegend(), zoomButtons()), drawDetail()));
  line.scroll.addEventListener('scroll', () => { drawVisible(false); placeWindow(); }, {passive: true});
  line.canvas.addEventListener('click', (event) => {
    const at = eventAt(event);
    if (at !== null) choose(chosen.life, at);
  });
  line.canvas.addEventListener('mousemove', (event) => {
    const at = eventAt(event);
    showTip(at === null ? '' : `step ${data.lives[chosen.life].step(at).number}  ${data.lives[chosen.life].text(at)}`, event);
  });
  line.canvas.addEventListener('mouseleave', (event) => showTip('', event));
  new ResizeObserver(() => { drawVisible(true); paintOverview(); }).observe(line.scroll);
  onChoice((changed) => {
    if (changed === 'life') openLife();
    else { drawVisible(true); reveal(false); }
  });
}

function lifeTab(life) {
  const end = life.crashEvent !== null ? 'crash' : life.end.split(':')[0];
  return element('button', {
    type: 'button', role: 'tab', class: 'tab', id: `tab-${life.index}`, 'aria-controls': 'life-panel',
    onclick: () => choose(life.index, life.story.size > 0 ? shownEvent(life, [...life.story.keys()][0]) : null),
  }, element('b', null, life.title), element('span', null, life.recovery ? 'from that crash' : end),
  life.faults.length > 0 ? element('span', {class: 'count-faults'}, plural(life.faults.length, 'fault')) : null);
}

function zoomButtons() {
  return element('div', {class: 'zoom'}, element('button', {type: 'button', class: 'quiet', 'aria-label': 'Less of the time line', onclick: () => zoomBy(-1)}, '\u2212'),
    element('button', {type: 'button', class: 'quiet', 'aria-label': 'More of the time line', onclick: () => zoomBy(1)}, '+'));
}

function columnWidth() {
  return zooms[line.zoom];
}

function zoomBy(delta) {
  const life = data.lives[chosen.life];
  const middle = (line.scroll.scrollLeft + line.scroll.clientWidth / 2) / columnWidth();
  line.zoom = clamp(line.zoom + delta, 0, zooms.length - 1);
  line.canvas.style.width = `${life.steps.length * columnWidth()}px`;
  line.scroll.scrollLeft = middle * columnWidth() - line.scroll.clientWidth / 2;
  drawVisible(true);
  placeWindow();
}

function eventAt(pointer) {
  const life = data.lives[chosen.life];
  const at = Math.floor((pointer.clientX - line.canvas.getBoundingClientRect().left) / columnWidth());
  return at >= 0 && at < life.steps.length ? at + life.first : null;
}

function openLife() {
  const life = data.lives[chosen.life];
  for (const tab of line.tabs.children) {
    const on = tab === line.tabs.children[chosen.life];
    tab.setAttribute('aria-selected', on);
    tab.tabIndex = on ? 0 : -1;
  }
  line.about.textContent = [
    life.recovery ? 'A recovery without clients, from what that crash left' : `${plural(life.clients, 'client')}, schedule ${life.schedule}`,
    life.first > 0 ? `the last ${count(life.steps.length)} of ${plural(life.total, 'event')}: the earlier ones are left out, see a replay`
      : plural(life.total, 'event'),
    ...(life.planned && life.planned.length > 0 ? [`faults planned: ${life.planned.join('; ')}`] : []),
  ].join(' \u00b7 ');
  line.names.replaceChildren(element('div', {class: 'lane-name ruler'}, 'step'), ...life.lanes.map((lane) =>
    element('div', {class: 'lane-name', title: `task ${lane.task}`}, element('b', null, lane.name), element('span', null, `T${lane.task}`))));
  line.canvas.style.width = `${life.steps.length * columnWidth()}px`;
  line.canvas.style.height = `${rulerHeight + life.lanes.length * laneHeight}px`;
  reveal(true);
  drawVisible(true);
  paintOverview();
}

// Scrolls so that the chosen event is in sight; at a life's opening it stands in the middle.
function reveal(opening) {
  const life = data.lives[chosen.life];
  if (chosen.event === null) {
    if (opening) line.scroll.scrollLeft = 0;
  } else {
    const x = (chosen.event - life.first + 0.5) * columnWidth();
    const left = line.scroll.scrollLeft;
    const width = line.scroll.clientWidth;
    if (opening || x < left + 40 || x > left + width - 40) line.scroll.scrollLeft = x - width / 2;
  }
  placeWindow();
}

function drawVisible(force) {
  const life = data.lives[chosen.life];
  const left = Math.floor(line.scroll.scrollLeft / columnWidth());
  const columns = Math.ceil(line.scroll.clientWidth / columnWidth()) || 1;
  const right = left + columns;
  if (!force && left >= line.from && right <= line.to) return;
  line.from = Math.max(0, left - columns);
  line.to = Math.min(life.steps.length, right + columns);
  if (force || right > line.to || left < line.from) line.to = Math.min(life.steps.length, right + columns);
  line.canvas.replaceChildren(drawStretch(life, line.from, line.to));
  // At the ends there is nothing more to draw.
  if (line.from === 0) line.from = -1;
  if (line.to === life.steps.length) line.to = Infinity;
}

// The columns [from, to), as a drawing of their own that lies at its place.
function drawStretch(life, from, to) {
  const dx = columnWidth();
  const height = rulerHeight + life.lanes.length * laneHeight;
  const root = shape('svg', {
    width: (to - from) * dx, height, viewBox: `${from * dx} 0 ${(to - from) * dx} ${height}`, style: `left:${from * dx}px`,
    class: 'stretch', 'aria-hidden': 'true',
  });
  life.lanes.forEach((lane, at) => root.append(shape('rect', {
    x: from * dx, y: rulerHeight + at * laneHeight, width: (to - from) * dx, height: laneHeight, class: at % 2 ? 'lane odd' : 'lane',
  })));
  if (chosen.event !== null && chosen.event - life.first >= from && chosen.event - life.first < to) {
    root.append(shape('rect', {x: (chosen.event - life.first) * dx, y: 0, width: dx, height, class: 'chosen-column'}));
  }
  drawRuler(root, life, from, to, dx);
  const visible = (one) => one.begin - life.first < to && one.end - life.first >= from;
  for (const call of life.calls.filter(visible)) root.append(drawCall(life, call, from, dx));
  for (const bar of life.bars.filter(visible)) root.append(drawBar(life, bar, dx));
  for (let at = from; at < to; ++at) drawStep(root, life, at, dx);
  drawCrash(root, life, dx, height);
  return root;
}

function drawRuler(root, life, from, to, dx) {
  const every = [5, 10, 20, 50, 100].find((one) => one * dx >= 56);
  for (let at = Math.ceil(from / every) * every; at < to; at += every) {
    root.append(shape('path', {d: `M${(at + 0.5) * dx} ${rulerHeight - 5}v5`, class: 'ruler-tick'}),
      shape('text', {x: (at + 0.5) * dx, y: rulerHeight - 8, class: 'ruler-text'}, life.step(at + life.first).number));
  }
  let last = -Infinity;
  for (const [event, numbers] of life.story) {
    const at = event - life.first;
    if (at < from || at >= to) continue;
    const x = Math.max((at + 0.5) * dx, last + 19);
    last = x;
    root.append(shape('g', {class: 'story-mark', 'data-event': event}, shape('path', {d: `M${(at + 0.5) * dx} 18v${rulerHeight - 18}`}),
      shape('rect', {x: x - 9 - (numbers.length - 1) * 4, y: 1, width: 18 + (numbers.length - 1) * 8, height: 17, rx: 8.5}),
      shape('text', {x, y: 13.5}, numbers.join('\u00b7'))));
  }
}

function drawCall(life, call, from, dx) {
  const y = rulerHeight + call.task * laneHeight + 5;
  const begin = Math.max(call.begin - life.first, -1);
  const x = (begin + 0.5) * dx;
  const width = Math.max(((call.end - life.first) - begin) * dx, 3);
  const state = !call.returned ? 'open' : (call.kind === 'write' && call.result !== 'ok' ? 'failed' : '');
  const subject = call.kind === 'write' && call.write === data.subject ? 'subject' : '';
  const group = shape('g', {class: `call-group ${state} ${subject}`, 'data-begin': call.begin},
    shape('rect', {x, y, width, height: 17, rx: 4, class: 'call'}));
  // The label stays in sight while any of its bar is.
  const textX = Math.max(x, from * dx) + 5;
  const room = Math.floor((x + width - textX - 4) / 6.1);
  const label = call.label || 'call';
  const text = `${label}${call.sync && !label.includes('sync') && call.kind === 'write' && !label.includes('flush') ? ', sync' : ''} \u2192 ${call.result || ''}`;
  if (room >= 3) group.append(shape('text', {x: textX, y: y + 12.5, class: 'call-text'}, text.length > room ? `${text.slice(0, room - 1)}\u2026` : text));
  return group;
}

function drawBar(life, bar, dx) {
  const y = rulerHeight + bar.task * laneHeight;
  const x = (bar.begin - life.first + 0.5) * dx;
  const width = (bar.end - bar.begin) * dx;
  if (bar.kind === 'holds') return shape('rect', {x, y: y + 48, width, height: 4, rx: 1, class: 'holds'});
  return shape('path', {d: `M${x} ${y + 36}h${width}`, class: 'waits'});
}

function drawStep(root, life, at, dx) {
  const event = at + life.first;
  const step = life.step(event);
  const file = life.fileAt.get(event);
  if (step.kind === 'note') return;
  if (dx < 7 && !file) return;
  const x = (at + 0.5) * dx;
  const y = rulerHeight + step.task * laneHeight + 36;
  if (file && file.fault) root.append(drawFault(x, y));
  root.append(glyphOf(step, file).draw(x, y));
  const log = file && data.subjectWriter && data.subjectWriter[0] === life.index && data.subjectWriter[1] === event;
  if (log) root.append(shape('circle', {cx: x, cy: y, r: 8.5, class: 'subject-ring'}));
}

function drawCrash(root, life, dx, height) {
  if (life.crashEvent === null) return;
  const x = (life.crashEvent - life.first) * dx;
  if (life.crashEvent < life.last) {
    root.append(shape('rect', {x, y: rulerHeight, width: (life.last - life.crashEvent) * dx, height: height - rulerHeight, class: 'after-crash'}));
  }
  root.append(shape('path', {d: `M${x} 20V${height}`, class: 'crash-line'}),
    shape('text', {x: x + 6, y: height - 7, class: 'crash-text'}, 'the power goes'));
}
