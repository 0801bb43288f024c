/**
 * One registry's entry in config.json. `key` is what docker looks it up by (`https://index.docker.io/v1/` for
 * Docker Hub, else `host[:port]`); `auth` is base64 of `user:password`, or of `user:` beside an identity token.
 * It is a secret: it never goes into an event, a report or a log.
 */
export interface ConfigEntry {
  readonly key: string;
  readonly auth: string;
  readonly identitytoken?: string;
}
