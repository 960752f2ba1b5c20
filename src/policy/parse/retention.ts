import { DEFAULT_RETENTION, type Retention, type RetentionClass } from "../retention.ts";
import { at, numberOr, report, type Reader } from "../../domain/document/reader.ts";

/** Reads the days of each class. POLICY_RETENTION_INVERTED: what decided would be gone before what was only measured. */
export function readRetention(root: Reader): Retention {
  const critical = daysOf(root, "critical");
  const daily = daysOf(root, "daily");
  // Days out of their range are the schema's to report.
  if (critical >= 1 && critical < daily) {
    const message = `Critical artifacts are kept ${critical} days, daily ones ${daily}.`;
    report(placeOf(root, "critical"), "POLICY_RETENTION_INVERTED", message);
  }
  return { critical, daily };
}

/** A value of the wrong type is the schema's to report; the default stands in, so that the rest is still checked. */
function daysOf(root: Reader, name: RetentionClass): number {
  return numberOr(placeOf(root, name), DEFAULT_RETENTION[name]);
}

function placeOf(root: Reader, name: RetentionClass): Reader {
  return at(at(at(root, "classes"), name), "days");
}
