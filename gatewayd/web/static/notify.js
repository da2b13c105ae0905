// Notices of the browser for what is new and unread and the reader wishes to be called for
// (data-calls), by one tab for all, and none in quiet hours (data-quiet).

import { words } from "./dom.js";
import { leads, onEvent } from "./stream.js";
import { go, onArrival } from "./travel.js";

// A list may show what is new before the stream names it.
const PATIENCE_MS = 2000;

let calls = null;
let latest = null; // the conversation that something came into last, until it is told
let owed = null; // the timer of a notice that waits for its name

const head = () => document.querySelector("[data-calls]");

function look() {
  const now = head() ? Number(head().dataset.calls) : null;
  const grew = calls !== null && now !== null && now > calls;
  if (now !== null) calls = now;
  if (!grew) return;
  if (latest) pay();
  else owed ??= setTimeout(pay, PATIENCE_MS);
}

function named(conversation) {
  latest = conversation;
  if (owed !== null) pay();
}

/** What a colleague handed to the reader need not be unread; they are told of it all the same. */
function handed({ id, kind, people }) {
  if (kind !== "handed" || !people.includes(document.body.dataset.person)) return;
  latest = id;
  pay();
}

function pay() {
  clearTimeout(owed);
  const about = latest;
  owed = latest = null;
  if (leads() && !document.hasFocus() && head()?.dataset.quiet === undefined) tell(about);
}

function tell(about) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  // The list that is open may show it, or others only.
  const row = about && document.querySelector(`#list li[data-key="${CSS.escape(about)}"] a.row`);
  const name = row?.querySelector(".who")?.textContent ?? "";
  const notice = new Notification(name || words.new_message, {
    body: row?.querySelector(".said")?.textContent.trim() ?? "",
    tag: "gatewayd",
  });
  notice.addEventListener("click", () => {
    window.focus();
    if (about) go(row?.href ?? `/inbox/all/${about}`);
    notice.close();
  });
}

/** Show on the reader's own page how it is on this device. */
function showState() {
  const place = document.getElementById("notices");
  if (!place) return;
  const state = !window.isSecureContext || !("Notification" in window) ? "insecure" : Notification.permission;
  for (const each of place.querySelectorAll("[data-notices]")) each.hidden = each.dataset.notices !== state;
}

/** Begin. */
export function notify() {
  onEvent((type, data) => {
    if (type === "message.received") named(data.conversation_id);
    if (type === "conversation.reminder") handed(data);
    if (["assigned", "created", "mentioned"].some((each) => type === `conversation.${each}`)) named(data.id);
  });
  onArrival(() => {
    look();
    showState();
  });
  document.addEventListener("counted", look);
  document.addEventListener("click", async (event) => {
    if (!event.target.closest?.("[data-allow-notices]")) return;
    await Notification.requestPermission();
    showState();
  });
}
