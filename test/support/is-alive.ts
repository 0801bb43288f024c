/** Is there a process of this number, perhaps a dead one that nobody has waited for yet? */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
