// The glyphs of the time line, by what a step is: one small drawing each, told apart by its form and not by colour alone.
const glyphs = {
  write: {name: 'write', draw: (x, y) => shape('rect', {x: x - 4, y: y - 4, width: 8, height: 8, class: 'glyph full'})},
  read: {name: 'read', draw: (x, y) => shape('rect', {x: x - 3.5, y: y - 3.5, width: 7, height: 7, class: 'glyph line'})},
  sync: {name: 'sync', draw: (x, y) => shape('path', {d: `M${x} ${y - 6}l6 6l-6 6l-6 -6z`, class: 'glyph good'})},
  syncdir: {name: 'sync of a directory', draw: (x, y) => shape('path', {d: `M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`, class: 'glyph good-line'})},
  name: {name: 'create, rename, unlink', draw: (x, y) => shape('path', {d: `M${x} ${y - 5}l5 9h-10z`, class: 'glyph full'})},
  size: {name: 'truncate, allocate', draw: (x, y) => shape('path', {d: `M${x - 4} ${y - 5}v10M${x - 4} ${y}h8M${x + 4} ${y - 5}v10`, class: 'glyph line'})},
  look: {name: 'open, list, stat, close', draw: (x, y) => shape('circle', {cx: x, cy: y, r: 2.5, class: 'glyph line'})},
  signal: {name: 'signal', draw: (x, y) => shape('path', {d: `M${x - 3} ${y - 4}l6 4l-6 4z`, class: 'glyph faint'})},
  other: {name: 'lock, unlock, wait', draw: (x, y) => shape('path', {d: `M${x} ${y - 3}v6`, class: 'glyph tick'})},
};
const glyphByOperation = {
  write: 'write', read: 'read', sync: 'sync', 'sync-dir': 'syncdir', create: 'name', rename: 'name', unlink: 'name',
  mkdir: 'name', truncate: 'size', allocate: 'size',
};

function glyphOf(step, file) {
  if (file) return glyphs[glyphByOperation[file.op] || 'look'];
  if (step.kind === 'signal' || step.kind === 'broadcast' || step.kind === 'spawn' || step.kind === 'futex-wake') return glyphs.signal;
  return glyphs.other;
}

function drawFault(x, y) {
  return shape('g', {class: 'fault'}, shape('circle', {cx: x, cy: y, r: 8.5}),
    shape('path', {d: `M${x} ${y - 14}v-5M${x} ${y - 11.4}v.2`}));
}

function drawLegend() {
  const sample = (draw, name) => element('li', null,
    shape('svg', {width: 22, height: 22, viewBox: '0 0 22 22', 'aria-hidden': 'true'}, draw), name);
  return element('ul', {class: 'legend', 'aria-label': 'Legend of the time line'},
    sample(shape('rect', {x: 1, y: 5, width: 20, height: 12, rx: 3, class: 'call'}), 'call of a client'),
    ...Object.values(glyphs).map((glyph) => sample(glyph.draw(11, 11), glyph.name)),
    sample(drawFault(11, 12), 'fault'),
    sample(shape('rect', {x: 1, y: 9, width: 20, height: 4, class: 'holds'}), 'holds a mutex'),
    sample(shape('path', {d: 'M1 11h20', class: 'waits'}), 'waits'),
    sample(shape('path', {d: 'M11 1v20', class: 'crash-line'}), 'the power goes'));
}
