// Links and forms of our own without a new document: fetched, and put in place. Where anything is
// unusual the browser does what it would do without us.

import { morph, parse, request, settled, words } from "./dom.js";

const arrivals = new Set();
let journey = 0;

/** Be called after each change of the page, and once at the beginning. */
export const onArrival = (listener) => arrivals.add(listener);

export function arrived(reason) {
  for (const listener of arrivals) listener(reason);
}

/** Say something in the place for such. */
export function say(text, tone = "error") {
  const place = document.getElementById("flash");
  const flash = document.createElement("div");
  flash.className = `flash ${tone}`;
  flash.append(Object.assign(document.createElement("p"), { textContent: text }));
  place.replaceChildren(flash);
}

function isOurs(url) {
  return url.origin === location.origin && !/^\/(static|v1|docs|metrics|login|logout|welcome)/.test(url.pathname);
}

/**
 * Show an answer of ours as the page; false where it is none, or of another version. It is not shown where
 * nobody waits for it any more when it is all there.
 */
async function show(response, { push, keepFocus = false, awaited = () => true }) {
  const html = await response.text();
  if (!awaited()) return true;
  const fresh = parse(html);
  const style = (doc) => doc.querySelector('link[rel="stylesheet"]')?.getAttribute("href");
  if (!fresh.querySelector(".app") || !document.querySelector(".app")) return false;
  if (style(fresh) !== style(document)) return false;
  if (push && response.url !== location.href) history.pushState(null, "", response.url);
  document.title = fresh.title;
  // What was said after a form stays, with its undo, when the page is only read again.
  if (keepFocus) fresh.getElementById("flash")?.replaceWith(document.getElementById("flash").cloneNode(true));
  if (keepFocus) keepTries(fresh);
  const before = document.getElementById("main");
  morph(document.body, fresh.body);
  if (!keepFocus && document.activeElement === document.body) {
    document.getElementById("main")?.focus({ preventScroll: true });
  }
  arrived(before === document.getElementById("main") ? "same" : "new");
  return true;
}

/** A form that is only read again is the same try: what did arrive before is not sent twice. */
function keepTries(fresh) {
  for (const once of fresh.querySelectorAll("form[data-key] input[name=once]")) {
    const mine = document.querySelector(`form[data-key="${CSS.escape(once.form.dataset.key)}"]`)?.elements.once;
    if (mine) once.value = mine.value;
  }
}

/** Go to an address of ours. */
export async function go(url, { push = true } = {}) {
  const mine = ++journey;
  document.body.setAttribute("aria-busy", "true");
  try {
    const response = await request(url);
    if (!(await show(response, { push, awaited: () => mine === journey }))) location.assign(url);
  } catch {
    if (mine === journey) location.assign(url);
  } finally {
    if (mine === journey) document.body.removeAttribute("aria-busy");
  }
}

/** Read the page that is shown again, in place. */
async function refresh() {
  const mine = journey;
  const here = location.href;
  const response = await request(here);
  // A link or a form may have led elsewhere meanwhile, also while the answer's body came.
  const awaited = () => mine === journey && here === location.href;
  if (response.ok) await show(response, { push: false, keepFocus: true, awaited });
}

/** Send a form; gives whether it was taken. */
export async function send(form, submitter) {
  const data = new FormData(form, submitter);
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  journey += 1;
  try {
    const body = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    const response = await request(url, { method: "POST", body });
    if (!(await show(response, { push: response.redirected }))) {
      if (response.redirected) location.assign(response.url);
      else say(words.not_sent_yet);
      return false;
    }
    return response.ok && !document.querySelector(".flash.error");
  } catch {
    say(words.not_sent_yet);
    return false;
  } finally {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
}

/** Pages that say which events concern them (`data-refresh="modem. message."`) follow these. */
export function follow(type) {
  const wanted = document.querySelector("[data-refresh]")?.dataset.refresh.split(" ").filter(Boolean) ?? [];
  if (wanted.some((prefix) => type.startsWith(prefix))) soon();
}

/** Read the page that is shown again, a little after the last time that somebody asks for it. */
export const soon = settled(150, () => refresh().catch((error) => {
  if (!(error instanceof TypeError)) throw error; // offline: the stream says so
}));

function clicked(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (!isOurs(url) || (url.pathname === location.pathname && url.hash)) return;
  event.preventDefault();
  go(url.href);
}

function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("data-plain") || form.enctype === "multipart/form-data") return;
  const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const url = new URL(action ?? location.href, location.href);
  if (!isOurs(url)) return;
  if (form.method === "get") {
    event.preventDefault();
    // With the button that was clicked: its name may say what is asked for.
    url.search = new URLSearchParams(new FormData(form, event.submitter)).toString();
    go(url.href);
  } else if (form.method === "post" && document.querySelector(".app")) {
    event.preventDefault();
    const sending = new CustomEvent("sending", { bubbles: true });
    form.dispatchEvent(sending);
    send(form, event.submitter).then((taken) => document.dispatchEvent(new CustomEvent("sent", { detail: { form, taken } })));
  }
}

/** Take over links and forms. */
export function travel() {
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted);
  addEventListener("popstate", () => go(location.href, { push: false }));
}
