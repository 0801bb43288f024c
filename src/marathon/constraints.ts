import type { Target } from '../domain/target.ts';
import { hostPattern } from './host-pattern.ts';
import { elements, isList, type Json, type JsonObject, member } from './json.ts';

/** As Marathon has them: the case counts (Protos.Constraint.Operator). */
export const CONSTRAINT_OPERATORS = [
  'UNIQUE',
  'CLUSTER',
  'GROUP_BY',
  'LIKE',
  'UNLIKE',
  'MAX_PER',
  'IS',
] as const;

type Allows = (hostname: string) => boolean;

/**
 * Could a task of the app run on this agent, by the constraints on its hostname? What Mesos calls an agent is its
 * `--hostname`: the inventory's name or host may be that, and it is enough that one of them fits. What cannot be
 * told narrows nothing.
 */
export function hostnameConstraints(app: JsonObject): (target: Pick<Target, 'name' | 'host'>) => boolean {
  const all = elements(member(app, 'constraints')).flatMap(oneConstraint);
  return ({ name, host }) => [name, host].some((hostname) => all.every((allows) => allows(hostname)));
}

function oneConstraint(constraint: Json): readonly Allows[] {
  const [field, operator, value] = isList(constraint)
    ? constraint
    : ['fieldName', 'operator', 'value'].map((part) => member(constraint, part));
  if ((field !== 'hostname' && field !== '@hostname') || typeof value !== 'string') return [];
  if (operator === 'LIKE' || operator === 'UNLIKE') {
    const matches = hostPattern(value);
    return matches === null ? [] : [(hostname) => matches(hostname) !== (operator === 'UNLIKE')];
  }
  // A CLUSTER without a value is wherever the first task is.
  const exact = operator === 'IS' || (operator === 'CLUSTER' && value !== '');
  return exact ? [(hostname) => hostname === value] : [];
}
