import { expect, test } from 'vitest';
import { commandWords } from '../../src/checks/command-words.ts';

test.each([
  ['ps -Aef | grep -q ./runner', ['ps', 'grep']],
  ['docker ps -a', ['docker']],
  [
    './runner --health && docker ps -q >/dev/null 2>&1 || exit 1; echo done',
    ['./runner', 'docker', 'exit', 'echo'],
  ],
  ['A=1 B="x y" docker ps', ['docker']],
  ['>/dev/null docker ps', ['docker']],
  ['env A=1 docker ps', ['env', 'docker']],
  ['sudo docker ps', ['sudo', 'docker']],
  ['sudo -n docker ps', ['sudo']],
  ['command -v docker', ['command']],
  ['exec /usr/bin/docker ps', ['exec', '/usr/bin/docker']],
  ['! docker ps', ['docker']],
  ['(docker ps; true) & wait', ['docker', 'true', 'wait']],
  ['if docker ps; then echo a; else echo b; fi', ['docker', 'echo']],
  ['while ! docker ps\ndo sleep 1\ndone', ['docker', 'sleep']],
  ["'docker' ps | 'grep' x", ['docker', 'grep']],
  ['docker ps | docker ps', ['docker']],
  // Where the first word is only known to the shell, nothing is asked.
  ['$DOCKER ps', []],
  ['"$HOME"/bin/x; ls', ['ls']],
  ['[ -e /etc/x ]', []],
  ["'my program' x", []],
  ['a,b', []],
  ['-x', []],
  // What cannot be followed is not guessed at.
  ['docker ps $(cat x)', []],
  ['for a in b c; do docker ps; done', []],
  ['case a in a) docker ps;; esac', []],
  ['f() { docker ps; }; f', []],
  ["docker 'ps", []],
  ['', []],
] as const)('the programs of %j', (command, words) => expect(commandWords(command)).toEqual(words));
