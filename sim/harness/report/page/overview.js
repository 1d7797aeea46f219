// The whole life in one strip: where files were written and synced, where faults hit, the crash, and the stretch in sight.
const strip = {};

function drawOverview() {
  strip.canvas = element('canvas', {class: 'overview-canvas', 'aria-hidden': 'true'});
  strip.window = element('div', {class: 'overview-window'});
  strip.node = element('div', {class: 'overview', title: 'The whole life; choose a place to go there'}, strip.canvas, strip.window);
  const go = (event) => {
    const box = strip.node.getBoundingClientRect();
    const share = clamp((event.clientX - box.left) / box.width, 0, 1);
    line.scroll.scrollLeft = share * line.canvas.offsetWidth - line.scroll.clientWidth / 2;
  };
  strip.node.addEventListener('pointerdown', (event) => { strip.node.setPointerCapture(event.pointerId); go(event); });
  strip.node.addEventListener('pointermove', (event) => { if (event.buttons === 1) go(event); });
  themeListeners.push(paintOverview);
  return strip.node;
}

function paintOverview() {
  const life = data.lives[chosen.life];
  const ratio = devicePixelRatio || 1;
  const width = strip.node.clientWidth;
  const height = strip.node.clientHeight;
  if (width === 0) return;
  strip.canvas.width = width * ratio;
  strip.canvas.height = height * ratio;
  const paint = strip.canvas.getContext('2d');
  paint.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const mark = (event, top, size, thick) => paint.fillRect((event - life.first + 0.5) / life.steps.length * width - thick / 2, top, thick, size);
  paint.fillStyle = colour('--faint');
  for (const call of life.calls) {
    const x = (Math.max(call.begin, life.first) - life.first) / life.steps.length * width;
    paint.fillRect(x, 4 + (call.task % 8) * 2, Math.max(1, (call.end - call.begin) / life.steps.length * width), 1.5);
  }
  for (const file of life.files) {
    const sync = file.op === 'sync' || file.op === 'sync-dir';
    if (!sync && file.op !== 'write') continue;
    paint.fillStyle = colour(sync ? '--good' : '--accent');
    mark(file.event, height - 12, 8, 1.5);
  }
  paint.fillStyle = colour('--bad');
  for (const event of life.faults) mark(event, height - 16, 14, 3);
  if (life.crashEvent !== null) mark(life.crashEvent - 0.5, 0, height, 2);
  placeWindow();
}

function placeWindow() {
  const total = line.canvas.offsetWidth || 1;
  const left = clamp(line.scroll.scrollLeft / total, 0, 1);
  const share = Math.min(line.scroll.clientWidth / total, 1 - left);
  strip.window.style.left = `${left * 100}%`;
  strip.window.style.width = `${share * 100}%`;
}
