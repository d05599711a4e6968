import { GraphQLError, parse } from 'graphql';
import type { CancelSignal } from '../execution/cancel.ts';
import type { CompiledOperation, ExecuteArgs } from '../execution/types.ts';
import { hashOf } from '../operation/documents/hash.ts';
import { choosePlan } from './choose-plan.ts';
import { createCompiler } from './compile.ts';
import { createPlanners } from './create-planners.ts';
import { InvalidDocument, invalidDocument } from '../validation/invalid-document.ts';
import { knownLabels, planKey } from './plan-key.ts';
import { PlanFailure, planError } from './plan-failure.ts';
import { readFound } from './question.ts';
import { createRefusals } from './refusals.ts';
import { shareWork, type Waiter } from '../concurrency/shared-work.ts';
import { loadSupergraph } from '../supergraph/schema/supergraph.ts';
import type { Generation, GenerationOptions, PlanOptions } from './types.ts';

export type { Generation, GenerationOptions, PlanOptions } from './types.ts';

const anybody = '';

/** Undefined where only validity was asked. */
type Made = CompiledOperation | undefined;

/** Makes a supergraph ready to serve. Throws when the SDL is not a supergraph that can be planned on. */
export function createGeneration(supergraphSdl: string, options: GenerationOptions): Generation {
  const supergraph = loadSupergraph(supergraphSdl);
  const { allowsIntrospection = true } = options;
  const source = { sdl: supergraphSdl, allowsIntrospection };
  const planners = createPlanners(source, options);
  const compile = createCompiler(supergraph, options, introspectText);
  const working = new Map<string, (waiter: Waiter) => Promise<Made>>();
  const refusals = createRefusals();

  async function introspectText(text: string, operationName: string | undefined, args: ExecuteArgs) {
    const { caller = anybody, deadline } = args.context;
    const question = { text, operationName, labels: [], switchesOn: [], isValid: true, isPlanWanted: false };
    const introspectWith = args.variables ?? {};
    const ask = (signal: CancelSignal) =>
      choosePlan(planners, { ...question, introspectWith, caller, signal });
    try {
      const { findings } = await shareWork(ask)({ signal: args.signal, deadline, onLeave });
      if (findings.kind === 'introspected') return findings.data;
      throw new PlanFailure('failed', `Asked of the schema, a planner said: ${findings.kind}`);
    } catch (error) {
      throw errorOf(error);
    }
  }

  async function examine(text: string, isPlanWanted: boolean, signal: CancelSignal, asked: PlanOptions) {
    const { operationName, isValid = false, switchesOn = [] } = asked;
    const labels = knownLabels(supergraph.overrideLabels, asked.overrideLabels);
    const question = { text, operationName, labels, switchesOn, isValid, isPlanWanted };
    const caller = asked.caller ?? anybody;
    const found = await choosePlan(planners, { ...question, caller, signal }, options.onRefusal);
    if (signal.aborted) throw new PlanFailure('cancelled', 'Nobody waits for the plan any more');
    const { findings } = found;
    switch (findings.kind) {
      case 'invalid':
        throw invalidDocument(text, findings.problems);
      case 'valid':
      case 'introspected':
        return undefined;
      case 'planned': {
        const compiled = compile(sourceOf(text, asked), { operationName, switchesOn }, findings, found.text);
        const { plan } = findings;
        if (plan.node ?? plan.primary) options.onPlan?.(plan, compiled.operationName, found.planner);
        return compiled;
      }
      default:
        return findings satisfies never;
    }
  }

  function begin(key: string, text: string, isPlanWanted: boolean, asked: PlanOptions) {
    const wait = shareWork(async (signal) => {
      // Nobody is to join what was abandoned, not even before it began.
      if (signal.aborted) forget();
      signal.addEventListener('abort', forget, { once: true });
      try {
        return await examine(text, isPlanWanted, signal, asked);
      } catch (error) {
        throw error instanceof PlanFailure ? refusals.keep(key, error) : error;
      } finally {
        forget();
      }
    });
    const forget = () => {
      if (working.get(key) === wait) working.delete(key);
    };
    working.set(key, wait);
    return wait;
  }

  async function work(text: string, isPlanWanted: boolean, asked: PlanOptions): Promise<Made> {
    const labels = knownLabels(supergraph.overrideLabels, asked.overrideLabels);
    const hash = asked.documentKey ?? hashOf(text);
    const key = isPlanWanted ? planKey(hash, asked.operationName, labels, asked.switchesOn ?? []) : hash;
    const known = refusals.find(key);
    if (known) throw planError(known);
    const wait = working.get(key) ?? begin(key, text, isPlanWanted, asked);
    const { signal, deadline } = asked;
    try {
      return await wait({ signal, deadline, onLeave });
    } catch (error) {
      throw errorOf(error);
    }
  }

  return {
    id: supergraph.id,
    supergraphSdl,
    apiSchema: supergraph.apiSchema,
    subgraphs: supergraph.subgraphs,
    overrideLabels: supergraph.overrideLabels,
    async plan(text, asked = {}) {
      const compiled = await work(text, true, asked);
      if (!compiled) throw new Error('a plan was wanted');
      return compiled;
    },
    async check(text, asked = {}) {
      await work(text, false, asked);
    },
    compile(text, planText, asked = {}) {
      const { findings } = readFound(planText);
      if (findings.kind !== 'planned') throw new Error('the text is of no plan');
      const { operationName, switchesOn = [] } = asked;
      return compile(sourceOf(text, asked), { operationName, switchesOn }, findings, planText);
    },
    start: () => planners[0]?.start?.(),
    retire() {
      for (const planner of planners) planner.retire();
    },
    dispose() {
      for (const planner of planners) planner.stop();
    },
  };
}

function sourceOf(text: string, { document }: PlanOptions) {
  return { text, document: document ?? parse(text, { noLocation: true }) };
}

function onLeave(why: 'cancelled' | 'deadline'): PlanFailure {
  return new PlanFailure(why, 'The caller went first');
}

/** What whoever waits is told. */
function errorOf(error: unknown): Error {
  if (error instanceof PlanFailure) return planError(error);
  if (error instanceof GraphQLError || error instanceof InvalidDocument) return error;
  return planError(new PlanFailure('failed', String(error), { cause: error }));
}
