// `npm run bench`: node-prep beside what people do today, on the same fleet of real sshd and Docker agents, in one
// run; `npm run bench -- check` holds only `check` against `run`. Needs root and the parts of `npm run test:setup`;
// pdsh, clush and ansible-core are measured where installed.
import { fleet } from './fleet.ts';

console.log(await fleet({ alone: process.argv[2] === 'check' }));
