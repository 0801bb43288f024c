import type { ServerResponse } from 'node:http';
import { afterEach, expect } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { askMarathon, type MarathonQuestion } from '../../src/marathon-api/ask.ts';
import { type MarathonStandIn, startMarathon } from '../support/marathon.ts';

export const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOiJ0ZXN0ZXIifQ.aLgSignature_Of-DCOS_0123456789';
export const withToken = { token: new Secret(TOKEN) };
export const APP = { id: '/prod/runner', container: { docker: { image: 'r.example.com/runner:1' } } };

const running: MarathonStandIn[] = [];
afterEach(async () => {
  for (const marathon of running.splice(0)) await marathon.stop();
});

/** A stand-in for Marathon, with one app, that is stopped after the test. */
export async function start(options: Parameters<typeof startMarathon>[0] = {}): Promise<MarathonStandIn> {
  const marathon = await startMarathon({ apps: { '/prod/runner': APP }, ...options });
  running.push(marathon);
  return marathon;
}

/** Asks it for that app. */
export function ask(url: URL, more: Partial<MarathonQuestion> = {}): ReturnType<typeof askMarathon> {
  const signal = new AbortController().signal;
  return askMarathon({ url, appId: '/prod/runner', token: null, ca: null, signal, ...more });
}

/** The problem that it ends with, which says that nobody was contacted, and holds no part of the token. */
export async function problemOf(answer: ReturnType<typeof ask>) {
  const found = await answer;
  if (found.ok) throw new Error('it should be a problem');
  const said = `${found.error.message} ${found.error.hint}`;
  for (const part of TOKEN.split('.')) expect(said).not.toContain(part);
  expect(found.error.message).toMatch(/ No agent was contacted\.$/);
  return found.error;
}

/** Answers every path but those in `but` with these. */
export function always(status: number, body: string, headers: Record<string, string> = {}, but = /^$/) {
  return {
    instead(path: string, response: ServerResponse) {
      if (but.test(path)) return false;
      response.writeHead(status, headers).end(body);
      return true;
    },
  };
}
