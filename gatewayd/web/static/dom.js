// What the other modules share: words, requests, and making a part of the page like another one.

export const words = JSON.parse(document.body.dataset.words);

export const csrfToken = () => document.body.dataset.csrf;

/** Accents and capitals do not matter: "prêt" is found by "pret". */
export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Ask for an address of ours as HTML; `name` asks for one part of that page. */
export async function request(url, { name, ...options } = {}) {
  const headers = { Accept: "text/html", ...options.headers };
  if (name) headers["X-Gatewayd-Part"] = name;
  const response = await fetch(url, { credentials: "same-origin", ...options, headers });
  if (response.status === 401) location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
  return response;
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
  const version = from.localName === "form" && isUnsaved(from, to) ? from.elements.version?.value : undefined;
  morphAttributes(from, to);
  if (from.localName === "textarea") morphText(from, to);
  else morphChildren(from, to);
  // What is typed was made for this version: who saves it is told that there is another by now.
  if (version !== undefined) from.elements.version.value = version;
  return from;
}

/** What somebody has typed is theirs. */
function morphText(from, to) {
  if (from.value !== from.defaultValue) return;
  from.defaultValue = to.defaultValue;
  from.value = to.defaultValue;
}

const isTyped = (one) => one.localName === "textarea" || (one.localName === "input" && one.type !== "hidden");

/** Whether something is typed into a form that the other one has not. */
function isUnsaved(from, to) {
  return [...from.elements].some((one) => {
    const fresh = one.name ? to.elements.namedItem(one.name) : null;
    return fresh && isTyped(one) && one.value !== one.defaultValue && one.value !== fresh.defaultValue;
  });
}

const keyOf = (node) =>
  node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id || null : null;

const isSame = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

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
      else from.insertBefore(found, place);
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

/** Do something once, a little after the last of many calls. */
export function settled(milliseconds, action) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), milliseconds);
  };
}
