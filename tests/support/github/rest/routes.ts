import { ACTIVITY_ROUTES } from "./activity-routes.ts";
import { ACTIONS_ROUTES } from "./actions-routes.ts";
import type { Routes } from "./call.ts";
import { CHECK_ROUTES } from "./check-routes.ts";
import { DEPLOYMENT_ROUTES } from "./deployment-routes.ts";
import { GIT_ROUTES } from "./git-routes.ts";
import { ISSUE_ROUTES } from "./issue-routes.ts";
import { PULL_ROUTES } from "./pull-routes.ts";
import { REPOSITORY_ROUTES } from "./repository-routes.ts";
import { REVIEW_ROUTES } from "./review-routes.ts";
import { RULE_ROUTES } from "./rule-routes.ts";
import { TEAM_ROUTES } from "./team-routes.ts";

/** Every operation that is served; a test holds it against the list in openapi/served.ts. */
export const ROUTES: Routes = {
  ...ACTIONS_ROUTES,
  ...ACTIVITY_ROUTES,
  ...CHECK_ROUTES,
  ...DEPLOYMENT_ROUTES,
  ...GIT_ROUTES,
  ...ISSUE_ROUTES,
  ...PULL_ROUTES,
  ...REPOSITORY_ROUTES,
  ...REVIEW_ROUTES,
  ...RULE_ROUTES,
  ...TEAM_ROUTES,
};
