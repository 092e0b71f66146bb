// The little of a page's machinery that all parts need.

export const byId = (id) => document.getElementById(id);

export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

// Make the children of `parent` those of `items`. Elements are kept by key, so that the focus
// stays where it is while rows come and go.
export function rows(parent, items, { key, create, fill }) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, at) => {
    const name = String(key(item));
    let element = old.get(name);
    if (element) old.delete(name);
    else {
      element = create(item);
      element.dataset.key = name;
    }
    fill(element, item);
    if (parent.children[at] !== element) parent.insertBefore(element, parent.children[at] ?? null);
  });
  for (const gone of old.values()) gone.remove();
}

// Times tick in the page: the line says how many seconds, and the page goes on counting.
export function countUp(element, seconds) {
  delete element.dataset.ends;
  element.dataset.began = performance.now() - seconds * 1000;
  tick(element);
}

export function countDown(element, seconds) {
  delete element.dataset.began;
  element.dataset.ends = performance.now() + seconds * 1000;
  tick(element);
}

export function stopCounting(element) {
  delete element.dataset.began;
  delete element.dataset.ends;
  write(element, "");
}

function tick(element) {
  const { began, ends } = element.dataset;
  const left = began === undefined ? ends - performance.now() : performance.now() - began;
  const seconds = Math.max(0, Math.round(left / 1000));
  write(element, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
}

setInterval(() => document.querySelectorAll("[data-began], [data-ends]").forEach(tick), 500);

// Say something to who does not see the page; the same words twice are said twice.
export function announce(id, text) {
  const region = byId(id);
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}
