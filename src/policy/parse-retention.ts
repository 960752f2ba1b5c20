import { type Problem, refuse } from "../errors.ts";
import { inOrder, openFile, type PolicySource } from "./parse/policy-file.ts";
import { readRetention } from "./parse/retention.ts";
import { DEFAULT_RETENTION, type Retention } from "./retention.ts";
import { RETENTION_V1 } from "../generated/retention-v1.js";

/** Parses `policies/retention.yaml`. Every problem at once, POLICY_* and DOCUMENT_*, by line and column. */
export function parseRetention(source: PolicySource): Retention {
  const problems: Problem[] = [];
  const file = openFile(source, { RetentionPolicy: RETENTION_V1 }, problems);
  const retention = file ? readRetention(file.root) : DEFAULT_RETENTION;
  refuse(inOrder(problems));
  return retention;
}
