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

/**
 * @param {Entry | undefined} entry
 * @returns {Promise<string>} the text of an entry; "" if there is none
 */
export async function textOf(entry) {
  if (!entry) return "";
  const { method, packed } = entry;
  return new TextDecoder().decode(
    method ? await piped(packed, new DecompressionStream("deflate-raw")) : packed,
  );
}

/** @param {Uint8Array} bytes */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
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
  for (const { name, method, packed: bytes, size, crc } of entries) {
    const title = new TextEncoder().encode(name);
    const head = new DataView(new ArrayBuffer(30)),
      line = new DataView(new ArrayBuffer(46));
    head.setUint32(0, 0x04034b50, true);
    line.setUint32(0, 0x02014b50, true);
    line.setUint16(4, 20, true);
    line.setUint32(42, at, true);
    for (const [view, from] of /** @type {[DataView, number][]} */ ([
      [head, 4],
      [line, 6],
    ])) {
      view.setUint16(from, 20, true);
      view.setUint16(from + 2, 0x800, true); // names are UTF-8
      view.setUint16(from + 4, method, true);
      view.setUint16(from + 8, 33, true); // 1980-01-01, as xlnn writes it
      [crc, bytes.length, size].forEach((value, n) =>
        view.setUint32(from + 10 + 4 * n, value, true),
      );
      view.setUint16(from + 22, title.length, true);
    }
    parts.push(head, title, /** @type {BlobPart} */ (bytes));
    index.push(line, title);
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
