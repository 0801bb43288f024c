import type { Interruption } from '../terminal/interruption.ts';

/** What main.ts knows of the process and the machine; everything else gets it from here. */
export interface World {
  readonly version: string;
  readonly env: Record<string, string | undefined>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly interruption: Interruption;
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  /** Node's own program. */
  readonly node: string;
  readonly home: string;
  readonly username: string;
  /** Null where the system has no such numbers. */
  readonly userId: number | null;
  readonly groupId: number;
  readonly hostname: string;
  /** Where the operator stands: an absolute path. */
  readonly directory: string;
  readonly temporary: string;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The text of src/remote/node-prep.sh. */
  readonly remoteScript: () => string;
}
