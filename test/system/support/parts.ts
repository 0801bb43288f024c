import { describe, expect, test } from 'vitest';
import { missingSystemParts, SETUP, UNDER_CI } from '../../support/skipped.ts';

/**
 * A suite on real parts. Where some are missing it is skipped by name, with the command that installs them;
 * under CI a missing part is a failing test instead.
 */
export function describeSystem(title: string, suite: () => void): void {
  const missing = missingSystemParts();
  if (missing.length === 0) {
    describe(title, suite);
  } else if (UNDER_CI) {
    describe(title, () => {
      test('all parts of the system tests are installed', () => {
        expect(missing, `install them with: ${SETUP}`).toEqual([]);
      });
    });
  } else {
    describe.skip(`${title} [needs ${missing.join(', ')}: ${SETUP}]`, suite);
  }
}
