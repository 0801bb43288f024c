import { styleText } from 'node:util';
import type { OutputStyle, Sink } from './output.ts';

/** The few colours in use; each only repeats what a word beside it says. */
export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Colours a text that is already cut to its width. */
export type Paint = (colour: Colour, text: string) => string;

/** Colours, or with `color` false leaves as it is. */
export function painter(color: boolean): Paint {
  if (!color) return (_, text) => text;
  return (colour, text) => (text === '' ? '' : styleText(colour, text, { validateStream: false }));
}

/** The style for one stream: colours, where they are wanted, are for terminals; a file or a pipe gets none. */
export function styleFor(sink: Sink, style: OutputStyle): OutputStyle {
  return { ...style, color: style.color && sink.isTTY === true };
}
