/**
 * Does docker say that its daemon is not there or not to be used? In words, or null. Every failure of docker has
 * the same exit code, so its text decides (moby, client/errors.go).
 */
export function daemonTrouble(text: string): string | null {
  if (/permission denied[^\n]*docker\.sock|docker\.sock[^\n]*permission denied/i.test(text)) {
    return 'its socket may not be used (permission denied)';
  }
  const down = /Cannot connect to the Docker daemon|Is the docker daemon running|error during connect:/i;
  return down.test(text) ? 'the docker command cannot connect to it' : null;
}
