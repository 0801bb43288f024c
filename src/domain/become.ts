import type { SecretReference } from './secret.ts';
import type { Target } from './target.ts';

/** How root is had on an agent, once `auto` is settled. */
export type BecomeWay = 'none' | 'sudo' | 'doas';

/** The way to root on this agent: `auto` is nothing for root, else sudo. */
export function becomeWay({ become, ssh }: Pick<Target, 'become' | 'ssh'>): BecomeWay {
  if (become.method !== 'auto') return become.method;
  return ssh.user === 'root' ? 'none' : 'sudo';
}

/** The password that sudo may ask for there; null where none is configured, or none is of use. */
export function becomePassword(target: Pick<Target, 'become' | 'ssh'>): SecretReference | null {
  return becomeWay(target) === 'sudo' ? target.become.password : null;
}
