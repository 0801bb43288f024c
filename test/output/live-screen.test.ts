import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScreen } from '../../src/output/live-screen.ts';
import { createTerminal } from './terminal.ts';

function opened(columns = 20, rows = 10) {
  const terminal = createTerminal(columns, rows);
  terminal.write('$ node-prep run\r\n');
  return { terminal, screen: createScreen(terminal) };
}

describe('the screen', () => {
  test('draws each frame over the one before, below what was there', () => {
    const { terminal, screen } = opened();
    for (const frame of [
      ['one', 'two', 'three'],
      ['one', '2'],
      ['uno', '2', 'tres', 'cuatro'],
    ]) {
      screen.draw(frame);
      expect(terminal.lines()).toEqual(['$ node-prep run', ...frame]);
    }
  });

  test('keeps the last character of a line that fills the window', () => {
    const terminal = createTerminal(5, 10);
    const screen = createScreen(terminal);
    screen.draw(['12345', '1234…']);
    expect(terminal.lines().slice(-2)).toEqual(['12345', '1234…']);
    expect(terminal.wraps).toBe(0);
  });

  test('sends only the lines that changed, and nothing where none did', () => {
    const { terminal, screen } = opened();
    screen.draw(['stays', 'goes']);
    screen.draw(['stays', 'went']);
    expect(terminal.writes.at(-1)).toContain('went');
    expect(terminal.writes.at(-1)).not.toContain('stays');
    const before = terminal.writes.length;
    screen.draw(['stays', 'went']);
    expect(terminal.writes).toHaveLength(before);
  });

  test('hides the cursor while it draws, and wipes the frame and shows it again when closed', () => {
    const { terminal, screen } = opened();
    screen.draw(['one', 'two']);
    expect(terminal.cursorVisible).toBe(false);
    screen.close();
    expect(terminal.cursorVisible).toBe(true);
    expect(terminal.lines()).toEqual(['$ node-prep run']);
    expect(terminal.cursorRow).toBe(1);
  });

  test('writes nothing before its first frame, nor after it was closed', () => {
    const { terminal, screen } = opened();
    const before = terminal.writes.length;
    screen.close();
    screen.draw(['late']);
    screen.close();
    expect(terminal.writes).toHaveLength(before);
  });

  test('what the operator types over it is gone with the next frame', () => {
    const { terminal, screen } = opened();
    screen.draw(['one']);
    terminal.write('^C');
    screen.draw(['two']);
    expect(terminal.lines()).toEqual(['$ node-prep run', 'two']);
  });

  test('a frame of all rows but one scrolls once, and its history holds no frame', () => {
    const { terminal, screen } = opened(20, 5);
    for (const count of [1, 2, 3])
      screen.draw(Array.from({ length: 4 }, (_, index) => `line ${index} of frame ${count}`));
    screen.close();
    expect(terminal.lines()).toEqual([]);
    expect(terminal.history).toEqual(['$ node-prep run']);
  });

  test('follows the size of the window', () => {
    const { terminal, screen } = opened();
    expect(screen.size()).toEqual({ columns: 20, rows: 10 });
    terminal.columns = 0;
    terminal.rows = 0;
    expect(screen.size()).toEqual({ columns: 80, rows: 24 });
  });

  test('in a window made narrower it goes up over the rows into which the old lines were broken', () => {
    const { terminal, screen } = opened(20, 10);
    screen.draw(['x'.repeat(20), 'y'.repeat(8)]);
    terminal.columns = 10;
    screen.draw(['new']);
    expect(terminal.writes.at(-1)).toContain('\x1b[3A');
  });

  test('whatever the frames, only the last one is to be seen', () => {
    const line = fc.stringMatching(/^[a-z ]{0,20}$/);
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 9 }), { minLength: 1, maxLength: 8 }), (frames) => {
        const { terminal, screen } = opened();
        for (const frame of frames) screen.draw(frame);
        const frame = (frames.at(-1) ?? []).map((text) => text.trimEnd());
        while (frame.at(-1) === '') frame.pop();
        const shown = [...terminal.history, ...terminal.lines()];
        expect(shown.slice(shown.indexOf('$ node-prep run') + 1)).toEqual(frame);
      }),
    );
  });
});
