/** A program of its own, run inside the fleet's enclave: the stand-in for Marathon. */
import { readFileSync } from 'node:fs';
import { startMarathon } from '../../support/marathon.ts';

const { apps, token, mesosUser } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const PREFIX = '/service/marathon';
const { url } = await startMarathon({
  apps,
  token,
  info: { version: '1.11.24', marathon_config: { mesos_user: mesosUser } },
  prefix: PREFIX,
  instead(path, response) {
    if (!path.startsWith('/standby')) return false;
    response.writeHead(307, { location: path.replace('/standby', PREFIX) }).end();
    return true;
  },
});
console.log(url.origin);
