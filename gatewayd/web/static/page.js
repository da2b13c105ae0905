// The page's script: it only makes quicker what works without it.
document.documentElement.classList.add("scripted");

const timeline = document.getElementById("timeline");
if (timeline) timeline.scrollTop = timeline.scrollHeight;
