import { quote } from "../../domain/quote.ts";
import { type Place, problem, type Problem } from "../../errors.ts";
import { ENGINE_OPERATORS, OPERATORS_OF } from "./engine-operators.ts";

/** An operator that a node of the model names, or a function that the model defines. */
export interface UsedOperator {
  readonly domain: string;
  readonly operator: string;
}

const STANDARD: ReadonlySet<string> = new Set(["", "ai.onnx", "ai.onnx.ml"]);
const BUILT_IN: ReadonlySet<string> = new Set(
  [...ENGINE_OPERATORS].map((name) => name.replace(/\.\w+$/, "")),
);

/** `ai.onnx` is the long name of the domain "". */
export function usedKey({ domain, operator }: UsedOperator): string {
  return `${domain === "ai.onnx" ? "" : domain}\0${operator}`;
}

/** The operator with its domain in front, unless it is ai.onnx's. */
export function operatorName({ domain, operator }: UsedOperator): string {
  return domain === "" ? operator : `${domain}.${operator}`;
}

/**
 * Operators that the engine has not built in: MODEL_FUNCTIONS for one that the model defines itself (a function that no
 * node uses is never run), MODEL_OPERATOR_MISSING in a domain of the engine, MODEL_DOMAIN_UNKNOWN in any other. Whether
 * the engine knows an operator of ai.onnx and ai.onnx.ml is for loading the model to say.
 */
export function operatorProblems(
  used: ReadonlyMap<string, UsedOperator>,
  functions: readonly UsedOperator[],
  where: Place,
): Problem[] {
  const own = new Set(functions.map(usedKey));
  const [defined, others] = [
    [...used].filter(([key]) => own.has(key)),
    [...used].filter(([key]) => !own.has(key)),
  ];
  const foreign = others.map(([, one]) => one).filter(({ domain }) => !STANDARD.has(domain));
  const unknown = new Set(foreign.map(({ domain }) => domain).filter((domain) => !BUILT_IN.has(domain)));
  const missing = foreign.filter(
    (one) => BUILT_IN.has(one.domain) && !ENGINE_OPERATORS.has(operatorName(one)),
  );
  return [
    ...[...unknown].sort().map((domain) => unknownDomain(domain, where)),
    ...missing.map((one) => missingOperator(one, where)),
    ...(defined.length > 0
      ? [
          ownFunctions(
            defined.map(([, one]) => one),
            where,
          ),
        ]
      : []),
  ];
}

function unknownDomain(domain: string, where: Place): Problem {
  const message = `Operators of the domain ${quote(domain)} are not part of ONNX Runtime.`;
  return problem("MODEL_DOMAIN_UNKNOWN", message, { where });
}

function missingOperator(one: UsedOperator, where: Place): Problem {
  const message = `ONNX Runtime ${OPERATORS_OF} has no operator ${quote(operatorName(one))} for CPUs.`;
  return problem("MODEL_OPERATOR_MISSING", message, { where });
}

const SHOWN = 3;

function ownFunctions(defined: readonly UsedOperator[], where: Place): Problem {
  const names = defined.slice(0, SHOWN).map((one) => quote(operatorName(one)));
  const more = defined.length > SHOWN ? ` and ${defined.length - SHOWN} more` : "";
  const message = `The model uses functions that it defines itself: ${names.join(", ")}${more}.`;
  return problem("MODEL_FUNCTIONS", message, { where });
}
