// Who else is looking at this conversation or writing in it; and what this reader has read of it.

import { csrfToken, words } from "./dom.js";
import { lastShown } from "./inbox.js";
import { onEvent } from "./stream.js";
import { onArrival } from "./travel.js";

const SAY_EVERY_MS = 20000;
const me = () => document.body.dataset.person;
const open = () => document.getElementById("timeline")?.dataset.conversation;
const there = new Map();
let said = { conversation: null, state: null };
let read = null;

async function post(conversation, word, body, more = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrfToken() };
  const url = `/v1/conversations/${conversation}/${word}`;
  try {
    return await fetch(url, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin", ...more });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream says so
    return null;
  }
}

function show() {
  const place = document.getElementById("presence");
  if (!place) return;
  const now = Date.now();
  const others = [...there.values()].filter((each) => each.conversation === open() && each.until > now);
  others.sort((one, other) => (one.state === "writing" ? -1 : 1) - (other.state === "writing" ? -1 : 1));
  const text = others.map(({ name, state }) => words[state].replace("%(name)s", name)).join(" ");
  if (place.textContent !== text) place.textContent = text;
}

function note(conversation, { user_id: id, name, state, until }) {
  if (id === me()) return;
  if (state === "gone") there.delete(id);
  else there.set(id, { conversation, name, state, until: Date.parse(until) });
  show();
}

const isWriting = () => Boolean(document.querySelector("#composer textarea")?.value);

async function say() {
  const conversation = open();
  if (said.conversation && said.conversation !== conversation) {
    post(said.conversation, "presence", { state: "gone" });
    said = { conversation: null, state: null };
  }
  if (!conversation || !me() || document.hidden) return;
  const state = isWriting() ? "writing" : "looking";
  said = { conversation, state };
  const response = await post(conversation, "presence", { state });
  if (response?.ok) for (const each of (await response.json()).items) note(conversation, each);
}

async function markRead() {
  const key = lastShown();
  if (!open() || !me() || document.hidden || !key || key === read) return;
  read = key;
  const response = await post(open(), "read", { up_to: key });
  if (!response?.ok && read === key) read = null; // it is said again with the next that happens
}

/** Begin. */
export function together() {
  if (!me()) return;
  onEvent((type, data) => {
    if (type === "conversation.presence") note(data.id, data);
  });
  onArrival(() => {
    show();
    say();
    markRead();
  });
  document.addEventListener("renewed", () => {
    show();
    markRead();
  });
  document.addEventListener("input", ({ target }) => {
    if (target.matches("#composer textarea") && (said.state === "writing") !== isWriting()) say();
  });
  document.addEventListener("visibilitychange", () => {
    say();
    markRead();
  });
  addEventListener("pagehide", () => {
    if (said.conversation) post(said.conversation, "presence", { state: "gone" }, { keepalive: true });
  });
  setInterval(() => {
    say();
    show();
  }, SAY_EVERY_MS);
}
