/** What became of the pull request of a proposal. */
export interface PullRequestReceipt {
  readonly number: number;
  readonly url: string;
  readonly operation: "created" | "updated" | "none";
  readonly headCommit: string;
  /** True when its checks start only after somebody approves the runs. */
  readonly runsWait: boolean;
  /** What could not be done and does not matter for the promotion itself, for example a reviewer who is unknown. */
  readonly notes: readonly string[];
}
