/**
 * The doctor, for those who run it: `tssupervisord --test`, and `tssupervisorctl doctor`, which loads this part of the
 * daemon from beside itself (docs/adr/0012). Only plain data crosses.
 */
import { existsSync } from 'node:fs';
import { findConfigFile, noConfigFileMessage } from '../../config/default-files.ts';
import type { Diagnosis, DiagnosisRequest, Finding } from '../../config/diagnosis.ts';
import { examine } from '../config/doctor/diagnose.ts';
import { nodeHost } from '../config/host.ts';
import type { LoadRequest } from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';

/** Reads the file with the environment of this process. */
export function diagnose({ file: named, argv0, forSupervisor }: DiagnosisRequest): Diagnosis {
  const file = named ?? findConfigFile(argv0, { exists: existsSync });
  if (file === undefined) return { file, problems: [noConfigFileMessage(argv0)], findings: [] };
  const request = { file, environment: process.env };
  const { result, findings } = examine(request, nodeHost(process.env), forSupervisor ? 'supervisor' : 'use');
  return { file, problems: result.ok ? [] : result.problems.map((problem) => formatProblems([problem])), findings };
}

/** The findings for a file that the daemon itself has read just so. */
export function findingsOf(request: LoadRequest): readonly Finding[] {
  return examine(request, nodeHost(request.environment)).findings;
}
