import type { Secret } from '../domain/secret.ts';

/** One health-check command as the agent gets it. `seconds` is its own deadline on the agent. */
export interface VerifyItem {
  readonly seconds: number;
  /** Run by `/bin/sh -c`, exactly as the operator wrote it. */
  readonly command: string;
  /** The negative control: the same command with its pattern replaced by a random word; null where there is none. */
  readonly control: string | null;
  /** Names of processes that the truth is decided from, as a POSIX extended regular expression; null where none. */
  readonly names: string | null;
  /** First words of the command's parts; each must be found on the agent. Plain names or paths, no blanks. */
  readonly words: readonly string[];
}

/** What the remote script can be asked to do: a small fixed vocabulary. `seconds` bounds the child on the agent. */
export type Verb =
  | {
      readonly verb: 'docker';
      readonly seconds: number;
      /** `client`: docker --version; `daemon`: docker version, which asks the daemon for its own too. */
      readonly asks: 'client' | 'daemon';
    }
  | {
      readonly verb: 'login';
      readonly seconds: number;
      readonly username: string;
      /** What docker login gets as its server argument; empty for Docker Hub (none). */
      readonly server: string;
      readonly secret: Secret;
    }
  | {
      readonly verb: 'ask';
      readonly seconds: number;
      /** A whole curl configuration (curl -K -), which holds the credential. */
      readonly config: Secret;
      /** Names the folder in /etc/docker/certs.d whose ca.crt counts. */
      readonly registry: string;
    }
  | { readonly verb: 'look'; readonly path: string; readonly limit: number }
  | {
      readonly verb: 'install';
      readonly mode: number;
      readonly owner: string;
      readonly group: string;
      readonly path: string;
      /** The sum (as `look` answered it) of what the operator's side has judged; `absent` for nothing. */
      readonly expected: string;
      /** Whose install this is, for whoever finds the lock: user@machine, run, time. Printable, one line. */
      readonly holder: string;
      readonly archive: Uint8Array;
    }
  | { readonly verb: 'verify'; readonly checks: readonly VerifyItem[] }
  /** What `look` tells, and the rest that can be told of an archive without touching it; keeps a copy for `unpack`. */
  | {
      readonly verb: 'inspect';
      readonly path: string;
      readonly limit: number;
      /** Who is to be able to read it; empty: nobody in particular. */
      readonly taskUser: string;
    }
  /** Unpacks the copy that `inspect` kept into the private folder that is HOME for `pull`. */
  | { readonly verb: 'unpack'; readonly seconds: number }
  | { readonly verb: 'pull'; readonly seconds: number; readonly image: string };

export type VerbName = Verb['verb'];

/** What a conversation may change on an agent. */
export type Change = 'archive' | 'images';

/** What a verb changes is part of its definition, so that a dry run is structural (see compose). */
export const CHANGES: Readonly<Record<VerbName, Change | null>> = {
  docker: null,
  login: null,
  ask: null,
  look: null,
  install: 'archive',
  verify: null,
  inspect: null,
  unpack: null,
  pull: 'images',
};
