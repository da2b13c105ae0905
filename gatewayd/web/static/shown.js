// How far a list and a conversation are shown: whoever reads them again gets as much, and what was opened stays.

import { parse, request } from "./dom.js";

const listIn = (doc) => doc.getElementById("list");
const rowsIn = (list) => [...list.querySelectorAll("li[data-row]")];
const timelineIn = (doc) => doc.getElementById("timeline");
const entriesIn = (doc) => [...(timelineIn(doc)?.querySelectorAll("li[data-seq]") ?? [])];
const seqOf = (entry) => Number(entry?.dataset.seq);

/** Whether the newest of the conversation is in what is shown of it. */
export const isAtNewest = (place) => !place.querySelector("a[data-later]");

/** What is shown already of where an address leads to, as the gateway is told it: of the conversation, of the `list` where it is read again. */
export function asShown(url, { list: isListed = false, timeline = true } = {}) {
  const { pathname, searchParams } = new URL(url, location.href);
  const [, , view, id] = pathname.split("/");
  const shown = new URLSearchParams();
  const list = listIn(document);
  if (isListed && list && list.dataset.list === `${view}?${searchParams.get("q") ?? ""}`) shown.set("rows", rowsIn(list).length);
  const place = timelineIn(document);
  const entries = entriesIn(document);
  if (timeline && place && entries.length && place.dataset.conversation === id && place.dataset.at === (searchParams.get("at") ?? "")) {
    shown.set("since", seqOf(entries[0]));
    if (!isAtNewest(place)) shown.set("until", seqOf(entries.at(-1)));
  }
  return shown.toString();
}

/** One answer holds so much and no more: read on, until there is as much of it as is shown. */
export async function lengthen(fresh, { again = false } = {}) {
  try {
    if (again) await lengthenList(listIn(document), listIn(fresh));
    else keepOpened(fresh);
    await lengthenTimeline(fresh);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: what has come is shown
  }
}

const isSameList = (mine, theirs) => mine && theirs && mine.dataset.list === theirs.dataset.list;

async function lengthenList(mine, theirs) {
  if (!isSameList(mine, theirs)) return;
  for (let missing; (missing = rowsIn(mine).length - rowsIn(theirs).length) > 0;) {
    const link = theirs.querySelector("a[data-more]");
    if (!link || !(await goOn(link, `rows=${missing}`))) return;
  }
}

/** Where only another conversation of a list is opened, what was opened of the list stays: it is as new as the last that happened. */
function keepOpened(fresh) {
  const [mine, theirs] = [listIn(document), listIn(fresh)];
  const end = theirs?.querySelector("li.more");
  if (!end || !isSameList(mine, theirs)) return;
  const there = new Set(rowsIn(theirs).map((row) => row.dataset.key));
  const last = Math.min(...rowsIn(theirs).map((row) => Number(row.dataset.row)));
  const older = rowsIn(mine).filter((row) => Number(row.dataset.row) < last && !there.has(row.dataset.key));
  if (!older.length) return;
  end.before(...older.map((row) => row.cloneNode(true)));
  const further = mine.querySelector("li.more");
  if (further) end.replaceWith(further.cloneNode(true));
  else end.remove();
  markOpen(theirs, timelineIn(fresh));
}

/** Which row of a list is open, where it was not read together with the conversation. */
function markOpen(list, place) {
  const isHit = list.querySelector("a.found[aria-current]") !== null;
  for (const row of rowsIn(list)) {
    if (row.dataset.key === place?.dataset.conversation && !isHit) row.querySelector("a").setAttribute("aria-current", "true");
    else row.querySelector("a").removeAttribute("aria-current");
  }
}

async function lengthenTimeline(fresh) {
  const [mine, theirs] = [timelineIn(document), timelineIn(fresh)];
  if (!mine || mine.dataset.key !== theirs?.dataset.key || mine.dataset.at !== theirs.dataset.at) return;
  const first = seqOf(entriesIn(document)[0]);
  while (seqOf(entriesIn(fresh)[0]) > first) {
    const link = theirs.querySelector("a[data-earlier]");
    if (!link || !(await goOn(link, `since=${first}`))) return;
  }
}

/** Put what a link leads on to in its place: older rows of a list, earlier or later entries; gives whether it came. */
export async function goOn(link, shown = "") {
  const here = location.href;
  const isRows = "more" in link.dataset;
  const response = await request(link.href, { name: isRows ? "more" : "timeline", shown });
  const html = await response.text();
  // Somebody may have gone on to another page meanwhile, also while the answer's body came.
  if (!response.ok || here !== location.href) return false;
  const fresh = parse(isRows ? `<ol>${html}</ol>` : html).querySelector("ol");
  if (!isRows) fresh.querySelector("earlier" in link.dataset ? "a[data-later]" : "a[data-earlier]")?.closest("li").remove();
  const list = link.closest("ol");
  link.closest("li").replaceWith(...fresh.children);
  if (isRows) markOpen(list, timelineIn(document));
  else tellDaysOnce(list);
  return true;
}

/** A day that goes on beyond where one answer ended has one head. */
function tellDaysOnce(list) {
  const told = new Set();
  for (const day of list.querySelectorAll("li.day")) {
    if (told.has(day.dataset.key)) day.remove();
    told.add(day.dataset.key);
  }
}
