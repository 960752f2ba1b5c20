import type { Reason } from "./reason.ts";

export const gitReasons = {
  GIT_MISSING: {
    meaning: "The git program was not found.",
    fix: "Install git 2.34 or newer and make sure that it is on the PATH.",
    exit: 3,
  },
  GIT_NOT_A_REPOSITORY: {
    meaning: "The folder is not inside a Git repository.",
    fix: "Run modelgate inside a clone of the model repository, or start one with: git init && modelgate init --ref COMMIT --owner @you",
    exit: 2,
  },
  GIT_BARE: {
    meaning: "The repository has no work tree.",
    fix: "Run modelgate in a clone with a work tree, not in a bare repository or inside .git.",
    exit: 2,
  },
  GIT_UNSAFE_OWNERSHIP: {
    meaning: "The repository belongs to another user, and git refuses to work in it.",
    fix: "Take ownership of the folder, or trust it with: git config --global --add safe.directory <path>",
    exit: 2,
  },
  GIT_NO_COMMITS: {
    meaning: "The repository has no commit yet.",
    fix: "Commit the registry and deployed.json first.",
    exit: 2,
  },
  GIT_DIRTY: {
    meaning: "Governed files in the work tree differ from the commit that would be judged.",
    fix: "Commit the listed files, or put them back, and run again.",
    exit: 2,
  },
  GIT_DETACHED: {
    meaning: "HEAD is not on a branch, so there is no base to promote on.",
    fix: "Check out the base branch, for example: git switch main",
    exit: 2,
  },
  GIT_SHALLOW: {
    meaning: "The clone is shallow: a part of the history is missing, so nothing can be proved about it.",
    fix: "Fetch the whole history with: git fetch --unshallow (in GitHub Actions: actions/checkout with fetch-depth: 0).",
    exit: 2,
  },
  GIT_UNKNOWN_REVISION: {
    meaning: "There is no commit of that name in this repository.",
    fix: "Check the spelling, or fetch the branch or commit first.",
    exit: 2,
  },
  GIT_BASE_UNKNOWN: {
    meaning: "There is no commit to compare with, so that nobody can say what has changed.",
    fix: "Name it with --base (the input `base`), and check out the whole history: fetch-depth: 0.",
    exit: 2,
  },
  GIT_BAD_NAME: {
    meaning: "A revision, branch or path cannot be a safe Git name.",
    fix: "Use plain names: lower-case letters, digits, dot, dash and underscore, in parts separated by a slash.",
    exit: 2,
  },
  GIT_NOT_A_FILE: {
    meaning: "A governed path in a commit is a symlink, a submodule or a folder instead of a regular file.",
    fix: "Replace it with a regular file in a commit of its own.",
    exit: 2,
  },
  GIT_TOO_LARGE: {
    meaning: "A file in a commit is larger than the reader allows.",
    fix: "Keep governed documents small; large models belong outside of the documents that the gate reads.",
    exit: 2,
  },
  GIT_OBJECT_MISSING: {
    meaning: "An object that a commit refers to is not in this clone.",
    fix: "Clone the repository in full, without --filter and --depth, and check it with: git fsck",
    exit: 3,
  },
  GIT_OBJECT_CORRUPT: {
    meaning: "The bytes of a Git object do not match its id, or git cannot read it.",
    fix: "Check the repository with: git fsck; then clone it again from a trusted remote.",
    exit: 3,
  },
  GIT_RACE_LOST: {
    meaning:
      "The branch moved while the commit was made, so somebody else's change won. Nothing was lost or overwritten.",
    fix: "Look at the other change with: modelgate status; then run the same command again.",
    exit: 1,
  },
  GIT_FETCH_FAILED: {
    meaning:
      "The base branch moved, and its new commit could not be fetched to judge it. Nothing was written.",
    fix: "Run the workflow again, so that it checks out the new base; in a terminal run git pull first. If it stays, look at git's own message: the token needs contents: read.",
    exit: 3,
  },
  GIT_BRANCH_CHECKED_OUT: {
    meaning: "The branch to write is checked out in a work tree, which a new commit would leave out of step.",
    fix: "Switch that work tree to the base branch, for example: git switch main; then run again.",
    exit: 2,
  },
  GIT_BRANCH_BLOCKED: {
    meaning: "A branch of a shorter or longer name stands in the way of the one to write.",
    fix: "Rename or delete the branch that the message names.",
    exit: 2,
  },
  GIT_LOCKED: {
    meaning: "Another git process holds the lock, or one that was killed left it behind.",
    fix: "Wait for the other process; if none is running, delete the lock file that the message names.",
    exit: 3,
  },
  GIT_READ_ONLY: {
    meaning: "The repository cannot be written to.",
    fix: "Make the .git folder writable for this user, or run in a clone of your own.",
    exit: 3,
  },
  GIT_NO_SPACE: {
    meaning: "The disk is full. The branch was not moved.",
    fix: "Free some space and run the same command again.",
    exit: 3,
  },
  GIT_NO_IDENTITY: {
    meaning: "Git does not know who commits.",
    fix: 'Set it with: git config user.name "Your Name" && git config user.email you@example.org',
    exit: 2,
  },
  GIT_SIGNING_FAILED: {
    meaning: "Git is set up to sign commits, but signing failed; nothing was written.",
    fix: "Check user.signingkey and gpg.format with: git commit --allow-empty -S -m test; or turn it off: git config commit.gpgsign false",
    exit: 3,
  },
  GIT_INTERRUPTED: {
    meaning: "Git was stopped by a signal. The branch is as it was before, or holds the whole commit.",
    fix: "Run the same command again: it finds the commit if it was made.",
    exit: 3,
  },
  GIT_FAILED: {
    meaning: "Git failed in a way that modelgate does not know.",
    fix: "Read git's own message, and check the repository with: git fsck",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;
