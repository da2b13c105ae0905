// The line over every page that says when nothing can be sent.

import { morph, parse, request, settled } from "./dom.js";
import { onEvent, onState } from "./stream.js";

const look = settled(150, async () => {
  try {
    const response = await request("/banner", { again: true });
    const fresh = response.ok ? parse(await response.text()).getElementById("banner") : null;
    const shown = document.getElementById("banner");
    if (fresh && shown) morph(shown, fresh);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream says so
  }
});

/** Follow the modems. */
export function banner() {
  onEvent((type) => type === "modem.state" && look());
  onState((connected) => connected && look());
}
