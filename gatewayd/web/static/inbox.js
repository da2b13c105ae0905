// The inbox while it is open: what happens appears, without a reload and without losing one's place.

import { morph, parse, request, settled, words } from "./dom.js";
import { onEvent, onState } from "./stream.js";
import { go, onArrival } from "./travel.js";

const NEAR_PX = 80;
let shown = null; // the timeline that was shown last
let ends = true; // whether its end is in view: it stays so where the room for it changes
let owed = false; // whether the open conversation was not read again for a menu that is open
let bare = document.title; // without the count; it may begin with an area code, (514)
let reading = Promise.resolve();

const list = () => document.getElementById("list");
const timeline = () => document.getElementById("timeline");

function isAtEnd(place) {
  return place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_PX;
}

export function toTheEnd() {
  const place = timeline();
  if (place) place.scrollTop = place.scrollHeight;
  document.getElementById("newer")?.setAttribute("hidden", "");
}

/** Ask for a part of this page; null where it is refused, or another page is open when it is all there. */
async function partOf(url, name) {
  const here = location.href;
  const response = await request(url, { name });
  const html = await response.text();
  return response.ok && here === location.href ? html : null;
}

/** Read a part of this page again: the elements that it consists of, by their ids. */
async function renew(name, shown) {
  if (!shown) return;
  const url = new URL(location.href);
  const rows = shown.querySelectorAll("ol > li").length;
  if (rows > 40) url.searchParams.set("rows", String(rows));
  const html = await partOf(url, name);
  if (html === null) return;
  const place = timeline();
  const follow = place && isAtEnd(place);
  const last = newest();
  for (const fresh of [...parse(html).body.children]) {
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
  shown = timeline();
  room.disconnect();
  if (!shown) return;
  ends = true;
  toTheEnd();
  shown.addEventListener("scroll", ({ target }) => { ends = isAtEnd(target); });
  room.observe(shown);
}

/** The newest row of the timeline that is shown. */
export const newest = () => timeline()?.querySelector("li:last-child")?.dataset.key;

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

/** Older rows are put where the link to them was. */
async function older(link, container) {
  const html = await partOf(link.href, "more");
  if (html === null) return;
  const fresh = parse(`<ol>${html}</ol>`).querySelector("ol");
  link.closest("li").replaceWith(...fresh.children);
  container.querySelector("a[data-more]")?.focus();
}

async function earlier(link) {
  const place = timeline();
  const html = await partOf(link.href, "timeline");
  if (html === null) return;
  const fresh = parse(html).querySelector("ol.timeline");
  const below = place.scrollHeight - place.scrollTop;
  link.closest("li").replaceWith(...fresh.children);
  place.scrollTop = place.scrollHeight - below;
}

/** Begin. */
export function inbox() {
  onEvent(happened);
  onState(changedConnection);
  onArrival(() => {
    bare = document.title;
    count();
    if (timeline() !== shown) opened();
  });
  // How a menu opens or closes does not bubble.
  document.addEventListener("toggle", ({ target }) => {
    if (!owed || target.open || !target.matches("details.menu")) return;
    owed = false;
    renewTimeline();
  }, true);
  document.addEventListener("click", (event) => {
    const more = event.target.closest?.("a[data-more]");
    const before = event.target.closest?.("a[data-earlier]");
    if (!more && !before) {
      if (event.target.closest?.("#newer")) toTheEnd();
      return;
    }
    event.preventDefault();
    const act = more ? () => older(more, more.closest("ol")) : () => earlier(before);
    reading = reading.then(act).catch(ignoreLoss);
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
