// The inbox while it is open: what happens appears, without a reload and without losing one's place.

import { morph, parse, request, settled, words } from "./dom.js";
import { asShown, goOn, isAtNewest, lengthen } from "./shown.js";
import { onEvent, onState } from "./stream.js";
import { go, onArrival } from "./travel.js";

const NEAR_PX = 80;
let shown = null; // the timeline that was shown last
let at = ""; // what was looked for in it
let ends = true; // whether its end is in view: it stays so where the room for it changes
let owed = false; // whether the open conversation was not read again for a menu that is open
let bare = document.title; // without the count; it may begin with an area code, (514)
let reading = Promise.resolve();

const list = () => document.getElementById("list");
const timeline = () => document.getElementById("timeline");

function isAtEnd(place) {
  return isAtNewest(place) && place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_PX;
}

export function toTheEnd() {
  const place = timeline();
  if (place) place.scrollTop = place.scrollHeight;
  document.getElementById("newer")?.setAttribute("hidden", "");
}

/** Read a part of this page again: the elements that it consists of, by their ids. */
async function renew(name, shown) {
  if (!shown) return;
  const here = location.href;
  const response = await request(here, { name, shown: asShown(here, { list: name === "list", timeline: name === "timeline" }) });
  const part = parse(await response.text());
  if (response.ok) await lengthen(part, { again: true });
  // Refused, or another page is open when it is all there.
  if (!response.ok || here !== location.href) return;
  const place = timeline();
  const follow = place && isAtEnd(place);
  const last = newest();
  for (const fresh of [...part.body.children]) {
    const old = document.getElementById(fresh.id);
    // Nothing moves under the hand of who chooses in a menu.
    if (old?.querySelector("details.menu[open]")) owed = true;
    else if (old) morph(old, fresh);
  }
  if (name !== "timeline") return;
  if (follow) toTheEnd();
  else if (newest() !== last) showNewer();
  document.dispatchEvent(new CustomEvent("renewed"));
}

// What is written grows, a telephone's keyboard comes.
const room = new ResizeObserver(() => ends && toTheEnd());

function opened() {
  const place = timeline();
  at = place?.dataset.at;
  if (place !== shown) {
    shown = place;
    room.disconnect();
    shown?.addEventListener("scroll", ({ target }) => { ends = isAtEnd(target); });
    if (shown) room.observe(shown);
  }
  if (!shown) return;
  const found = shown.querySelector("#at");
  ends = !found;
  document.getElementById("newer")?.setAttribute("hidden", "");
  if (found) found.scrollIntoView({ block: "center" });
  else toTheEnd();
}

/** The newest row that the conversation had when it was read last, in view or not. */
export const newest = () => timeline()?.dataset.newest;

/** The newest row that is shown of it. */
export const lastShown = () => [...(timeline()?.querySelectorAll("li[data-seq]") ?? [])].at(-1)?.dataset.key;

function showNewer() {
  document.getElementById("newer")?.removeAttribute("hidden");
}

const later = (wait, action) => settled(wait, () => {
  reading = reading.then(action).catch(ignoreLoss);
});
const renewList = later(30, () => renew("list", list()).then(count));
const renewTimeline = later(10, () => renew("timeline", timeline()));
const renewContact = later(100, () => renew("contact", document.getElementById("contact")));

// The stream says that the connection is lost; with it everything is read again.
function ignoreLoss(error) {
  if (!(error instanceof TypeError)) throw error;
}

function happened(type, data) {
  if (type === "conversation.presence") return;
  const { conversation: open, contact } = timeline()?.dataset ?? {};
  if (open && (data.conversation_id === open || data.id === open || data.id === contact)) renewTimeline();
  if (type.startsWith("contact.") || type.startsWith("conversation.")) renewContact();
  if (list() && type !== "modem.state") renewList();
}

/** Show in the title how many wait for this reader. */
function count() {
  const unread = Number(document.querySelector("[data-unread]")?.dataset.unread ?? 0);
  document.title = unread ? `(${unread}) ${bare}` : bare;
  document.dispatchEvent(new CustomEvent("counted"));
}

function changedConnection(connected) {
  const place = document.getElementById("connection");
  if (!place) return;
  if (!connected) {
    place.textContent = words.reconnecting;
    place.className = "connection";
    place.hidden = false;
  } else {
    if (!place.hidden) {
      place.textContent = words.reconnected;
      place.className = "connection well";
      setTimeout(() => { if (place.className.endsWith("well")) place.hidden = true; }, 2500);
    }
    renewTimeline();
    renewList();
    renewContact();
  }
}

/** Older rows of the list, earlier or later messages, where the link to them was. */
async function goFurther(link) {
  if (!link.isConnected) return; // what was read again meanwhile goes no further
  const [list, place] = [link.closest("ol"), timeline()];
  const below = place && place.scrollHeight - place.scrollTop;
  const focused = document.activeElement === link;
  if (!(await goOn(link))) return;
  if ("earlier" in link.dataset) place.scrollTop = place.scrollHeight - below;
  if (!focused) return;
  const next = ["more", "earlier", "later"].find((each) => each in link.dataset);
  (list.querySelector(`a[data-${next}]`) ?? list.closest("[tabindex]"))?.focus({ preventScroll: true });
}

/** What is new is at the end, which may not be shown yet. */
function toTheNewest() {
  if (isAtNewest(timeline())) toTheEnd();
  else {
    const url = new URL(location.href);
    for (const name of ["at", "earlier", "later"]) url.searchParams.delete(name);
    url.hash = "";
    go(url.href);
  }
}

/** Begin. */
export function inbox() {
  onEvent(happened);
  onState(changedConnection);
  onArrival(() => {
    bare = document.title;
    count();
    if (timeline() !== shown || timeline()?.dataset.at !== at) opened();
  });
  // How a menu opens or closes does not bubble.
  document.addEventListener("toggle", ({ target }) => {
    if (!owed || target.open || !target.matches("details.menu")) return;
    owed = false;
    renewTimeline();
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-more], a[data-earlier], a[data-later]");
    if (!link) {
      if (event.target.closest?.("#newer")) toTheNewest();
      return;
    }
    event.preventDefault();
    reading = reading.then(() => goFurther(link)).catch(ignoreLoss);
  }, true);
  document.addEventListener("input", settled(200, (event) => {
    // Who has gone on to a result or a button meanwhile is not called back.
    if (event.target.id !== "q" || document.activeElement !== event.target) return;
    const url = new URL(location.href);
    url.pathname = event.target.form.getAttribute("action");
    url.search = event.target.value ? `?q=${encodeURIComponent(event.target.value)}` : "";
    go(url.href);
  }));
}
