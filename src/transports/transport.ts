import type { Secret } from '../domain/secret.ts';
import type { Target } from '../domain/target.ts';
import type { Failure, Problem } from '../errors/failure.ts';
import type { Result } from '../lib/result.ts';

/**
 * How the remote command ended. Lost: no exit status came, which is never a success; `why` is there where that was not
 * the agent's own connection, but a jump host's.
 */
export type Completed =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'lost'; readonly why?: Failure };

/**
 * A running command. Both output streams are always drained, so that an agent that floods cannot stall;
 * what is beyond the caps is dropped.
 */
export interface RunningCommand {
  /** Queues bytes for the command's standard input; ignored once the command has ended. Never throws. */
  write(bytes: Uint8Array): void;
  /** Ends the command's standard input: the remote script stops and cleans up by itself. */
  end(): void;
  /** Settles when the command has ended and both output streams with it. Never rejects. */
  readonly completed: Promise<Completed>;
}

/** Called as bytes arrive; must not throw. */
export interface ExecListener {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}

/** An authenticated connection to one agent. */
export interface Session {
  /**
   * Runs one command line through the user's login shell, without a terminal. Called with the command line that
   * `ahead` named, once, it answers for what has been sent already.
   */
  exec(commandLine: string, listener: ExecListener): Promise<Result<RunningCommand, Failure>>;
  /** Closes the connection politely, and by force after half a second; always works, may be called twice. */
  close(): Promise<void>;
}

/** What a transport needs to know besides the target. */
export interface ConnectOptions {
  /**
   * Gives the password, when the server refused every key and takes one; null where none is configured. It may take
   * its time (one agent proves it for all), during which connectTimeout stands still; null from it: try no password.
   */
  readonly password: (() => Promise<Secret | null>) | null;
  /**
   * The command line that will be run first; null: none is known yet. A transport may send it along with the login,
   * which spares round trips. It has no input before `exec` is called for it: it must do nothing without.
   */
  readonly ahead: string | null;
  /** Aborting destroys the attempt at once; the failure is then INTERRUPTED or TIMED_OUT, as the reason says. */
  readonly signal: AbortSignal;
}

/**
 * How agents are reached. `connect` never rejects: reach and trust failures are values.
 */
export interface Transport {
  /**
   * Makes ready what these targets share, before the first connection: asks for passphrases, once each. Never
   * rejects; the problems keep the run from contacting anybody.
   */
  prepare(targets: readonly Target[]): Promise<readonly Problem[]>;
  connect(target: Target, options: ConnectOptions): Promise<Result<Session, ConnectFailure>>;
  /** Releases what is shared between connections: jump hosts, the ssh-agent's socket, keys. */
  close(): Promise<void>;
}

export interface ConnectFailure {
  readonly failure: Failure;
  /** A password was sent, and refused or not answered: the engine tries it nowhere else, and not here again. */
  readonly passwordRefused: boolean;
}
