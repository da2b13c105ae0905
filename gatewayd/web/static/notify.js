// Notices of the browser for what is new and unread and the reader wishes to be called for
// (data-calls), by one tab for all, and none in quiet hours (data-quiet).

import { words } from "./dom.js";
import { leads } from "./stream.js";
import { go, onArrival } from "./travel.js";

let calls = null;

const head = () => document.querySelector("[data-calls]");

function look() {
  const now = head() ? Number(head().dataset.calls) : null;
  const grew = calls !== null && now !== null && now > calls;
  if (now !== null) calls = now;
  if (grew && leads() && !document.hasFocus() && head().dataset.quiet === undefined) tell();
}

function tell() {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const row = document.querySelector("#list a.row.unread, #list a.row.mentioned");
  const name = row?.querySelector(".who")?.textContent ?? "";
  const notice = new Notification(name || words.new_message, {
    body: row?.querySelector(".said")?.textContent.trim() ?? "",
    tag: "gatewayd",
  });
  notice.addEventListener("click", () => {
    window.focus();
    if (row) go(row.href);
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
