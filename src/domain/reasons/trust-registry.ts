import type { Reason } from "./reason.ts";

const file = {
  TRUST_NAME_DUPLICATE: {
    meaning: "Two principals, or two keys, of policies/trust.yaml share an id.",
    fix: "Give each its own id: a key is named by it when it is retired or revoked.",
    exit: 2,
  },
  TRUST_KEY_DUPLICATE: {
    meaning: "One key stands twice in policies/trust.yaml, so that it would sign for two entries.",
    fix: "Keep one of the entries; every principal and every purpose of a person uses a key of its own.",
    exit: 2,
  },
  TRUST_LOGIN_DUPLICATE: {
    meaning: "Two principals have one GitHub login, so that one person would count twice.",
    fix: "Put all keys of a person into one principal.",
    exit: 2,
  },
  TRUST_FINGERPRINT_WRONG: {
    meaning: "The fingerprint beside a public key is not that of the key.",
    fix: "Find out which of the two is right: ssh-keygen -lf KEY.pub prints the fingerprint. modelgate trust add writes both.",
    exit: 2,
  },
  TRUST_ROLE_NOT_HELD: {
    meaning: "A key has a role that its principal does not have.",
    fix: "Give the role to the principal too, or take it from the key.",
    exit: 2,
  },
  TRUST_KEY_ENDED_TWICE: {
    meaning: "A key is retired and revoked at once.",
    fix: "Keep revoked: it says more. Keep retired only if nothing that the key signed is in doubt.",
    exit: 2,
  },
  TRUST_REVOCATION_DUPLICATE: {
    meaning: "One dataset, or one piece of training code, is revoked twice.",
    fix: "Keep one entry and put both reasons into it.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const standing = {
  TRUST_KEY_UNKNOWN: {
    meaning: "The key of a signature is not in policies/trust.yaml of the commit that counts.",
    fix: "Add the key in a pull request of its own (modelgate trust add PRINCIPAL --key KEY.pub --roles ROLE); it counts from the next commit on.",
    exit: 1,
  },
  TRUST_KEY_RETIRED: {
    meaning:
      "A retired key signed something new. What it signed while it was active stands; nothing is added to it.",
    fix: "Sign again with an active key: modelgate trust list shows them.",
    exit: 1,
  },
  TRUST_KEY_REVOKED: {
    meaning:
      "The key of a signature is revoked: what it signed proves nothing any more, whenever it was signed.",
    fix: "Use an active key. Of a version that this one signed, register a new one from sources that you have checked. A commit that it signed and that is merged: look at what it changed, and take back what nobody else answers for.",
    exit: 1,
  },
  TRUST_ROLE_MISSING: {
    meaning:
      "The key of a signature is trusted, but not for this: it has none of the roles that may sign it.",
    fix: "Let somebody with the role sign, or give the role in a pull request of its own: modelgate trust list shows who has which.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const change = {
  TRUST_FILE_REMOVED: {
    meaning: "A change removes policies/trust.yaml, and with it every answer to the question who may sign.",
    fix: "Put it back; a key that should sign no more is ended with modelgate trust retire or modelgate trust revoke.",
    exit: 1,
  },
  TRUST_VERSION_NOT_GROWN: {
    meaning:
      "policies/trust.yaml was changed and its version was not raised, so that one version would mean two texts.",
    fix: "Raise metadata.version by one; modelgate trust add, rotate, retire and revoke do so.",
    exit: 1,
  },
  TRUST_ROLLBACK: {
    meaning:
      "policies/trust.yaml has a lower version than one that was merged before: an older list of keys comes back.",
    fix: "Give it a version higher than any before; start from the file as it is on the base branch.",
    exit: 1,
  },
  TRUST_KEY_REMOVED: {
    meaning:
      "A change removes a key from policies/trust.yaml, so that nobody could tell any more what it signed.",
    fix: "Put the entry back and end it: modelgate trust retire KEY, or modelgate trust revoke KEY.",
    exit: 1,
  },
  TRUST_KEY_CHANGED: {
    meaning: "Under the id of an old key stands another key, or the key moved to another principal.",
    fix: "Put the old entry back as it was, and add the new key with an id of its own: modelgate trust rotate.",
    exit: 1,
  },
  TRUST_REVOCATION_UNDONE: {
    meaning:
      "A change takes a revocation back. A key that was once in doubt never signs again; data and code are lifted with a reason.",
    fix: "Put the revocation back. For a key, add a new one. For a dataset or training code, add lifted: { reason } to the entry.",
    exit: 1,
  },
  TRUST_OWNER_LAST: {
    meaning:
      "After the change, no active key has the role policy-owner, so that nobody could change the rules any more.",
    fix: "Add another key of a policy-owner in the same change, before this one ends, with modelgate trust add or modelgate trust rotate.",
    exit: 1,
  },
  TRUST_OWNER_NONE: {
    meaning:
      "The first keys of trust.yaml may sign some changes, and none may sign a change of trust.yaml: nobody could ever add one.",
    fix: "Begin with a policy-owner: modelgate trust add PRINCIPAL --key KEY.pub --roles policy-owner",
    exit: 1,
  },
  TRUST_SIGNERS_STALE: {
    meaning: ".github/allowed_signers does not say what policies/trust.yaml says.",
    fix: "Write it again with: modelgate trust list --write-signers",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const revocation = {
  TRUST_DATASET_REVOKED: {
    meaning: "The version was trained on a dataset that policies/trust.yaml revokes.",
    fix: "Train a new version on other data. Where this one is live, take it out with modelgate rollback or modelgate disable.",
    exit: 1,
  },
  TRUST_TRAINER_CODE_REVOKED: {
    meaning: "The version was made by training code that policies/trust.yaml revokes.",
    fix: "Train a new version with mended code. Where this one is live, take it out with modelgate rollback or modelgate disable.",
    exit: 1,
  },
  TRUST_SIGNING_KEY_REVOKED: {
    meaning: "The manifest of the version was signed with a key that policies/trust.yaml revokes.",
    fix: "Register a new version from sources that you have checked, signed with an active key. Where this one is live, take it out with modelgate rollback or modelgate disable.",
    exit: 1,
  },
  TRUST_FALLBACK_REVOKED: {
    meaning:
      "Production would fall back to a version that depends on something that policies/trust.yaml revokes.",
    fix: "Revoke that version first, so that it is no rollback target any more; modelgate disable works at once.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const writing = {
  TRUST_LAYOUT_FOREIGN: {
    meaning:
      "policies/trust.yaml is sound, but not laid out as modelgate lays it out, so that an edit would lose what people wrote.",
    fix: "Edit the file by hand, or pass --rewrite: values stay, comments and layout of your own are lost.",
    exit: 2,
  },
  TRUST_FILE_MISSING: {
    meaning: "There is no policies/trust.yaml yet, so there is nothing to change.",
    fix: "Begin with: modelgate trust add PRINCIPAL --key KEY.pub --roles policy-owner",
    exit: 2,
  },
  TRUST_ENTRY_UNKNOWN: {
    meaning: "policies/trust.yaml has no key or principal of that name.",
    fix: "List what it has: modelgate trust list",
    exit: 2,
  },
  TRUST_ENTRY_ENDED: {
    meaning: "The key is retired or revoked already, or the dataset or training code is revoked already.",
    fix: "Nothing is left to do; modelgate trust list shows the reason.",
    exit: 2,
  },
  TRUST_KEY_OTHER: {
    meaning: "The key to sign with is not the one that was named.",
    fix: "Pass the path of the right key, or leave --key-id out.",
    exit: 2,
  },
  TRUST_ROLES_NEEDED: {
    meaning: "A new principal needs roles, and an old one keeps those that it has.",
    fix: "Pass --roles with some of model-signer, evidence-signer, release-manager, policy-owner, gate-bot.",
    exit: 2,
  },
  TRUST_REVOKE_WHAT: {
    meaning: "It is not clear what to revoke: exactly one key, dataset or piece of training code.",
    fix: "Name a key, or pass --dataset or --trainer-code.",
    exit: 2,
  },
  TRUST_WEB_FLOW_KEY_MISSING: {
    meaning:
      "The file does not hold the key with which GitHub signs commits today, known by its pinned fingerprint.",
    fix: "Fetch https://github.com/web-flow.gpg again. If GitHub has a new key, add it with modelgate trust add --key, after comparing its fingerprint with GitHub's documentation.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const manifest = {
  MANIFEST_UNSIGNED: {
    meaning: "policies/trust.yaml demands signed manifests, and this one is not signed.",
    fix: "Sign it with the key of a model-signer: modelgate register FOLDER --key PATH",
    exit: 1,
  },
  MANIFEST_SIGNING_KEY_MISMATCH: {
    meaning: "signing_key_id names another key than the one that signed.",
    fix: "Sign again: modelgate register FOLDER --key PATH",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

/** Who is trusted with what, and what is revoked. */
export const trustRegistryReasons = {
  ...file,
  ...standing,
  ...change,
  ...revocation,
  ...writing,
  ...manifest,
} as const satisfies Record<string, Reason>;
