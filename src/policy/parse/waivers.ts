import { isDigest } from "../../domain/digest.ts";
import type { Waiver } from "../policy.ts";
import { at, elements, report, textOr, type Reader } from "../../domain/document/reader.ts";
import { readDate } from "./times.ts";

/** 90 days: a waiver that is needed for longer is a change of policy. */
const MAX_WAIVER_MS = 90 * 86_400_000;

const EPOCH = new Date(0);

/** Reads the waivers of a file. Their targets are checked against the policies afterwards. */
export function readWaivers(root: Reader): readonly { readonly waiver: Waiver; readonly at: Reader }[] {
  return elements(at(root, "waivers")).map((item) => ({ waiver: readWaiver(item), at: item }));
}

function readWaiver(item: Reader): Waiver {
  const [granted, expires] = [readDate(at(item, "granted")), readDate(at(item, "expires"))];
  checkSpan(at(item, "expires"), granted, expires);
  const digest = at(item, "manifest_digest").value;
  return {
    id: textOr(at(item, "id"), ""),
    objective: textOr(at(item, "objective"), ""),
    policy: textOr(at(item, "policy"), null),
    manifestDigest: isDigest(digest) ? digest : "sha256:",
    reason: textOr(at(item, "reason"), "").trim(),
    owner: textOr(at(item, "owner"), ""),
    granted: granted ?? EPOCH,
    expires: expires ?? EPOCH,
  };
}

function checkSpan(expires: Reader, granted: Date | null, end: Date | null): void {
  if (!granted || !end) return;
  const span = end.getTime() - granted.getTime();
  if (span <= 0) report(expires, "POLICY_WAIVER_TOO_LONG", "The waiver expires before it is granted.");
  if (span > MAX_WAIVER_MS) {
    report(
      expires,
      "POLICY_WAIVER_TOO_LONG",
      `The waiver lasts ${Math.ceil(span / 86_400_000)} days; at most 90 are allowed.`,
    );
  }
}
