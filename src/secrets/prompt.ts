import { StringDecoder } from 'node:string_decoder';
import { printable } from '../lib/printable.ts';

/** Asks for a secret without showing it; null when the operator pressed Ctrl-C. */
export type Prompt = (text: string) => Promise<string | null>;

/** The little of a terminal that a prompt needs: `process.stdin` and `process.stderr` have it. */
export interface Terminal {
  readonly input: {
    setRawMode(on: boolean): unknown;
    on(event: 'data' | 'end' | 'error', listener: (bytes: Uint8Array) => void): unknown;
    off(event: 'data' | 'end' | 'error', listener: (bytes: Uint8Array) => void): unknown;
    resume(): unknown;
    pause(): unknown;
  };
  readonly output: { write(text: string): unknown };
}

/**
 * A prompt on a terminal: nothing is echoed, backspace and Ctrl-U correct, Enter ends, Ctrl-C gives up.
 * The terminal is given back as it was, whatever happens; on `signal` too.
 */
export function terminalPrompt({ input, output }: Terminal, signal: AbortSignal): Prompt {
  return (text) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve(null);
        return;
      }
      const question = printable(text, 200);
      output.write(/[:?]\s*$/.test(question) ? `${question.trimEnd()} ` : `${question}: `);
      const line = createLine();
      const end = (answer: string | null) => {
        input.off('data', onData);
        input.off('end', onEnd);
        input.off('error', onEnd);
        signal.removeEventListener('abort', onEnd);
        input.setRawMode(false);
        input.pause();
        output.write('\n');
        resolve(answer);
      };
      const onEnd = () => end(null);
      const onData = (bytes: Uint8Array) => {
        const state = line.type(bytes);
        if (state !== 'open') end(state === 'done' ? line.text() : null);
      };
      try {
        // Raw, so that not even the terminal driver echoes; Ctrl-C then comes as a character, not as SIGINT.
        input.setRawMode(true);
      } catch (error) {
        reject(error);
        return;
      }
      input.on('data', onData);
      input.on('end', onEnd);
      input.on('error', onEnd);
      signal.addEventListener('abort', onEnd);
      input.resume();
    });
}

/** What has been typed so far; keys that a password does not need (arrows, other control keys) change nothing. */
function createLine() {
  const decoder = new StringDecoder('utf8');
  let typed: string[] = [];
  let sequence = '';
  const key = (character: string): 'open' | 'done' | 'given-up' => {
    if (sequence !== '') {
      sequence += character;
      // ESC [ … letter, ESC O letter, or ESC and one key (ECMA-48, 5.4).
      if (!/^\x1b(?:\[[\x20-\x3f]*|O)?$/.test(sequence)) sequence = '';
      return 'open';
    }
    if (character === '\r' || character === '\n') return 'done';
    if (character === '\x03') return 'given-up';
    if (character === '\x04') return typed.length === 0 ? 'given-up' : 'done';
    if (character === '\x1b') sequence = character;
    else if (character === '\x7f' || character === '\b') typed.pop();
    else if (character === '\x15' || character === '\x17') typed = [];
    else if (!/[\0-\x1f]/.test(character)) typed.push(character);
    return 'open';
  };
  return {
    type(bytes: Uint8Array): 'open' | 'done' | 'given-up' {
      for (const character of decoder.write(Buffer.from(bytes))) {
        const state = key(character);
        if (state !== 'open') return state;
      }
      return 'open';
    },
    text: () => typed.join(''),
  };
}
