import type { ConfigEntry } from '../domain/credential.ts';
import type { Secret } from '../domain/secret.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { asRecord, parseJson } from './json.ts';
import { keyServes, registryKey } from './registry-key.ts';

/** An identity token, as registries give them: printable, without blanks. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** The entry that `docker login` stores for a user name and a password: base64 of `user:password` in UTF-8. */
export function passwordEntry(name: string, username: string, password: Secret): ConfigEntry {
  return { key: registryKey(name), auth: encode(`${username}:${password.reveal()}`) };
}

/**
 * The entry that docker reads from one value of `auths`, or null where it holds no usable credential.
 * A user name and a password in clear count too: docker takes them (docker/cli, configfile.LoadFromReader).
 */
export function readEntry(key: string, value: unknown): ConfigEntry | null {
  const { auth, identitytoken, username, password } = asRecord(value);
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    if (!TOKEN.test(identitytoken)) return null;
    return { key, auth: typeof auth === 'string' ? auth : '', identitytoken };
  }
  if (typeof auth === 'string' && auth !== '') return usable(userOf(auth)?.password) ? { key, auth } : null;
  if (typeof username !== 'string' || typeof password !== 'string' || password === '') return null;
  return { key, auth: encode(`${username}:${password}`) };
}

/** No server can be shown a NUL (RFC 7617, 2). */
const usable = (password: string | undefined) =>
  password !== undefined && password !== '' && !password.includes('\0');

/**
 * What `docker login` stored for a registry, from the config.json that it left; an error says what is wrong with
 * it. The bytes are the agent's word: any bytes give a value, and nothing of them gets into the entry but a
 * password of that user name, or an identity token.
 */
export function readStoredEntry(
  bytes: Uint8Array,
  name: string,
  username: string,
): Result<ConfigEntry, string> {
  const config = parseJson(bytes);
  if (config === null) return err('its config.json is no JSON object');
  if (isSet(config.credsStore)) return err(`it went into the credential store ${shown(config.credsStore)}`);
  const helper = Object.entries(asRecord(config.credHelpers)).find(([key]) => keyServes(key, name));
  if (helper !== undefined) return err(`it went into the credential helper ${shown(helper[1])}`);

  const auths = asRecord(config.auths);
  const key = registryKey(name);
  const stored = Object.hasOwn(auths, key) ? key : Object.keys(auths).find((other) => keyServes(other, name));
  if (stored === undefined) return err('its config.json has no entry for the registry');
  const { identitytoken } = asRecord(auths[stored]);
  if (typeof identitytoken === 'string' && identitytoken !== '' && !TOKEN.test(identitytoken))
    return err('its identity token is malformed');
  const entry = readEntry(key, auths[stored]);
  if (entry === null) return err('the entry holds neither a password nor an identity token');
  if (entry.identitytoken === undefined) {
    return userOf(entry.auth)?.username === username ? ok(entry) : err('the entry is of another user');
  }
  return ok({ key, auth: encode(`${username}:`), identitytoken: entry.identitytoken });
}

const encode = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/**
 * The user name and password of an entry; null for what docker itself does not decode: it takes standard base64, with
 * its padding, of a text with a colon.
 */
export function userOf(auth: string): { readonly username: string; readonly password: string } | null {
  const bytes = Buffer.from(auth, 'base64');
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (bytes.toString('base64') !== auth || colon < 0) return null;
  // docker strips NUL from both ends of the password.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/^\0+|\0+$/g, '') };
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';
const shown = (value: unknown) => (typeof value === 'string' ? printable(value, 60) : 'of an unknown name');
