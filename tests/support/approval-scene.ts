import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openSigner } from "../../src/adapters/signing/open-signer.ts";
import type { CheckReport } from "../../src/usecases/check/report.ts";
import type { CheckOptions } from "../../src/usecases/check/scene.ts";
import { approve, type Approving, type GivenApproval } from "../../src/usecases/approve/approve.ts";
import type { NamedProposal } from "../../src/usecases/approve/find-proposal.ts";
import { readProposal, type ReadProposal } from "../../src/usecases/approve/read-proposal.ts";
import {
  ALL_ROLES,
  type AuditScene,
  auditScene,
  type SshKey,
  type TestPrincipal,
  trustYaml,
} from "./audit-scene.ts";
import { SHADOW_POLICY } from "./governed-commits.ts";

export const BRANCH = "promote/prod/flight-delay";
export const ONE_MANAGER = "{ at_least: 1, role: release-manager, not: [author, last-pusher] }";

/** A team where ada proposes, signing her commits, and grace and linus are release managers with keys of their own. */
export interface ApprovalScene extends AuditScene {
  readonly grace: SshKey;
  readonly linus: SshKey;
  /** Has no role that approves. */
  readonly mallory: SshKey;
  /** Trusts exactly these from the next commit on; the version grows. */
  trust(principals: readonly TestPrincipal[], more?: string): string;
  readonly team: readonly TestPrincipal[];
  /** Trusts the team with somebody of it as given. */
  trustNow(somebody: TestPrincipal): string;
  /** The commit that everything was set up with. */
  readonly start: string;
  /** Back to the start, with one fresh proposal. */
  startOver(): Promise<void>;
  /** Lets the policy of shadow ask for these approvals. */
  ask(approvals: string): string;
  /** Proposes flight-delay to shadow, leaving approvals to the check. */
  propose(): Promise<string>;
  read(named?: NamedProposal): Promise<ReadProposal>;
  approve(key: SshKey, more?: Partial<Approving> & NamedProposal): Promise<GivenApproval>;
  /** The required check of the proposal branch onto main. */
  judge(head?: string, more?: Partial<CheckOptions>): Promise<CheckReport>;
  /** `OUTCOME` of the check, and what it says of approvals. */
  verdict(head?: string, more?: Partial<CheckOptions>): Promise<string>;
}

export async function approvalScene(asked: string = ONE_MANAGER): Promise<ApprovalScene> {
  const audited = await auditScene();
  const [grace, linus, mallory] = ["grace", "linus", "mallory"].map((name) => audited.newKey(name)) as [
    SshKey,
    SshKey,
    SshKey,
  ];
  const team: readonly TestPrincipal[] = [
    { id: "ada", github: "ada", roles: ALL_ROLES, keys: [{ key: audited.ada }] },
    { id: "grace", github: "grace-h", roles: ["release-manager"], keys: [{ key: grace }] },
    { id: "linus", roles: ["release-manager"], keys: [{ key: linus }] },
    { id: "mallory", roles: ["model-signer"], keys: [{ key: mallory }] },
  ];
  let version = 1;
  const { ports } = audited.check;
  const scene: ApprovalScene = {
    ...audited,
    grace,
    linus,
    mallory,
    team,
    trust(principals, more = "") {
      version += 1;
      return scene.commit({ "policies/trust.yaml": `${trustYaml(principals, version)}${more}` }, "trust");
    },
    trustNow: (somebody) => scene.trust(team.map((one) => (one.id === somebody.id ? somebody : one))),
    start: "",
    async startOver() {
      scene.git("checkout", "-q", "-f", "-B", "main", scene.start);
      const branches = scene.git("for-each-ref", "--format=%(refname:short)", "refs/heads/promote");
      for (const branch of branches.split("\n")) if (branch !== "") scene.git("branch", "-q", "-D", branch);
      await scene.propose();
    },
    ask(approvals) {
      const text = readFileSync(join(scene.root, SHADOW_POLICY), "utf8")
        .replace(/requires: \{ approvals: .*\n/, "")
        .replace(/version: (\d+)/, (_, n) => `version: ${Number(n) + 1}`)
        .replace("objectives:", `requires: { approvals: ${approvals} }\nobjectives:`);
      return scene.commit({ [SHADOW_POLICY]: text }, "people must agree");
    },
    propose: () => scene.check.propose({}, { enforcedElsewhere: ["approvals"] }),
    read: (named = {}) => readProposal(ports, named, new Date()),
    async approve(key, { comment = null, now = new Date(), ...named } = {}) {
      const signer = await openSigner(key.path, process.env);
      return approve(ports, await scene.read(named), { signer, comment, now });
    },
    judge: (head = BRANCH, more = {}) => scene.check.check("main", head, { ref: "refs/heads/main", ...more }),
    async verdict(head, more) {
      const report = await scene.judge(head, more);
      const said = report.decisions
        .flatMap(({ verdict }) => verdict.policies.flatMap(({ requirements }) => requirements))
        .flatMap(({ id, says }) => (id === "approvals" ? [says.replace(/^[^:]*: /, "")] : []));
      const codes = report.problems.map(({ code }) => code);
      return [report.outcome, ...codes, ...said].join(" ");
    },
    [Symbol.dispose]: () => audited[Symbol.dispose](),
  };
  scene.trust(team);
  const start = scene.ask(asked);
  return Object.assign(scene, { start });
}
