// Rates over time: for each session a small chart of seeds and one of crash states a second, with the red seeds below.
const sessionsMax = 12;
const columnsMax = 80;
const chartWidth = 560;
const chartHeight = 110;

function drawRates() {
  const body = section('rates', 'Speed over time', 'Speed', null);
  const shown = data.sessions.slice(0, sessionsMax);
  for (const session of shown) {
    const columns = columnsOf(session.points);
    body.append(element('div', {class: 'session'},
      element('p', {class: 'session-head'}, element('b', null, `Session ${session.number}`),
        ` \u00b7 shard ${session.shard} \u00b7 ${plural(session.jobs, 'job')} \u00b7 ended: ${session.reason}`,
        session.elapsed_ms === undefined ? '' : ` after ${duration(session.elapsed_ms)}`,
        session.peak_memory_kib ? ` \u00b7 at most ${count(Math.round(session.peak_memory_kib / 1024))} MiB a worker` : ''),
      columns.length < 2 ? element('p', {class: 'note'}, 'Too short for a rate.')
        : element('div', {class: 'charts'}, drawRate('seeds a second', columns, 'seeds'), drawRate('crash states a second', columns, 'states'))));
  }
  if (shown.length < data.sessions.length) body.append(element('p', {class: 'note'}, `${plural(data.sessions.length - shown.length, 'further session')} left out.`));
}

// Points joined into at most so many columns of about the same length of time: [begin, end, rates and red].
function columnsOf(points) {
  if (points.length === 0) return [];
  const span = points[points.length - 1][0];
  const columns = [];
  let [time, seeds, states, red] = [0, 0, 0, 0];
  for (const point of points) {
    if (point[0] - time < span / columnsMax && point !== points[points.length - 1]) continue;
    const seconds = (point[0] - time) / 1000;
    if (seconds > 0) columns.push({begin: time, end: point[0], seeds: (point[1] - seeds) / seconds, states: (point[2] - states) / seconds, red: point[3] - red});
    [time, seeds, states, red] = point;
  }
  return columns;
}

function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 2.5, 5, 10].find((step) => step * power >= value) * power;
}

function drawRate(name, columns, field) {
  const top = niceCeiling(Math.max(...columns.map((column) => column[field]), 1));
  const span = columns[columns.length - 1].end;
  const x = (time) => 44 + time / span * (chartWidth - 52);
  const y = (rate) => 22 + (1 - rate / top) * (chartHeight - 44);
  const outline = columns.map((column) => `H${x(column.begin).toFixed(1)}V${y(column[field]).toFixed(1)}H${x(column.end).toFixed(1)}`).join('');
  const chart = shape('svg', {viewBox: `0 0 ${chartWidth} ${chartHeight}`, class: 'chart', role: 'img', 'aria-label': `${name}: at most ${count(Math.round(top))}`});
  chart.append(shape('text', {x: 0, y: 11, class: 'chart-name'}, name));
  for (const share of [0, 0.5, 1]) {
    chart.append(shape('path', {d: `M44 ${y(top * share)}H${chartWidth - 8}`, class: 'grid'}),
      shape('text', {x: 38, y: y(top * share) + 4, class: 'axis', 'text-anchor': 'end'}, shortNumber(top * share)));
  }
  chart.append(shape('path', {d: `M${x(columns[0].begin)} ${y(0)}${outline}V${y(0)}Z`, class: 'area'}),
    shape('path', {d: `M${x(columns[0].begin)} ${y(columns[0][field])}${outline}`, class: 'outline'}));
  for (const column of columns.filter((one) => one.red > 0)) {
    chart.append(shape('rect', {x: x(column.begin), y: y(0) + 2, width: Math.max(1.5, x(column.end) - x(column.begin) - 0.5), height: 4, class: 'red-tick'}));
  }
  chart.append(shape('text', {x: 44, y: chartHeight - 4, class: 'axis'}, '0'),
    shape('text', {x: chartWidth - 8, y: chartHeight - 4, class: 'axis', 'text-anchor': 'end'}, duration(span)),
    shape('text', {x: chartWidth / 2, y: chartHeight - 4, class: 'axis', 'text-anchor': 'middle'}, columns.some((one) => one.red > 0) ? 'below the line: when red seeds were found' : ''));
  chart.addEventListener('mousemove', (event) => {
    const box = chart.getBoundingClientRect();
    const time = ((event.clientX - box.left) / box.width * chartWidth - 44) / (chartWidth - 52) * span;
    const column = columns.find((one) => one.begin <= time && time < one.end);
    showTip(column ? `${duration(column.begin)} to ${duration(column.end)}: ${shortNumber(column[field])} ${name}${column.red > 0 ? `, ${count(column.red)} red` : ''}` : '', event);
  });
  chart.addEventListener('mouseleave', (event) => showTip('', event));
  return chart;
}

function shortNumber(value) {
  if (value >= 10000) return `${count(Math.round(value / 1000))}k`;
  return value >= 10 || value === 0 ? count(Math.round(value)) : value.toFixed(1);
}
