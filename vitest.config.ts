import { defineConfig } from 'vitest/config';

// unit: decisions, no waiting. real: a built daemon, real children, real servers. alone: such tests of what the test's
// own process has. long: the full figures, seeded. Unit, then real and alone, then long: their numbers of workers differ.

/** They count the descriptors, children or bytes of their own process, or time its calls, so each has one for itself. */
const alone = [
  'test/real/os/**/*.test.ts',
  'test/real/probes/**/*.test.ts',
  'test/real/watching/**/*.test.ts',
  'test/real/daemon/answers.test.ts',
  'test/real/logs/capture.test.ts',
  'test/real/rpc/direct-client.test.ts',
  'test/real/rpc/server.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 5_000,
          // Decisions leave nothing behind: one world for all files, which costs a quarter of the time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          exclude: alone,
          // A process for each file costs 0.7 s of a core, and a hundred files do not look at their own.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          // Most of the time they wait, for clocks of Supervisor and for programs to start.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'alone',
          include: alone,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
