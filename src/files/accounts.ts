import { readFile } from 'node:fs/promises';

/** The users and groups of this machine, as far as its own files know them. */
export interface Accounts {
  homeOf(user: string): string | null;
  /** Is this user the group's one and only member? */
  isOwnGroup(gid: number, uid: number): boolean;
}

/** Reads passwd(5) and group(5). Where there are none, nobody is known. */
export async function readAccounts(passwdFile = '/etc/passwd', groupFile = '/etc/group'): Promise<Accounts> {
  const users = (await readFields(passwdFile)).map(([name = '', , uid, gid, , home = '']) => ({
    ...{ name, uid: Number(uid), gid: Number(gid), home },
  }));
  const groups = (await readFields(groupFile)).map(([, , gid, members = '']) => ({
    ...{ gid: Number(gid), members: members.split(',').filter((member) => member !== '') },
  }));
  return {
    homeOf: (user) => users.find(({ name }) => name === user)?.home ?? null,
    isOwnGroup(gid, uid) {
      const listed = groups.filter((group) => group.gid === gid).flatMap(({ members }) => members);
      const inside = users.filter((user) => user.gid === gid || listed.includes(user.name));
      const strangers = listed.filter((member) => !users.some(({ name }) => name === member));
      return inside.length > 0 && strangers.length === 0 && inside.every((user) => user.uid === uid);
    },
  };
}

async function readFields(file: string): Promise<readonly (readonly string[])[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n');
    return lines.filter((line) => line.includes(':') && !line.startsWith('#')).map((line) => line.split(':'));
  } catch {
    return [];
  }
}
