import { type Command, Option } from "commander";
import type { Dispatch } from "../context.ts";

const METHODS = ["key", "certificate", "sigstore"];

/** The verbs that make and verify signed statements for others: models, and decisions about them. */
export function addSigning(program: Command, dispatch: Dispatch): void {
  addModelSigning(program, dispatch);
  addDecisions(program, dispatch);
}

/** Arguments are those of the conformance suite of OpenSSF Model Signing, so that the suite can call us as we are. */
function addModelSigning(program: Command, dispatch: Dispatch): void {
  const sign = program
    .command("sign-model")
    .description("signs a model's files: an OpenSSF Model Signing bundle")
    .requiredOption("--model-path <path>", "the model: a folder or a file")
    .option("--ignore-paths <path>", "leave this out; repeat", repeated);
  addSigner(sign).action((...args) => dispatch(() => import("../commands/sign-model.ts"), args));
  const verify = program
    .command("verify-model")
    .description("verifies a model's files against a bundle and whom you trust")
    .requiredOption("--model-path <path>", "the model: a folder or a file")
    .option("--ignore-paths <path>", "leave this out; repeat", repeated)
    .option("--ignore-unsigned-files", "files that nobody signed are no objection");
  addTrust(verify).action((...args) => dispatch(() => import("../commands/verify-model.ts"), args));
}

const VERIFIER = "https://modelgate.dev/verifier/v1";

function addDecisions(program: Command, dispatch: Dispatch): void {
  const exporting = program
    .command("export")
    .description("writes a stored decision as a signed in-toto statement for other tools")
    .addArgument(
      program.createArgument("<kind>", "SLSA summary or test result").choices(["vsa", "test-result"]),
    )
    .argument("<evidence>", "evidence/<id>/<version>/<run id>")
    .option("--verifier-id <uri>", "who decided", VERIFIER)
    .option("--resource-uri <uri>", "what was decided on (default: modelgate:<id>@<version>/<env>)");
  addSigner(exporting).action((...args) => dispatch(() => import("../commands/export.ts"), args));
  const verifying = program
    .command("verify-attestation")
    .description("verifies that somebody you trust let just this artifact through")
    .requiredOption("--subject <digest>", "the artifact: sha256:<hex> of the model or its manifest")
    .requiredOption("--resource-uri <uri>", "what was decided on: modelgate:<id>@<version>/<env>")
    .requiredOption("--level <name>", "what must be verified: MODELGATE_<EVENT>")
    .option("--verifier-id <uri>", "who must have decided", VERIFIER);
  addTrust(verifying).action((...args) => dispatch(() => import("../commands/verify-attestation.ts"), args));
}

function addSigner(command: Command): Command {
  return command
    .addOption(new Option("--method <method>", "how").choices(METHODS).makeOptionMandatory())
    .requiredOption("--output-bundle <file>", "where the bundle goes")
    .option("--private-key <pem>", "key of P-256, P-384 or P-521 (MODELGATE_KEY_PASSPHRASE opens it)")
    .option("--signing-cert <pem>", "the signer's certificate")
    .option("--cert-chain <pem>", "certificates above it; repeat", repeated)
    .option("--identity-token <token>", "who signs, keyless (default: ask Actions)")
    .option("--fulcio-url <url>", "a certificate authority of your own, keyless")
    .option("--rekor-url <url>", "a transparency log of your own, keyless")
    .option("--use-staging", "Sigstore's staging instead of production");
}

function addTrust(command: Command): Command {
  return command
    .addOption(
      new Option("--method <method>", "how it must be signed").choices(METHODS).makeOptionMandatory(),
    )
    .requiredOption("--bundle <file>", "the bundle")
    .option("--public-key <pem>", "the key that must have signed")
    .option("--cert-chain <pem>", "certificates that are trusted; repeat", repeated)
    .option("--identity <identity>", "who must have signed, keyless; exactly")
    .option("--identity-pattern <pattern>", 'the same with "*" for anything but "/"')
    .option("--identity-provider <url>", "who must have vouched for them")
    .option("--trusted-root <file>", "trusted root of a deployment of your own")
    .option("--use-staging", "Sigstore's staging instead of production");
}

function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
