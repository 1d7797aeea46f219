// Puts the page together.
function openingChoice() {
  const judged = data.crashes.find((crash) => crash.judged);
  const told = data.story.filter((fact) => fact.event !== null);
  const first = (...kinds) => told.find((fact) => kinds.includes(fact.kind));
  const start = first('early') || first('log', 'fault') || told[0];
  if (judged) return {life: judged.life, event: start && start.life === judged.life ? start.event : judged.event};
  const found = first('found') || start;
  if (found) return {life: found.life, event: found.event};
  const last = data.lives[data.lives.length - 1];
  if (data.verdict.kind === 'unfinished' && last) return {life: last.index, event: shownEvent(last, last.last)};
  const crash = data.crashes.find((one) => one.recovery !== null);
  return {life: crash ? crash.life : Math.max(0, data.lives.length - 1), event: null};
}

function drawRun() {
  data.lives.forEach(prepareLife);
  drawVerdict();
  drawStory();
  if (data.lives.length > 0) {
    drawTimeline();
    drawLogs();
    drawNames();
    drawModel();
    drawSteps();
    const {life, event} = openingChoice();
    chosen.life = life;
    chosen.event = event === null ? null : shownEvent(data.lives[life], event);
    for (const listener of chosen.listeners) listener('life');
  }
}

setUpTheme();
setUpHelp();
setUpKeys();
if (data.kind === 'run') drawRun();
else drawSweep();
document.documentElement.dataset.ready = 'yes';
