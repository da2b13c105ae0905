// Links and forms of our own without a new document: fetched, and put in place. Where anything is
// unusual the browser does what it would do without us.

import { filledIn, loginTo, morph, parse, request, settle, settled, words } from "./dom.js";
import { asShown, lengthen } from "./shown.js";

const arrivals = new Set();
const underWay = new WeakSet(); // forms that were sent and have no answer yet
let journey = 0;
let pages = 0; // how many have been shown
let toldOn = null; // the journey on which something was said of the page before

/** Be called after each change of the page, and once at the beginning. */
export const onArrival = (listener) => arrivals.add(listener);

export function arrived() {
  for (const listener of arrivals) listener();
}

/** Say that something went wrong, in the place for such; and on which page, if that is another one. */
function say(text, where = null) {
  const flash = document.createElement("div");
  flash.className = "flash error";
  flash.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (where) {
    flash.append(Object.assign(document.createElement("a"), { textContent: words.go_back, href: where, className: "button quiet small" }));
  }
  document.getElementById("flash").replaceChildren(flash);
}

function isOurs(url) {
  return url.origin === location.origin && !/^\/(static|v1|docs|metrics|login|logout|welcome)/.test(url.pathname);
}

/** Show an answer of ours, to `form` perhaps, as the page; false: it is none, of another version, or another person's. */
function show(response, fresh, { push, keepFocus = false, keepSaid = keepFocus, form }) {
  const style = (doc) => doc.querySelector('link[rel="stylesheet"]')?.getAttribute("href");
  if (!fresh.querySelector(".app") || !document.querySelector(".app")) return false;
  if (style(fresh) !== style(document) || isAnother(fresh)) return false;
  const elsewhere = push && new URL(response.url).pathname !== location.pathname;
  if (push && response.url !== location.href) history.pushState(null, "", response.url);
  document.title = fresh.title;
  // What was said after a form stays, with its undo, when the page is only read again.
  if (keepSaid) fresh.getElementById("flash")?.replaceWith(document.getElementById("flash").cloneNode(true));
  if (keepFocus) keepTries(fresh);
  // The answer to a form brings the version that it goes on from, whatever is still written in it.
  if (form?.elements.version) form.elements.version.value = "";
  morph(document.body, fresh.body);
  if (!keepFocus && document.activeElement === document.body) {
    document.getElementById("main")?.focus({ preventScroll: true });
  }
  if (elsewhere) scrollTo(0, 0);
  pages += 1;
  arrived();
  return true;
}

/** Whether a page is not for the person that this one is for: they have logged in in another tab. */
const isAnother = (fresh) => fresh.body.dataset.person !== document.body.dataset.person;

/** A form that is only read again is the same try: what did arrive before is not sent twice. */
function keepTries(fresh) {
  for (const once of fresh.querySelectorAll("form[data-key] input[name=once]")) {
    const mine = document.querySelector(`form[data-key="${CSS.escape(once.form.dataset.key)}"]`)?.elements.once;
    if (mine) once.value = mine.value;
  }
}

/** Go to an address of ours. What comes when somebody has gone on is not shown. */
export async function go(url, { push = true } = {}) {
  const mine = ++journey;
  document.body.setAttribute("aria-busy", "true");
  try {
    const response = await request(url, { shown: asShown(url) });
    const fresh = parse(await response.text());
    await lengthen(fresh);
    if (mine === journey && !show(response, fresh, { push, keepSaid: toldOn === mine })) location.assign(url);
  } catch {
    if (mine === journey) location.assign(url);
  } finally {
    if (mine === journey) document.body.removeAttribute("aria-busy");
  }
}

/** Read the page that is shown again, in place. */
async function refresh() {
  const mine = journey;
  const page = pages;
  const here = location.href;
  const response = await request(here, { again: true, shown: asShown(here, { list: true }) });
  const fresh = parse(await response.text());
  await lengthen(fresh, { again: true });
  // A link or a form may have led elsewhere meanwhile, also while the answer's body came; and what
  // came of a form that was on its way is newer.
  if (!response.ok || mine !== journey || page !== pages || here !== location.href) return;
  if (isAnother(fresh)) location.reload();
  else show(response, fresh, { push: false, keepFocus: true });
}

/** Send a form; gives whether it was taken. Who goes on meanwhile stays where they are. */
async function send(form, submitter) {
  const data = new FormData(form, submitter);
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
  const here = location.href;
  const filled = filledIn(form);
  const buttons = [...form.querySelectorAll("button:enabled")];
  for (const button of buttons) button.disabled = true;
  underWay.add(form);
  const mine = ++journey;
  try {
    const body = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    const response = await request(url, { method: "POST", body, shown: asShown(url) });
    const fresh = parse(await response.text());
    await lengthen(fresh);
    const isTaken = response.ok && fresh.querySelector(".app") !== null && !fresh.querySelector(".flash.error");
    if (mine !== journey) {
      tellWhoWentOn(isTaken ? fresh : null, here);
      return isTaken;
    }
    if (isTaken) settle(form, filled);
    if (!show(response, fresh, { push: response.redirected, form })) await refused(response, fresh, here);
    return isTaken;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (mine === journey) say(words.not_sent_yet);
    else tellWhoWentOn(null, here);
    return false;
  } finally {
    underWay.delete(form);
    for (const button of buttons) button.disabled = false;
  }
}

/** Where a form's answer is no page of ours to show. */
async function refused(response, fresh, here) {
  const problem = fresh.querySelector("[data-problem]");
  if (problem?.dataset.problem === "csrf_missing") {
    // Logged in again in another tab: this page's forms carry the secret of the session before.
    await refresh();
    say(words.look_again);
  } else if (problem) say(fresh.querySelector("h1").textContent);
  else if (!response.redirected) say(words.not_sent_yet);
  else if (new URL(response.url).pathname === "/login") location.assign(loginTo(here));
  else location.assign(response.url);
}

/** What came of a form is said where its sender is by now; `fresh` is null where it was not taken. */
function tellWhoWentOn(fresh, here) {
  const said = fresh?.getElementById("flash");
  if (!fresh) say(words.not_taken, here);
  else if (said.childElementCount) document.getElementById("flash").replaceWith(said);
  toldOn = journey;
}

/** Pages that say which events concern them (`data-refresh="modem. message."`) follow these. */
export function follow(type) {
  const wanted = document.querySelector("[data-refresh]")?.dataset.refresh.split(" ").filter(Boolean) ?? [];
  if (wanted.some((prefix) => type.startsWith(prefix))) soon();
}

/** Read the page that is shown again, a little after the last time that somebody asks for it. */
export const soon = () => readAgain(pages);

const readAgain = settled(150, (page) => {
  if (page !== pages) return; // another one is shown by now, and has been told what is newer than it
  refresh().catch((error) => {
    if (!(error instanceof TypeError)) throw error; // offline: the stream says so
  });
});

function clicked(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (!isOurs(url) || (url.hash && url.pathname + url.search === location.pathname + location.search)) return;
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
    if (underWay.has(form)) return; // a second Enter means the same
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
