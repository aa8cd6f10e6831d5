// What a recipients' field holds, read as the server reads it (sceau.envelopes.rules): addresses between commas,
// semicolons and line ends, bare ones between spaces too, each perhaps with a name, « Dr Benali <marc@exemple.fr> ».
const ADDRESS = /^[^\s@<>(),;:\\"[\]]+@[^\s@<>(),;:\\"[\]]+\.[^\s@<>(),;:\\"[\].]{2,}$/u;

export const isAddress = (text) => ADDRESS.test(text) && text.length <= 254;

function pieces(text) {
  const found = [];
  let held = ""; // the comma of « Benali, Marc <m@x.fr> » splits nothing
  for (const part of text.match(/(?:"[^"\n]*"|[^,;\n\r\t])+/g) ?? []) {
    let piece = part.trim();
    if (held && piece) {
      if (piece.endsWith(">") && !piece.startsWith('"')) piece = `${held}, ${piece}`;
      else found.push(held);
      held = "";
    }
    if (piece.includes("@")) found.push(piece);
    else if (piece) held = piece;
  }
  if (held) found.push(held);
  return found;
}

// Every address, and every piece that is none, in their order.
export function read(text) {
  return pieces(text).flatMap((piece) => {
    if (piece.endsWith(">")) return [piece.slice(piece.lastIndexOf("<") + 1, -1).trim()];
    return piece.includes("@") ? piece.split(/\s+/) : [piece];
  });
}
