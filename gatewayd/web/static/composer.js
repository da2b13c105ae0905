// The composer: drafts that survive, the length and price while one writes, keys that send.

import { parse, request, settled } from "./dom.js";
import { newest, toTheEnd } from "./inbox.js";
import { onArrival } from "./travel.js";

const KEPT_MS = 30 * 24 * 3600 * 1000;
const composer = () => document.getElementById("composer");
const textarea = () => composer()?.querySelector("textarea");
// A shop's computer is many people's: a draft is whose it is.
const placeOf = (form) => `draft:${document.body.dataset.person}:${form.dataset.conversation}`;
const sent = new WeakMap(); // of each form that is on its way: the place of its draft, and the text

/** Keep what is written, by conversation: a reload, a restart or another tab loses nothing. */
function keep() {
  const form = composer();
  if (!form) return;
  put(placeOf(form), textarea().value, form.elements.as?.value);
}

/** `once` names the try of what was sent as it stands: it may have arrived, its answer lost. */
function put(place, text, as, once) {
  if (text) localStorage.setItem(place, JSON.stringify({ text, as, once, at: Date.now() }));
  else localStorage.removeItem(place);
}

const kept = (place) => JSON.parse(localStorage.getItem(place) ?? "null");

/** Show a draft: its text, and that it is a note where it is one. */
function fill(form, { text, as }) {
  textarea().value = text;
  const choice = form.querySelector(`input[type="radio"][name="as"][value="${CSS.escape(as ?? "answer")}"]`);
  if (choice) choice.checked = true;
  measure();
}

/** What was written after a text was sent: the text itself is on its way. */
const restOf = (text, was) => (text.startsWith(was) ? text.slice(was.length).trimStart() : text);

function restore() {
  const form = composer();
  if (!form || form.dataset.restored || textarea().value) return;
  form.dataset.restored = "yes";
  const draft = kept(placeOf(form));
  if (!draft) return;
  if (draft.once) form.elements.once.value = draft.once;
  fill(form, draft);
}

function forgetOld() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith("draft:")) continue;
    const { at } = JSON.parse(localStorage.getItem(key));
    if (Date.now() - at > KEPT_MS) localStorage.removeItem(key);
  }
}

const measure = settled(120, async () => {
  const form = composer();
  const place = document.getElementById("measure");
  if (!form || !place) return;
  const text = textarea().value;
  if (!text || isNote(form)) {
    place.replaceChildren();
    return;
  }
  const body = new URLSearchParams([...new FormData(form)]);
  try {
    const response = await request(form.dataset.measure, { method: "POST", body, name: "measure" });
    const html = await response.text();
    if (response.ok && text === textarea()?.value) place.replaceChildren(...parse(html).body.childNodes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream says so
  }
});

const isNote = (form) => form.elements.as?.value === "note";

/** Whether an answer is written, and not a note. */
export const isAnswer = () => composer() !== null && !isNote(composer());

/** Put text where the cursor is, or instead of what is chosen. */
export function insert(text) {
  const field = textarea();
  if (!field) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function replaceAll(character, replacement) {
  const field = textarea();
  field.value = field.value.replaceAll(character, replacement);
  field.focus();
  changed();
}

function changed() {
  // What was shown when somebody last wrote is what they had before them.
  const seen = composer()?.querySelector('input[name="seen"]');
  if (seen && newest()) seen.value = newest();
  keep();
  measure();
}

function pressed(event) {
  if (event.target !== textarea()) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    composer().requestSubmit();
  }
}

/** What was sent has its answer: it is no draft any more, wherever one is by now. */
function answered(form, taken) {
  const { place, text } = sent.get(form);
  const now = composer();
  if (now === form && "steps" in form.dataset) {
    // Not sent yet, only another recipient perhaps: what is written is kept as theirs.
    localStorage.removeItem(place);
    keep();
    measure();
  } else if (taken && now && placeOf(now) === place) {
    emptied(now, text);
  } else if (taken) {
    const draft = kept(place);
    if (draft) put(place, restOf(draft.text, text), draft.as);
  }
}

/** Clear what was sent; what was written meanwhile stays, and a note is followed by a note. */
function emptied(form, text) {
  const rest = restOf(textarea().value, text);
  const as = form.elements.as?.value;
  form.reset();
  for (const menu of form.querySelectorAll("details.menu[open]")) menu.open = false;
  document.getElementById("measure")?.replaceChildren();
  fill(form, { text: rest, as });
  keep();
  toTheEnd();
  textarea().focus();
}

/** Begin. */
export function compose() {
  onArrival(restore);
  document.addEventListener("input", (event) => {
    if (composer()?.contains(event.target)) changed();
  });
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-replace]");
    if (button) replaceAll(button.dataset.replace, button.dataset.with);
  });
  document.addEventListener("sending", ({ target }) => {
    if (target.id !== "composer") return;
    const place = placeOf(target);
    const text = textarea().value;
    sent.set(target, { place, text });
    put(place, text, target.elements.as?.value, target.elements.once.value);
  });
  document.addEventListener("sent", ({ detail }) => {
    if (detail.form.id === "composer") answered(detail.form, detail.taken);
  });
  // Another tab wrote to the same customer: its draft is kept under the same name.
  addEventListener("storage", ({ key }) => {
    const form = composer();
    if (form && key === placeOf(form)) fill(form, kept(key) ?? { text: "", as: form.elements.as?.value });
  });
  forgetOld();
}
