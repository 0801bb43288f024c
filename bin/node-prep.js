#!/usr/bin/env node
// Plain CommonJS in old syntax (package.json beside it says so): even a Node that cannot run the tool must be able
// to read this file, and say what is missing in one line.
'use strict';

// 22.13 and 23.4 are the first with node:sqlite without a flag.
const version = process.versions.node.split('.').map(Number);
const fits =
  version[0] > 23 || (version[0] === 23 && version[1] >= 4) || (version[0] === 22 && version[1] >= 13);

if (!fits) {
  console.error(
    'node-prep needs Node.js 22.13 or newer; this is %s (%s). Try: npx -p node@24 node %s',
    process.versions.node,
    process.execPath,
    __filename,
  );
  process.exitCode = 2;
} else {
  // node:sqlite is called experimental on Node 22: this warning, and no other, is not the operator's business.
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!/^SQLite is an experimental feature/.test(String(warning)))
      emitWarning.call(process, warning, ...rest);
  };
  import('../dist/main.js').catch((error) => {
    const unbuilt = /Cannot find module '[^']*main\.js'/.test(String(error));
    console.error(unbuilt ? 'node-prep is not built: npm run build' : error);
    process.exitCode = unbuilt ? 2 : 70;
  });
}
