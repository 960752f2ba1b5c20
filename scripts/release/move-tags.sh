#!/usr/bin/env bash
# Points v<major> and v<major>.<minor> to the release. They are plain tags, tied to no release, so that they may move.
# A pre-release moves nothing. Needs GH_TOKEN.
set -euo pipefail
version=$1
if [[ ! $version =~ ^([0-9]+)\.([0-9]+)\.[0-9]+$ ]]; then
  printf '%q is a pre-release: no tag moves.\n' "$version"
  exit 0
fi
commit=$(git rev-parse "v$version^{commit}")
gh auth setup-git
git push --quiet --force origin "$commit:refs/tags/v${BASH_REMATCH[1]}" "$commit:refs/tags/v${BASH_REMATCH[1]}.${BASH_REMATCH[2]}"
