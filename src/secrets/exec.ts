import { Secret } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import { formatDuration } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import type { Result } from '../lib/result.ts';
import { type ChildEnd, type ChildLimits, runChild } from './child.ts';
import { interrupted, unavailable } from './problem.ts';
import { secretFromBytes } from './text.ts';

const LONGEST_COMPLAINT = 300;

/** Hides secrets in a text; made from those that are known. */
export type Redactor = (secrets: readonly { readonly secret: Secret }[]) => (text: string) => string;

/** The one line that a program prints. What it says on standard error is shown only when it fails, masked and bounded. */
export async function readExec(
  argv: readonly string[],
  limits: ChildLimits & { readonly redactor: Redactor; readonly known: readonly Secret[] },
): Promise<Result<Secret, Problem>> {
  const end = await runChild(argv, limits);
  const where = `The output of ${printable(argv.join(' '), 200)}`;
  const program = `The secret's program ${printable(argv[0] ?? '', 200)}`;
  const byHand =
    'Run it by hand and look at its exit code; a password alone on its standard output is what is wanted.';
  switch (end.stopped) {
    case 'aborted':
      return interrupted();
    case 'timed-out': {
      const hint = `It gets no terminal and nothing on its standard input: use { prompt: text } to be asked. ${byHand}`;
      return unavailable(
        `${program} gave no answer within ${formatDuration(limits.timeoutMs)}; it was ended.`,
        hint,
      );
    }
    case 'too-much':
      return unavailable(`${where} is larger than 64 KiB: that is no password.`, byHand);
    case 'not-started':
      return unavailable(
        `${program} ${whyNotStarted(end.error)}.`,
        'It is run without a shell: the program, then its arguments.',
      );
  }
  if (end.exitCode !== 0) {
    const how =
      end.exitCode === null ? `was ended by ${end.exitSignal}` : `failed with exit code ${end.exitCode}`;
    const said = complaint(end, limits);
    return unavailable(`${program} ${how}${said === '' ? '.' : `: ${said}`}`, byHand);
  }
  return secretFromBytes(end.stdout, where);
}

/** The end of what the program said on standard error, without the secrets known and the words of its own output. */
function complaint(
  end: ChildEnd,
  { redactor, known }: { readonly redactor: Redactor; readonly known: readonly Secret[] },
): string {
  const printed = new TextDecoder()
    .decode(end.stdout)
    .split(/\s+/)
    .filter((word) => word.length > 3);
  if (printed.length > 20) return '';
  const secrets = [...known, ...printed.map((word) => new Secret(word))].map((secret) => ({ secret }));
  const masked = redactor(secrets)(new TextDecoder().decode(end.stderr).trim())
    // Unknown secrets, as programs introduce them: `password: hunter2`, `token=…`.
    .replace(/((?:pass\w*|secret|token|key)["']?\s*[:=]\s*)\S+/gi, '$1[secret]');
  return printable(masked, LONGEST_COMPLAINT);
}

function whyNotStarted(code: string | null): string {
  if (code === 'ENOENT') return 'was not found';
  if (code === 'EACCES') return 'may not be executed by this user';
  if (code === 'ENOEXEC') return 'is not a program: a script needs a first line such as #!/bin/sh';
  return `could not be started (${printable(code ?? '', 60)})`;
}
