import { posix } from 'node:path';

/** What Mesos's fetcher makes of a URI that means a file of the agent. */
export interface FileUri {
  /** The path, absolute and plain (no `.`, `..`, or double slashes). */
  readonly path: string;
  /** False where Mesos takes it for a relative path, or for a scheme it does not know, and the fetch fails. */
  readonly fetchable: boolean;
}

/**
 * The file that a URI means, as src/launcher/fetcher.cpp of Mesos reads it: `file:///p`, `file://localhost/p` and `/p`
 * are files; `file:/p` and `file://p` are meant to be, and fail. Escapes (`%2e`) are not undone. Null for any other.
 */
export function fileUri(written: string): FileUri | null {
  const uri = written.trim();
  const [, scheme = '', rest = ''] = /^(file:)?(.*)$/is.exec(uri) ?? [];
  if (scheme === '') return uri.startsWith('/') ? { path: plain(uri), fetchable: uri === written } : null;
  const path = rest.replace(/^\/\/localhost(?=\/)/, '//').replace(/^\/\/(?=\/)/, '');
  // One slash, or two without a third: what stands there is not absolute for Mesos.
  const slashes = /^\/*/.exec(rest)?.[0].length ?? 0;
  const local = rest.startsWith('//localhost/');
  const fetchable = scheme === 'file:' && uri === written && (local || slashes >= 3);
  return { path: plain(`/${path}`), fetchable };
}

/** How the file is written in `fetch`. */
export function fileUriOf(path: string): string {
  return `file://${path}`;
}

function plain(path: string): string {
  return posix.normalize(path.replace(/^\/+/, '/'));
}

/** What Mesos hands to tar, by the end of the file's name; the case counts. */
const TAR_NAMES = ['.tar', '.tgz', '.tar.gz', '.tbz2', '.tar.bz2', '.txz', '.tar.xz'];

/** Does Mesos unpack a tar archive of this name? (`.gz` alone it only gunzips, `.zip` is for unzip.) */
export function unpacksAsTar(name: string): boolean {
  return TAR_NAMES.some((suffix) => name.endsWith(suffix));
}
