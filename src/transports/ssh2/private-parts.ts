import type { Client } from 'ssh2';

/** The parts of ssh2 1.17.0 that have no public name; the version is pinned, and the tests go through all of them. */
interface PrivateParts {
  readonly _protocol: {
    readonly _handlers: Record<string, (protocol: unknown, ...rest: unknown[]) => void>;
  };
}

/** Is called with each USERAUTH_FAILURE: the methods that the server still takes, and whether it wants another. */
export type OnAuthFailure = (methods: readonly string[], partial: boolean) => void;

/**
 * Two changes to a client that `connect` has been called on. It hears of every USERAUTH_FAILURE, of which ssh2 keeps
 * those of agent keys to itself. And it no longer makes a server prove all its other host keys after each login
 * (hostkeys-00@openssh.com), which costs 2 ms and serves nobody here.
 */
export function adjust(client: Client, onAuthFailure: OnAuthFailure): void {
  const handlers = (client as unknown as PrivateParts)._protocol._handlers;
  const { USERAUTH_FAILURE: failed, GLOBAL_REQUEST: request } = handlers;
  handlers.USERAUTH_FAILURE = (protocol, methods, partial) => {
    onAuthFailure(Array.isArray(methods) ? methods.map(String) : [], partial === true);
    failed?.(protocol, methods, partial);
  };
  handlers.GLOBAL_REQUEST = (protocol, name, wantReply, data) => {
    if (name !== 'hostkeys-00@openssh.com' || wantReply === true) request?.(protocol, name, wantReply, data);
  };
}
