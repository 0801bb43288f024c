/** The same bytes for the same seed, on every machine (mulberry32). */
export function randomBytesOf(seed: number): (count: number) => Buffer {
  let state = seed >>> 0;
  function byte(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) & 0xff;
  }
  return (count) => Buffer.from(Array.from({ length: count }, byte));
}
