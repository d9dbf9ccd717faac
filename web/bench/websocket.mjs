// Just enough of RFC 6455 to talk to one browser on this machine: text frames that are not split, and the end.
import { createHash } from "node:crypto";

const KEY_ENDS_WITH = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const CLOSE = 8;

/** Takes an `upgrade` over; `onText` hears what the browser says. */
export function accept(request, socket, onText) {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + KEY_ENDS_WITH).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${key}\r\n\r\n`,
  );
  socket.setNoDelay(true);
  let rest = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let frame = read(rest); frame !== null; frame = read(rest)) {
      rest = rest.subarray(frame.length);
      if (frame.kind === TEXT) onText(frame.text);
      if (frame.kind === CLOSE) socket.end();
    }
  });
  socket.on("error", () => socket.destroy());
  return {
    send: (text) => socket.writable && socket.write(framed(Buffer.from(text))),
    /** What the browser has not taken yet. */
    waiting: () => socket.writableLength,
    close: () => socket.destroy(),
  };
}

/** The first frame in `bytes`, null while it is not whole. What browsers send here is short, and always masked. */
function read(bytes) {
  if (bytes.length < 6) return null;
  const isLong = (bytes[1] & 0x7f) === 126;
  if (isLong && bytes.length < 8) return null;
  const size = isLong ? bytes.readUInt16BE(2) : bytes[1] & 0x7f;
  const start = isLong ? 8 : 6;
  if (bytes.length < start + size) return null;
  const mask = bytes.subarray(start - 4, start);
  const text = Buffer.from(bytes.subarray(start, start + size).map((byte, at) => byte ^ mask[at % 4])).toString();
  return { kind: bytes[0] & 0x0f, text, length: start + size };
}

function framed(body) {
  const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | TEXT;
  if (head.length === 2) head[1] = body.length;
  else if (head.length === 4) head.writeUInt16BE(body.length, (head[1] = 126) && 2);
  else head.writeBigUInt64BE(BigInt(body.length), (head[1] = 127) && 2);
  return Buffer.concat([head, body]);
}
