// Looks at this page again while a part of it waits for news, and puts the new part in its place. Not a human act (V7):
// it keeps no session open, and it stops where a person is asked something: at the lock, at the way in.
const SECONDS = [1, 1, 2, 3, 5];
const TURNS = 40; // some three minutes; `data-live="always"` goes on

const rest = (seconds) => new Promise((done) => setTimeout(done, 1_000 * seconds));
const seen = () => new Promise((done) => {
  if (!document.hidden) done();
  else document.addEventListener("visibilitychange", done, { once: true });
});

async function look(part) {
  const answer = await fetch(location.href, { headers: { "X-Sceau-Poll": "1" }, redirect: "manual" });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(part.id);
}

function replace(part, fresh) {
  if (fresh.innerHTML === part.innerHTML) return part;
  const wasInside = part.contains(document.activeElement);
  part.replaceWith(fresh);
  if (wasInside) fresh.querySelector("a")?.focus();
  return fresh;
}

const followed = new WeakSet();

async function follow(part) {
  followed.add(part);
  const always = part.dataset.live === "always";
  for (let turn = 0; part && "live" in part.dataset && (always || turn < TURNS); turn++) {
    await rest(always ? 2 : SECONDS[turn] ?? SECONDS.at(-1));
    await seen();
    const fresh = await look(part).catch(() => part); // the network is gone: look again later
    if (!part.isConnected) return;
    part = fresh && replace(part, fresh);
    if (part) followed.add(part);
  }
}

const parts = () => document.querySelectorAll("[data-live]");
for (const part of parts()) follow(part);
document.addEventListener("sceau:letter", () => { // another letter was put into the page
  for (const part of parts()) if (!followed.has(part)) follow(part);
});
