import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../lib/result.ts';
import type { Where } from './config.ts';

/** Token → what it stands for: `h` for `%h`. */
export type Tokens = Readonly<Record<string, string>>;

/** A connection as tokens describe it (ssh.c: ssh_conn_info). */
export interface Connection {
  /** The host as it was asked for, and what it resolves to by HostName. */
  readonly asked: string;
  readonly name: string;
  readonly alias: string | null;
  readonly port: number;
  readonly user: string;
}

/** Those that depend on this machine only. */
export function localTokens({ home, user, uid, hostname }: Where): Tokens {
  return { d: home, i: String(uid ?? ''), L: hostname.split('.', 1)[0] ?? '', l: hostname, u: user };
}

/** The tokens of IdentityFile, CertificateFile and UserKnownHostsFile (ssh_config(5), TOKENS). */
export function connectionTokens({ asked, name, alias, port, user }: Connection, where: Where): Tokens {
  return {
    ...localTokens(where),
    ...{ h: name, k: alias ?? asked, n: asked, p: String(port), r: user },
    // Hardly ever asked for, by thousands of agents.
    get C() {
      return createHash('sha1').update(`${where.hostname}${name}${port}${user}`).digest('hex');
    },
  };
}

/** Replaces `%h` and, where `env` is given, `${NAME}` (misc.c: vdollar_percent_expand), or says what is wrong. */
export function expandTokens(text: string, tokens: Tokens, env: Where['env'] | null): Result<string, string> {
  if (!/[%$]/.test(text)) return ok(text);
  let fault: string | null = null;
  const expanded = text.replace(/%(.?)|\$\{([^}]*)(\}?)/gsu, (all, token, name, closed) => {
    if (name === undefined) {
      if (token === '%') return '%';
      if (Object.hasOwn(tokens, token)) return tokens[token] ?? '';
      fault ??= token === '' ? 'a % ends it' : `%${token} cannot be used there`;
      return '';
    }
    if (env === null) return all;
    const value = closed === '' || name === '' ? undefined : env(name);
    fault ??= closed === '' || name === '' ? '${ is not closed or names nothing' : null;
    fault ??= value === undefined ? `the environment variable ${name} is not set` : null;
    return value ?? '';
  });
  return fault === null ? ok(expanded) : err(fault);
}

/** `~`, `~/path` and `~user/path` (misc.c: tilde_expand), or what is wrong. */
export function expandTilde(path: string, { home, homeOf }: Where): Result<string, string> {
  const match = /^~([^/]*)\/*(.*)$/s.exec(path);
  if (match === null) return ok(path);
  const [, user = '', rest = ''] = match;
  const folder = user === '' ? home : homeOf(user);
  if (folder === null) return err(`there is no user ${user}`);
  return ok(`${folder.replace(/\/$/, '')}/${rest}`);
}

/** A path of a setting: `~`, then tokens and the environment; relative ones start in the working folder. */
export function expandPath(path: string, tokens: Tokens, where: Where): Result<string, string> {
  const whole = expandTilde(path, where);
  const expanded = whole.ok ? expandTokens(whole.value, tokens, where.env) : whole;
  if (!expanded.ok || expanded.value.startsWith('/')) return expanded;
  return ok(`${where.directory}/${expanded.value}`);
}
