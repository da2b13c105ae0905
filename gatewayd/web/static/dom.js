// What the other modules share: words, requests, and making a part of the page like another one.

export const words = JSON.parse(document.body.dataset.words);

export const csrfToken = () => document.body.dataset.csrf;

/** Accents and capitals do not matter: "prêt" is found by "pret". */
export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Ask for an address of ours as HTML: one part of that page by its `name`; or `again`, when nothing is said with it; `shown`: as far. */
export async function request(url, { name, again = false, shown = "", ...options } = {}) {
  const headers = { Accept: "text/html", ...options.headers };
  if (name) headers["X-Gatewayd-Part"] = name;
  if (again) headers["X-Gatewayd-Again"] = "1";
  if (shown) headers["X-Gatewayd-Shown"] = shown;
  const response = await fetch(url, { credentials: "same-origin", ...options, headers });
  if (response.status === 401) location.assign(loginTo(location.href));
  return response;
}

/** The log-in that comes back to a page of ours. */
export function loginTo(href) {
  const { pathname, search } = new URL(href);
  return "/login?next=" + encodeURIComponent(pathname + search);
}

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** Make `from` like `to`, and keep each node that is the same thing: focus, scroll and typing stay. */
export function morph(from, to) {
  if (from.isEqualNode(to)) return from;
  if (!isSame(from, to)) {
    from.replaceWith(to);
    return to;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return from;
  }
  if (isOwed(from, to)) return from;
  const version = from.localName === "form" && isUnsaved(from, to) ? from.elements.version?.value : "";
  const filled = FILLED.includes(from.localName) && isFilled(from) ? given(from) : null;
  morphAttributes(from, to);
  if (from.localName === "textarea") from.defaultValue = to.defaultValue;
  else morphChildren(from, to);
  if (FILLED.includes(from.localName)) fill(from, filled ?? fresh(from));
  // What is typed was made for this version: who saves it is told that there is another by now.
  if (version) from.elements.version.value = version;
  return from;
}

const FILLED = ["input", "select", "textarea"];
const isTicked = (one) => one.type === "checkbox" || one.type === "radio";

/** What somebody has put into a field. */
const given = (one) => (isTicked(one) ? one.checked : one.value);

/** What the page itself puts into it. */
function fresh(one) {
  if (isTicked(one)) return one.defaultChecked;
  if (one.localName !== "select") return one.defaultValue;
  const options = [...one.options];
  return (options.findLast((each) => each.defaultSelected) ?? options.find((each) => !each.disabled))?.value ?? "";
}

/** Whether somebody has: that is theirs, and stays. */
const isFilled = (one) => one.type !== "hidden" && given(one) !== fresh(one);

function fill(one, what) {
  if (one.type === "hidden" || one.type === "file" || given(one) === what) return;
  if (isTicked(one)) one.checked = what;
  else one.value = what;
  if (one.selectedIndex < 0) one.value = fresh(one); // what was chosen is no choice any more
}

/** What is in each field of a form now. */
export const filledIn = (form) => new Map([...form.elements].filter((one) => FILLED.includes(one.localName)).map((one) => [one, given(one)]));

/** What a form was sent with is the page's from now on, but for what somebody has changed since. */
export function settle(form, sent) {
  delete form.dataset.unsaved;
  for (const [one, what] of sent) {
    if (one.type === "hidden" || given(one) !== what) continue;
    if (isTicked(one)) one.defaultChecked = what;
    else if (one.localName !== "select") one.defaultValue = what;
    else for (const each of one.options) each.defaultSelected = each.value === what;
  }
}

/** Whether something is put into a form that the other one has not. */
function isUnsaved(from, to) {
  return [...from.elements].some((one) => {
    if (!one.name || !FILLED.includes(one.localName) || !isFilled(one)) return false;
    const theirs = [...to.elements].find((each) => isField(one, each));
    return theirs !== undefined && given(one) !== fresh(theirs);
  });
}

/** Whether a form could not be taken, and waits with what was written and why: only an answer to it changes it. */
const isOwed = (from, to) => from.localName === "form" && "unsaved" in from.dataset && !("unsaved" in to.dataset);

/** Whether two fields or buttons of a form stand for the same thing. */
function isField(one, other) {
  if (one.name !== other.name || one.type !== other.type) return false;
  return !(isTicked(one) || one.localName === "button") || one.value === other.value;
}

const keyOf = (node) =>
  node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id || null : null;

function isSame(one, other) {
  if (one.nodeName !== other.nodeName || keyOf(one) !== keyOf(other)) return false;
  return ![...FILLED, "button"].includes(one.localName) || isField(one, other);
}

function morphAttributes(from, to) {
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    const theirs = name === "open" || (name === "hidden" && from.dataset.theirs !== undefined);
    if (!to.hasAttribute(name) && !theirs) from.removeAttribute(name);
  }
}

function morphChildren(from, to) {
  const keyed = new Map();
  for (const child of from.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const key = keyOf(wanted);
    let found = key ? keyed.get(key) : null;
    if (!key && place && !keyOf(place) && isSame(place, wanted)) found = place;
    if (found && isSame(found, wanted)) {
      keyed.delete(key);
      if (found === place) place = place.nextSibling;
      else move(from, found, place);
      morph(found, wanted);
    } else {
      from.insertBefore(wanted, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** Put a part elsewhere within its own: who has it under their hands keeps it. */
function move(parent, part, before) {
  if (parent.moveBefore) {
    parent.moveBefore(part, before);
    return;
  }
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  parent.insertBefore(part, before);
  focused?.focus({ preventScroll: true });
}

/** Do something once, a little after the last of many calls. */
export function settled(milliseconds, action) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), milliseconds);
  };
}
