// The lives of a run with what the views look up in them. Events are numbered from the start of a life; `first` is the first
// that the report has.
const phrases = {
  start: () => 'starts',
  lock: (step) => `locks mutex ${step.object}`,
  unlock: (step) => `unlocks mutex ${step.object}`,
  wait: (step) => `waits on condition ${step.object}`,
  signal: (step) => `signals condition ${step.object}`,
  broadcast: (step) => `wakes all on condition ${step.object}`,
  spawn: (step, life) => `starts ${laneName(life, step.object - 1)}`,
  join: (step, life) => `joins ${laneName(life, step.object - 1)}`,
  yield: () => 'yields',
  sleep: () => 'sleeps',
  'futex-wait': (step) => `waits on futex ${step.object}`,
  'futex-wake': (step) => `wakes futex ${step.object}`,
  'read-lock': (step) => `locks ${step.object} for reading`,
  once: () => 'enters once',
  file: () => 'file call',
  exit: () => 'ends',
  note: () => '',
};

function laneName(life, task) {
  const lane = life.lanes[task];
  return lane ? lane.name : `task ${task}`;
}

// The crash that a life's report is about: the one that was judged; else the life's own; a recovery outside the chain has the
// one that it recovers from.
function crashOf(index) {
  const here = data.crashes.map((crash, at) => ({crash, at}))
    .filter(({crash}) => crash.life === index || (data.lives[index].recovery && crash.recovery === index));
  const judged = here.find(({crash}) => crash.judged);
  return (judged || here[here.length - 1] || {crash: null}).crash;
}

function prepareLife(life, index) {
  life.index = index;
  life.last = life.first + life.steps.length;  // one past
  life.fileAt = new Map(life.files.map((file) => [file.event, file]));
  life.crash = crashOf(index);
  life.crashEvent = life.crash && life.crash.life === index ? life.crash.event : null;
  life.step = (event) => {
    const row = life.steps[event - life.first];
    return row && {event, number: row[0], task: row[1], kind: row[2], object: row[3], text: row[4]};
  };
  life.texts = new Array(life.steps.length);
  life.text = (event) => {
    const at = event - life.first;
    if (life.texts[at] === undefined) {
      const step = life.step(event);
      const file = life.fileAt.get(event);
      life.texts[at] = file ? file.text : (step.text || phrases[step.kind](step, life));
    }
    return life.texts[at];
  };
  // The history of a run that did not end is not there: its notes are.
  for (const call of life.calls.filter((one) => one.label === undefined && one.begin >= life.first)) {
    call.label = life.text(call.begin).replace(/^\S+ calls /, '').replace(/\s+t=\d+$/, '');
    call.result = call.returned ? life.text(call.end).replace(/^.* -> /, '').replace(/\s+t=\d+$/, '') : 'no answer';
  }
  life.faults = life.files.filter((file) => file.fault).map((file) => file.event);
  life.story = new Map();
  data.story.forEach((fact, at) => {
    if (fact.life !== index || fact.event === null) return;
    if (!life.story.has(fact.event)) life.story.set(fact.event, []);
    life.story.get(fact.event).push(at + 1);
  });
}

function stepSummary(index, event) {
  const life = data.lives[index];
  const step = life.step(event);
  if (!step) return 'the end of the life';
  return `${life.title}, step ${step.number}, ${laneName(life, step.task)}: ${life.text(event)}`;
}

// Calls under way at an event on a task, and the mutexes that the task holds.
function callAround(life, event, task) {
  return life.calls.find((call) => call.task === task && call.begin <= event && event <= call.end);
}

function barsAround(life, event, task) {
  return life.bars.filter((bar) => bar.task === task && bar.begin <= event && event < bar.end);
}

// The event nearest to one that may have been left out.
function shownEvent(life, event) {
  return life.steps.length === 0 ? null : clamp(event, life.first, life.last - 1);
}
