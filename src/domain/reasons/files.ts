import type { Reason } from "./reason.ts";

export const filesReasons = {
  FILE_MISSING: {
    meaning: "A file that is needed is not there.",
    fix: "Restore or add the file.",
    exit: 2,
  },
  FILE_UNREADABLE: {
    meaning: "The operating system refused to open or read the file.",
    fix: "Give the user who runs modelgate the right to read it, and check the disk.",
    exit: 3,
  },
  FILE_NOT_REGULAR: {
    meaning: "The path is a folder, a device, a pipe or a socket.",
    fix: "Put a regular file there.",
    exit: 2,
  },
  FILE_SYMLINK: {
    meaning:
      "The path, or a folder on the way to it, is a symbolic link; what it names can change without a trace in Git.",
    fix: "Replace the link by the file that it names.",
    exit: 2,
  },
  FILE_HARDLINK: {
    meaning: "The file has several names; writing through another name changes it unseen.",
    fix: "Replace the link by a copy: cp FILE FILE.copy && mv FILE.copy FILE.",
    exit: 2,
  },
  FILE_OUTSIDE: {
    meaning: "The path leads out of the repository.",
    fix: "Use a path relative to the repository's root, with / and without ..",
    exit: 2,
  },
  FILE_TOO_LARGE: {
    meaning: "The file is larger than its reader allows; nothing of it was read.",
    fix: "Make the file smaller, or keep it outside the governed folders.",
    exit: 2,
  },
  FILE_CHANGED: {
    meaning: "The file changed while it was read, or between reading and writing it. Nothing was written.",
    fix: "Let the other program finish, then try again.",
    exit: 3,
  },
  FILE_LOCKED: {
    meaning:
      "Another process writes these files, or one that was killed on another machine left its lock behind.",
    fix: "Wait until it ends, then try again. If it no longer runs, remove the lock file that the message names.",
    exit: 3,
  },
  FILE_READ_ONLY: {
    meaning: "The file cannot be written: the disk or the folder is read-only. Nothing was changed.",
    fix: "Make the folder writable for the user who runs modelgate.",
    exit: 3,
  },
  FILE_NO_SPACE: {
    meaning: "The file cannot be written: no space is left. What was there before is untouched.",
    fix: "Free some disk space and try again.",
    exit: 3,
  },
  FILE_NOT_WRITTEN: {
    meaning: "The operating system refused to write the file. What was there before is untouched.",
    fix: "Check the disk and the folder, then try again.",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;
