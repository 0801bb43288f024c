import { shellTokens } from './shell-words.ts';

/** Words of the shell's grammar: what follows them is a command again. */
const GRAMMAR = new Set(['!', '{', '}', 'if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done']);
/** Where these stand, what follows is not simply a command. */
const UNREAD = new Set(['for', 'case', 'esac', 'in', 'function']);
/** These run the command that follows them. */
const WRAPPERS = new Set(['env', 'sudo', 'exec', 'command', 'nohup']);

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** What can be asked for by name, one word in a list that is separated by blanks and answered with commas. */
const PLAIN = /^[\w./:@%+][\w./:@%+=-]*$/;

/**
 * The programs that a command starts: the first word of every part of a pipeline or a list, each once; empty where
 * the command cannot be followed. Builtins are among them: `command -v` finds those too.
 */
export function commandWords(command: string): readonly string[] {
  const words = new Set<string>();
  const tokens = shellTokens(command) ?? [];
  let atStart = true;
  for (const [index, token] of tokens.entries()) {
    // A function's definition: its name is no program.
    if (token.kind === 'operator' && token.text === '(' && tokens[index - 1]?.kind === 'word') return [];
    if (token.kind === 'operator') atStart = true;
    if (token.kind !== 'word' || !atStart) continue;
    if (UNREAD.has(token.text) && !token.quoted) return [];
    if (ASSIGNMENT.test(token.text) || (GRAMMAR.has(token.text) && !token.quoted)) continue;
    atStart = WRAPPERS.has(token.text);
    if (token.literal && PLAIN.test(token.text)) words.add(token.text);
  }
  return [...words];
}
