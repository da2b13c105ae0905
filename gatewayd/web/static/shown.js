// How far a list and a conversation are shown: whoever reads them again gets as much, and what was opened stays.

import { parse, request } from "./dom.js";

const listIn = (doc) => doc.getElementById("list");
const rowsIn = (doc) => listIn(doc)?.querySelectorAll("li[data-row]").length ?? 0;
const timelineIn = (doc) => doc.getElementById("timeline");
const entriesIn = (doc) => timelineIn(doc)?.querySelectorAll("li[data-seq]") ?? [];
const seqOf = (entry) => Number(entry?.dataset.seq);

/** Whether the newest of the conversation is in what is shown of it. */
export const isAtNewest = (place) => !place.querySelector("a[data-later]");

/** What is shown already of where an address leads to, as the gateway is told it. */
export function asShown(url) {
  const { pathname, searchParams } = new URL(url, location.href);
  const [, , view, id] = pathname.split("/");
  const shown = new URLSearchParams();
  const list = listIn(document);
  if (list && list.dataset.list === `${view}?${searchParams.get("q") ?? ""}`) shown.set("rows", rowsIn(document));
  const place = timelineIn(document);
  const entries = [...entriesIn(document)];
  if (place && entries.length && place.dataset.conversation === id && place.dataset.at === (searchParams.get("at") ?? "")) {
    shown.set("since", seqOf(entries[0]));
    if (!isAtNewest(place)) shown.set("until", seqOf(entries.at(-1)));
  }
  return shown.toString();
}

/** One answer holds so much of them and no more: read on, until there is as much as is shown. */
export async function lengthen(fresh) {
  try {
    await lengthenList(fresh);
    await lengthenTimeline(fresh);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: what has come is shown
  }
}

async function lengthenList(fresh) {
  const [mine, theirs] = [listIn(document), listIn(fresh)];
  if (!mine || mine.dataset.list !== theirs?.dataset.list) return;
  for (let missing; (missing = rowsIn(document) - rowsIn(fresh)) > 0;) {
    const link = theirs.querySelector("a[data-more]");
    if (!link || !(await goOn(link, `rows=${missing}`))) return;
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
  if (!isRows) tellDaysOnce(list);
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
