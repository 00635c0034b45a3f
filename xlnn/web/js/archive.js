/** @file Read and write the zip archive that an .xlsx file is. */

/** @typedef {{name: string, method: number, packed: Uint8Array, size: number, crc: number}} Entry */

/**
 * @param {Uint8Array} bytes
 * @param {TransformStream} through
 */
async function piped(bytes, through) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @param {Uint8Array} file
 * @returns {Map<string, Entry>}
 */
export function entriesOf(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const found = new Map();
  for (let n = view.getUint16(end + 10, true), at = view.getUint32(end + 16, true); n > 0; n--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    );
    const [crc, packedSize, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true));
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = file.subarray(begin, begin + packedSize);
    found.set(name, { name, method: view.getUint16(at + 10, true), packed, size, crc });
    at += 46 + nameLength + extra + comment;
  }
  return found;
}

/** The checksum of one byte, whose bits shift out one by one. */
const BYTES = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = (n >>> 1) ^ (n & 1 ? 0xedb88320 : 0);
  return n;
});

/** @param {Uint8Array} bytes */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ BYTES[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

/**
 * @param {Entry | undefined} entry
 * @returns {Promise<string>} the text of an entry; "" if there is none
 */
export async function textOf(entry) {
  if (!entry) return "";
  const { name, method, packed, crc } = entry,
    bytes = method ? await piped(packed, new DecompressionStream("deflate-raw")) : packed;
  if (checksum(bytes) !== crc) throw new RangeError(name);
  return new TextDecoder().decode(bytes);
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {Promise<Entry>}
 */
export async function packed(name, text) {
  const bytes = new TextEncoder().encode(text);
  const small = await piped(bytes, new CompressionStream("deflate-raw"));
  return { name, method: 8, packed: small, size: bytes.length, crc: checksum(bytes) };
}

/**
 * Write an archive.
 * @param {Iterable<Entry>} entries
 * @returns {Blob}
 */
export function archive(entries) {
  /** @type {BlobPart[]} */
  const parts = [],
    index = [];
  let [at, length, count] = [0, 0, 0];
  /** @type {(n: number, length: number) => number[]} a number as bytes, the lowest first */
  const low = (n, length) => Array.from({ length }, (_, k) => (n >>> (8 * k)) & 255);
  for (const { name, method, packed: bytes, size, crc } of entries) {
    const title = new TextEncoder().encode(name);
    // version; UTF-8; method; 1980-01-01, as xlnn writes it; checksum; lengths
    const both = [20, 0x800, method, 0, 33].flatMap((n) => low(n, 2));
    for (const n of [crc, bytes.length, size, title.length]) both.push(...low(n, 4));
    const [first, last] = [low(0x04034b50, 4), [...low(0, 10), ...low(at, 4)]];
    parts.push(Uint8Array.of(...first, ...both), title, /** @type {BlobPart} */ (bytes));
    index.push(Uint8Array.of(...low(0x02014b50, 4), ...low(20, 2), ...both, ...last), title);
    at += 30 + title.length + bytes.length;
    length += 46 + title.length;
    count++;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, count, true);
  end.setUint16(10, count, true);
  end.setUint32(12, length, true);
  end.setUint32(16, at, true);
  return new Blob([...parts, ...index, end]);
}
