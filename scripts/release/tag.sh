#!/usr/bin/env bash
# Commits the bundles that lie in dist and actions/dist on top of what is checked out, and pushes that commit as the tag
# v<version> alone: no branch ever holds it. Needs GH_TOKEN.
set -euo pipefail
version=$1
if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
  printf 'There is no version %q.\n' "$version" >&2
  exit 2
fi
stated=$(node --print 'JSON.parse(fs.readFileSync("package.json", "utf8")).version')
if [[ $stated != "$version" ]]; then
  printf 'package.json says %s.\n' "$stated" >&2
  exit 2
fi
# A workflow can be started on any branch; what is released was reviewed.
gh auth setup-git
git fetch --quiet origin main
if ! git merge-base --is-ancestor HEAD FETCH_HEAD; then
  printf '%s is not on main.\n' "$(git rev-parse HEAD)" >&2
  exit 2
fi
git config user.name 'github-actions[bot]'
git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
git add --force dist actions/dist
git commit --quiet --message "release: v$version"
git tag --annotate "v$version" --message "v$version"
# A tag that is there is never moved: the push fails.
git push --quiet origin "refs/tags/v$version"
