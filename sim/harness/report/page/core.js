// The data, small helpers, and the one thing the views share: which life and which of its events is chosen.
const data = JSON.parse(document.getElementById('data').textContent);
const main = document.getElementById('main');

// element('p', {class: 'x', onclick: f}, 'text', child, more): attributes that are null or false are left out.
function element(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function shape(name, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') node.style.cssText = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

function plural(value, word) {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}

function bytes(value) {
  return value === null || value === undefined ? '\u2013' : plural(value, 'byte');
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

// A section of the page, with an entry (`name`) in the bar at the top.
function section(id, title, name, note) {
  const heading = element('h2', {id: `${id}-title`}, title);
  const body = element('div', {class: 'section-body'});
  const node = element('section', {id, class: 'section', 'aria-labelledby': `${id}-title`},
    element('div', {class: 'section-head'}, heading, note ? element('p', {class: 'note'}, note) : null), body);
  main.append(node);
  document.getElementById('sections').append(element('a', {href: `#${id}`}, name));
  return body;
}

function copyButton(text, label) {
  const button = element('button', {type: 'button', class: 'quiet copy', 'aria-label': label}, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page from a file may not use the clipboard; the old way does.
      const area = element('textarea', {class: 'unseen', readonly: true}, text);
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      button.focus();
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return button;
}

// A command line with a button that copies it whole; `shown` may be shorter.
function command(text, shown = text) {
  return element('div', {class: 'command'}, element('code', {title: text}, shown), copyButton(text, 'Copy the command'));
}

function withoutFolder(text) {
  return text.replace(/^\S*\//, '');
}

// A list of a term and what it is; entries without a value are left out.
function facts(entries) {
  return element('dl', {class: 'facts'}, entries.filter(([, value]) => value !== null && value !== undefined && value !== '')
    .flatMap(([term, value]) => [element('dt', null, term), element('dd', null, value)]));
}

function say(text) {
  document.getElementById('live').textContent = text;
}

// What is chosen. `event` is null while nothing is. Listeners get (what changed: 'life' or 'event').
const chosen = {life: 0, event: null, listeners: []};

function onChoice(listener) {
  chosen.listeners.push(listener);
}

function choose(life, event) {
  const changed = life !== chosen.life ? 'life' : 'event';
  if (changed === 'event' && event === chosen.event) return;
  chosen.life = life;
  chosen.event = event;
  for (const listener of chosen.listeners) listener(changed);
  if (event !== null) say(stepSummary(life, event));
}
