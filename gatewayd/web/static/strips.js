// On a phone the lists and the areas of the settings are a strip wider than the screen: the one that is open is shown.

import { onArrival } from "./travel.js";

function show(link) {
  const strip = link.closest("ul, nav");
  const [one, all] = [link, strip].map((each) => each.getBoundingClientRect());
  if (one.left >= all.left && one.right <= all.right) return;
  strip.scrollLeft += one.left - all.left - (all.width - one.width) / 2;
}

/** Begin. */
export function strips() {
  onArrival(() => {
    for (const link of document.querySelectorAll(".chips a[aria-current], .areas a[aria-current]")) show(link);
  });
}
