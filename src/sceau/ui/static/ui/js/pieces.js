// How one document travels: announced, then piece by piece from where the server is; the last one brings the new list. A
// line that breaks is waited for; what was kept is never sent again. A small document goes in one request.
const PIECE = 2 << 20, SMALL = 1 << 18, REST = [1, 2, 4, 8, 15, 30]; // octets, octets, seconds

class Refused extends Error { refused = true; }

const rest = (turn, signal) => new Promise((done, stop) => {
  const timer = setTimeout(done, 1_000 * REST[Math.min(turn, REST.length - 1)]);
  addEventListener("online", done, { once: true });
  signal.addEventListener("abort", () => { clearTimeout(timer); stop(signal.reason); }, { once: true });
});

// One request, with progress. Resolves with what came back, rejects when nothing did or the service has trouble.
function request(method, url, token, { body = null, signal, headers = {}, progress = () => {} }) {
  return new Promise((done, fail) => {
    const asked = new XMLHttpRequest();
    asked.open(method, url);
    const all = { Accept: "application/json, text/html", "X-CSRFToken": token, ...headers };
    for (const [name, value] of Object.entries(all)) asked.setRequestHeader(name, value);
    asked.upload.onprogress = ({ loaded }) => progress(loaded);
    asked.onload = () => (asked.status >= 500 || asked.status === 429 ? fail(new TypeError(String(asked.status))) : done(asked));
    asked.onerror = () => fail(new TypeError("the line broke"));
    asked.onabort = () => fail(signal.reason);
    signal.addEventListener("abort", () => asked.abort(), { once: true });
    asked.send(body);
  });
}

function checked(answer, ways) {
  if (answer.status < 300 && !answer.responseURL.includes("/connexion")) return answer;
  try { throw new Refused(JSON.parse(answer.responseText).text); } catch (error) { throw error.refused ? error : new Refused(ways.offline); }
}

// Tries until something comes back: only a refusal or « Annuler » ends it.
async function insist(ask, told, signal) {
  for (let turn = 0; ; turn++) {
    signal.throwIfAborted();
    try {
      return await ask(turn);
    } catch (error) {
      if (signal.aborted || error instanceof Refused) throw error;
    }
    told.waiting();
    await rest(turn, signal);
  }
}

function whole(file, ways, told, signal) {
  const body = new FormData();
  for (const [name, value] of [["csrfmiddlewaretoken", ways.token], ["file", file]]) body.append(name, value);
  return insist(async () => checked(await request("POST", ways.attach, ways.token, { body, signal, progress: told.progress }), ways), told, signal);
}

async function announce(file, ways, told, signal) {
  const headers = { "Upload-Length": String(file.size), "Upload-Name": encodeURIComponent(file.name), "Upload-Type": file.type };
  const answer = await insist(async () => checked(await request("POST", ways.pieces, ways.token, { signal, headers }), ways), told, signal);
  return answer.getResponseHeader("Location").split("/").at(-1);
}

// A file that was chosen again must begin with what is kept: two files mixed would be a document that nobody wrote.
async function same(file, url, ways, signal) {
  const answer = checked(await request("HEAD", url, ways.token, { signal, headers: { "Want-Digest": "sha-256" } }), ways);
  const kept = Number(answer.getResponseHeader("Upload-Offset"));
  const digest = await crypto.subtle.digest("SHA-256", await file.slice(0, kept).arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  if (hex !== answer.getResponseHeader("Upload-Digest")) throw new Refused(ways.wrong);
  return kept;
}

// `ways`: {attach, pieces, token, offline, locked, wrong}; `told`: {begun, progress, waiting}. Resolves with the new list of documents.
export async function send(file, id, ways, told, signal) {
  if (!id && file.size <= SMALL) return (await whole(file, ways, told, signal)).responseText;
  let kept = 0; // null: only the server knows
  if (!id) told.begun(id = await announce(file, ways, told, signal));
  else kept = await insist(() => same(file, `${ways.pieces}/${id}`, ways, signal), told, signal);
  const url = `${ways.pieces}/${id}`;
  for (;;) {
    const answer = await insist(async () => {
      if (kept === null) kept = Number(checked(await request("HEAD", url, ways.token, { signal }), ways).getResponseHeader("Upload-Offset"));
      told.progress(kept);
      const from = kept, body = file.slice(from, from + PIECE);
      kept = null;
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) };
      return request("PATCH", url, ways.token, { body, signal, headers, progress: (loaded) => told.progress(from + loaded) });
    }, told, signal);
    if (answer.status === 200) return checked(answer, ways).responseText;
    if (answer.status !== 409) checked(answer, ways);
    kept = Number(answer.getResponseHeader("Upload-Offset"));
    if (kept >= file.size && answer.status === 204) throw new Refused(ways.locked);
  }
}

// What came whole while nobody could open it: one empty piece makes the document.
export async function finish(id, size, ways) {
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(size) };
  return checked(await request("PATCH", `${ways.pieces}/${id}`, ways.token, { headers, signal: new AbortController().signal }), ways).responseText;
}

export const abandon = (id, ways) => fetch(`${ways.pieces}/${id}`, { method: "DELETE", headers: { "X-CSRFToken": ways.token, Accept: "application/json" } });
