import { type RequestedCommand, requestCommand } from '../connection/command.ts';
import type { Connection } from '../connection/connection.ts';

/** The command line that will be run first, and may be sent along with the login. */
export interface Ahead {
  /**
   * To be called right after a request to be let in: asks for the command too, where the server bears that if it
   * refuses the login. With `isLast` nothing could be tried then anyway.
   */
  follow(isLast: boolean): void;
  /** The server has refused the login: what followed it has come to nothing. */
  refused(): void;
  /** The server has taken the login. */
  accepted(): void;
  /** The request for this command line, if there is one; once. */
  take(commandLine: string): RequestedCommand | null;
}

/** Null: there is no such command line. It must do nothing without input. */
export function createAhead(connection: Connection, commandLine: string | null): Ahead {
  let requested: RequestedCommand | null = null;

  function request(): void {
    if (commandLine === null) return;
    requested = requestCommand(connection, commandLine, connection.server.numbersFromZero);
  }
  return {
    follow(isLast) {
      const { forgives, numbersFromZero } = connection.server;
      // Of an unknown server it is not known that it keeps what comes before it has judged the login.
      if (forgives || (isLast && numbersFromZero)) request();
    },
    refused() {
      requested?.forget();
      requested = null;
    },
    accepted() {
      // One that was refused by now was refused because it came before the login was through.
      if (requested === null || requested.refused) request();
    },
    take(wanted) {
      if (wanted !== commandLine) return null;
      const taken = requested;
      requested = null;
      return taken;
    },
  };
}
