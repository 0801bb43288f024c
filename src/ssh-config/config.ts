/** Where a line stands. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line as a message may show it: escaped, bounded. */
  readonly source: string;
}

/** A keyword with its arguments. */
export interface Setting {
  /** In lower case, old names replaced by today's. */
  readonly keyword: string;
  readonly args: readonly string[];
  /** The arguments as they stand: commands are not taken apart. */
  readonly rest: string;
  /** In the user's own file, or in one that the inventory names; false in /etc/ssh/ssh_config. */
  readonly fromUser: boolean;
  readonly place: Place;
}

/** What a Match line asks. `unknowable`: it cannot be told here (exec, localnetwork, …), only by ssh itself. */
export interface Criterion {
  readonly kind:
    | 'all'
    | 'host'
    | 'originalhost'
    | 'user'
    | 'localuser'
    | 'canonical'
    | 'final'
    | 'unknowable';
  readonly negated: boolean;
  /** One pattern list, taken apart. */
  readonly patterns: readonly string[];
}

/** Does a host match a pattern? */
type Matcher = (host: string) => boolean;

/** A Host line: a negated pattern that matches refuses the block, whatever else matches. */
export interface HostLine {
  readonly kind: 'host';
  readonly names: ReadonlySet<string>;
  readonly wildcards: readonly Matcher[];
  readonly negated: readonly Matcher[];
}

export interface MatchLine {
  readonly kind: 'match';
  readonly criteria: readonly Criterion[];
  /** As written, for messages. */
  readonly text: string;
  readonly place: Place;
}

/** A line that says something where its block applies. */
export interface SetLine {
  readonly kind: 'set';
  readonly setting: Setting;
}

/** The files of an Include line; what a Host or Match line in them starts ends with the file. */
export interface Included {
  readonly kind: 'include';
  readonly files: readonly (readonly Block[])[];
}

/** The lines up to the next Host or Match; `when` is null before the first. */
export interface Block {
  readonly when: HostLine | MatchLine | null;
  readonly body: readonly (SetLine | Included)[];
}

/** ssh_config as it applies to all hosts: the user's file, then the system's, includes in their places. */
export interface SshConfig {
  readonly files: readonly (readonly Block[])[];
  /** A `Match final` is somewhere: all is gone through twice. */
  readonly final: boolean;
  /** Lines with a keyword that is not known, and other things that are passed over. */
  readonly doubts: readonly Doubt[];
}

/** Something about a file that does not keep it from being used. */
export interface Doubt {
  readonly code: 'SSH_CONFIG_UNKNOWN_KEYWORD' | 'SSH_CONFIG_NOT_HONOURED' | 'SSH_CONFIG_UNREADABLE';
  readonly message: string;
  readonly hint: string;
}

/** Who runs this program and where: what ssh would find out by itself. All paths are absolute. */
export interface Where {
  readonly home: string;
  readonly user: string;
  /** Null where users have no number. */
  readonly uid: number | null;
  /** This machine's name, as gethostname(3) gives it. */
  readonly hostname: string;
  /** The working folder: relative paths start here. */
  readonly directory: string;
  readonly env: (name: string) => string | undefined;
  /** The home folder of another user, for `~name`; null where there is none of that name. */
  readonly homeOf: (user: string) => string | null;
}
