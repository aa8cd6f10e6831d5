// Going elsewhere saves first; a page that goes at once sends its last words along. Where neither can work one is asked.
const { asks, body, large, leave, refused, save, unsaved } = await import(`./autosave.js${new URL(import.meta.url).search}`);
const form = document.querySelector("form[data-draft]");

// What is on its way cannot be waited for, so these words say that they come after it.
function flush() {
  if (!unsaved() || refused() || large()) return;
  const words = body();
  words.set("leaving", "1");
  if (navigator.sendBeacon(form.action, words)) leave(true);
}

addEventListener("pageshow", () => leave(false));
addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]:not([download], [target], [href^='#'])");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !unsaved()) return;
  event.preventDefault();
  await save();
  location.assign(link.href);
});
addEventListener("submit", async (event) => {
  if (event.target === form || "lock" in event.target.dataset || event.defaultPrevented || !unsaved()) return;
  event.preventDefault();
  await save();
  if (!unsaved()) event.target.requestSubmit(event.submitter);
}, { capture: true });
document.addEventListener("visibilitychange", () => document.hidden && save(true));
addEventListener("pagehide", flush);
document.addEventListener("sceau:lock", ({ detail }) => detail.push(save(true).finally(() => leave(true))));
addEventListener("beforeunload", (event) => asks() && event.preventDefault());
