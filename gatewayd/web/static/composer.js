// The composer: drafts that survive, the length and price while one writes, keys that send.

import { parse, request, settled } from "./dom.js";
import { newest, toTheEnd } from "./inbox.js";
import { onArrival } from "./travel.js";

const KEPT_MS = 30 * 24 * 3600 * 1000;
const composer = () => document.getElementById("composer");
const textarea = () => composer()?.querySelector("textarea");
const placeOf = (form) => `draft:${form.dataset.conversation}`;
let sending = null; // the place of what is on its way

/** Keep what is written, by conversation: a reload, a restart or another tab loses nothing. */
function keep() {
  const form = composer();
  if (!form) return;
  const text = textarea().value;
  const as = form.querySelector('input[name="as"]:checked')?.value;
  if (text) localStorage.setItem(placeOf(form), JSON.stringify({ text, as, at: Date.now() }));
  else localStorage.removeItem(placeOf(form));
}

function restore() {
  const form = composer();
  if (!form || form.dataset.restored || textarea().value) return;
  form.dataset.restored = "yes";
  const kept = JSON.parse(localStorage.getItem(placeOf(form)) ?? "null");
  if (!kept) return;
  textarea().value = kept.text;
  const as = form.querySelector(`input[name="as"][value="${CSS.escape(kept.as ?? "answer")}"]`);
  if (as) as.checked = true;
  measure();
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

const isNote = (form) => form.querySelector('input[name="as"]:checked')?.value === "note";

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
    if (target.id === "composer") sending = placeOf(target);
  });
  document.addEventListener("sent", ({ detail }) => {
    if (detail.form.id !== "composer") return;
    const now = composer();
    if (now === detail.form && "steps" in now.dataset) {
      // Not sent yet, only another recipient perhaps: what is written is kept as theirs.
      localStorage.removeItem(sending);
      keep();
      measure();
      return;
    }
    if (!detail.taken) return;
    localStorage.removeItem(sending);
    if (now?.dataset.conversation === detail.form.dataset.conversation) {
      now.reset();
      document.getElementById("measure")?.replaceChildren();
      toTheEnd();
      textarea()?.focus();
    }
  });
  // Another tab wrote to the same customer: its text is kept under the same name.
  addEventListener("storage", ({ key, newValue }) => {
    const form = composer();
    if (!form || key !== placeOf(form) || document.activeElement === textarea()) return;
    textarea().value = newValue ? JSON.parse(newValue).text : "";
  });
  forgetOld();
}
