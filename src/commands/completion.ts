import { COMMANDS } from '../cli/commands.ts';
import type { Request } from '../domain/request.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/**
 * `node-prep completion <shell>`: the script that teaches the shell the command line, made from the table that parsing
 * and help come from. It completes by itself and never starts node-prep.
 */
export function completionScript(shell: Extract<Request, { command: 'completion' }>['shell']): string {
  return SCRIPTS[shell](COMMANDS);
}
