import type { Digest } from "../../domain/digest.ts";

/**
 * Digests (as `readNativeLibraries` makes them) of the CPU builds inside npm's onnxruntime-node, and their version. An
 * engine that lies in the repository under judgement is loaded only if it is one of these. For a new version: install
 * it, and run scripts/engine-digests.ts.
 */
export const PUBLISHED_BUILDS: ReadonlyMap<Digest, string> = new Map([
  ["sha256:dadf616c07f3d76956d216428e70a6afbd3ea2bef93af051d0ce9392de6c9b50", "1.30.0"], // linux-x64
  ["sha256:2a08bb20f7a8c8a8fbe553fb061863e027ebbb546435dbc8596b53b57d869f2b", "1.30.0"], // linux-arm64
  ["sha256:4f437e0736d5fcb5e8d48d03193de252c55d9d243bf7a340203300e29753b0e4", "1.30.0"], // darwin-arm64
  ["sha256:19918bdeceb9d05f02aad2e69da3ad815997c45677faa5414abd3b3ee6ec3743", "1.30.0"], // win32-x64
  ["sha256:cf79dfae99daa559fb817f148ea1b98a2f260427696a4971876d67389833c2f3", "1.30.0"], // win32-arm64
]);
