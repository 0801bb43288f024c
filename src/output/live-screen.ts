import { stripVTControlCharacters } from 'node:util';
import type { Window } from './live-frame.ts';
import type { Sink } from './output.ts';
import { widthOf } from './width.ts';

// ECMA-48 and xterm's control sequences. Synchronised updates (mode 2026) are ignored where they are unknown;
// mode 7 is automatic wrap, off while a frame is drawn, so that no misjudged character can break a line in two.
const BEGIN = '\x1b[?2026h\x1b[?7l';
const END = '\x1b[?7h\x1b[?2026l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/** The part of a terminal in which frames are drawn over each other, below what was there before. */
export interface Screen {
  /** Read anew each time: windows are resized. */
  size(): Window;
  /** Draws lines over the frame before; they must fit `size()` with one row to spare. After `close`, does nothing. */
  draw(lines: readonly string[]): void;
  /** Wipes the frame and gives the cursor back, at once; a second time does nothing. */
  close(): void;
}

/** Makes a screen on a terminal; nothing is written before the first frame. */
export function createScreen(sink: Sink): Screen {
  let shown: readonly string[] = [];
  let columns = 0;
  let state: 'new' | 'open' | 'closed' = 'new';

  // Some terminals say 0 where they do not know.
  const size = () => ({ columns: sink.columns || 80, rows: sink.rows || 24 });
  const up = (lines: number) => (lines > 0 ? `\x1b[${lines}A\r` : '\r');
  const columnsOf = (line: string) => widthOf(stripVTControlCharacters(line));
  // In a window that became narrower, most terminals have broken the old lines into more rows.
  const rowsOf = (line: string) => Math.max(1, Math.ceil(columnsOf(line) / columns));
  // A full line is not erased after its end: the cursor still stands on its last character, which would go too.
  const drawn = (line: string) => `${line}${columnsOf(line) < columns ? ERASE_LINE_END : ''}\r\n`;

  return {
    size,
    draw(lines) {
      if (state === 'closed') return;
      const window = size();
      const resized = window.columns !== columns;
      if (!resized && lines.length === shown.length && lines.every((line, index) => line === shown[index]))
        return;
      columns = window.columns;
      const occupied = resized ? shown.reduce((sum, line) => sum + rowsOf(line), 0) : shown.length;
      const body = lines.map((line, index) => (!resized && line === shown[index] ? '\r\n' : drawn(line)));
      const start = (state === 'new' ? HIDE_CURSOR : '') + up(Math.min(occupied, window.rows - 1));
      sink.write(`${BEGIN}${start}${body.join('')}${ERASE_BELOW}${END}`);
      state = 'open';
      shown = lines;
    },
    close() {
      if (state === 'open') {
        // Line by line: tmux takes the erasing of a whole screen for `clear`, and would keep the frame in its history.
        const count = Math.min(shown.length, size().rows - 1);
        const wipe = `${ERASE_LINE_END}\r\n`.repeat(count) + ERASE_LINE_END;
        sink.write(up(count) + wipe + up(count) + SHOW_CURSOR);
      }
      state = 'closed';
    },
  };
}
