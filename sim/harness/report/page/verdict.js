// What the run says, and the few steps that explain it.
function verdictTitle(verdict) {
  switch (verdict.kind) {
    case 'red': return `${data.title} is red`;
    case 'ok': return `${data.title} is clean`;
    case 'unknown': return `${data.title}: no verdict`;
    default: return `${data.title} did not end`;
  }
}

function drawVerdict() {
  const verdict = data.verdict;
  const red = verdict.kind === 'red';
  document.getElementById('bar-title').textContent = data.title;
  main.append(element('section', {id: 'verdict', class: `verdict ${verdict.kind}`, 'aria-label': 'Verdict'},
    element('div', {class: 'verdict-head'},
      element('h1', null, verdictTitle(verdict)),
      red ? element('p', {class: 'rule'}, 'rule ', element('b', null, verdict.rule), ' broken') : null),
    red ? element('p', {class: 'demand'}, capital(verdict.demand)) : element('p', {class: 'demand'}, capital(verdict.text || '')),
    red ? element('div', {class: 'against'},
      element('div', {class: 'promised'}, element('h2', null, 'Promised'), element('p', null, linked(verdict.promised))),
      element('div', {class: 'found'}, element('h2', null, 'Found'), element('p', null, linked(verdict.found)))) : null,
    facts([['where', verdict.where || null], ['target', data.target], ['disk', `${data.profile}`],
      ['hash', element('code', null, data.hash)]]),
    command(data.reproduce),
    element('details', {class: 'more'}, element('summary', null, 'The disk\u2019s rules'), element('pre', null, data.profile_rules)),
    element('details', {class: 'more'}, element('summary', null, 'The scenario'),
      element('div', {class: 'copyable'}, copyButton(data.scenario, 'Copy the scenario'), element('pre', null, data.scenario)))));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// "#32" becomes a link to the call of that write.
function linked(text) {
  return text.split(/(#\d+)/).map((part) => {
    const call = /^#\d+$/.test(part) ? findCall(Number(part.slice(1))) : null;
    if (!call) return part;
    return element('button', {type: 'button', class: 'link', onclick: () => choose(call.life, call.event)}, part);
  });
}

function findCall(write) {
  for (const life of data.lives) {
    const call = life.calls.find((one) => one.kind === 'write' && one.write === write);
    if (call) return {life: life.index, event: call.begin};
  }
  return null;
}

function drawStory() {
  if (data.story.length === 0) return;
  const body = section('story', 'What happened', 'Story', 'The steps that this verdict is about. Each is a fact of the recording; choose one to see it everywhere.');
  const list = element('ol', {class: 'story'});
  data.story.forEach((fact, at) => list.append(storyItem(fact, at)));
  body.append(list);
  onChoice(() => {
    for (const card of list.querySelectorAll('.card')) {
      const on = Number(card.dataset.life) === chosen.life && card.dataset.event === String(chosen.event);
      card.classList.toggle('chosen', on);
      card.setAttribute('aria-pressed', on);
    }
  });
}

function storyItem(fact, at) {
  const life = data.lives[fact.life];
  const step = life && fact.event !== null ? life.step(fact.event) : null;
  const between = fact.kind === 'crash' || fact.kind === 'lost' || fact.kind === 'kept';
  const after = between ? '' : (step ? `, ${laneName(life, step.task)}` : '');
  const place = !life ? '' : (step ? `${life.title}, ${between ? 'before step' : 'step'} ${step.number}${after}` : `${life.title}${between ? ', at its end' : ''}`);
  return element('li', {class: `fact fact-${fact.kind}`},
    element('button', {
      type: 'button', class: 'card', 'data-life': fact.life, 'data-event': fact.event, 'aria-pressed': 'false',
      disabled: !life || fact.event === null || life.steps.length === 0,
      onclick: () => { choose(fact.life, shownEvent(life, fact.event)); },
    },
    element('span', {class: 'number', 'aria-hidden': 'true'}, at + 1),
    element('span', {class: 'card-title'}, fact.title),
    element('span', {class: 'card-text'}, fact.text),
    element('span', {class: 'card-place'}, place)));
}
