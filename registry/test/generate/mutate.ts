import { type Arg, type Field, literalFor, type Model, randomArg, randomField, wrapped } from './model.ts';
import type { Random } from './random.ts';

type Mutation = (model: Model, random: Random) => void;

/** Changes `count` random things in a copy of the model. The result may be an invalid schema. */
export function mutate(model: Model, random: Random, count: number): Model {
  const copy = structuredClone(model);
  for (let done = 0; done < count; done++) random.pick(mutations)(copy, random);
  return copy;
}

/** Makes one nullable field non-null, or the elements of its list. The result may be an invalid schema. */
export function tighten(model: Model, random: Random): Model {
  const copy = structuredClone(model);
  const fields = copy.objects.flatMap((type) => type.fields).filter(({ type }) => /\w\]|[\w\]]$/.test(type));
  if (fields.length === 0) return copy;
  const field = random.pick(fields);
  field.type = /\w\]/.test(field.type) ? field.type.replace(']', '!]') : `${field.type}!`;
  return copy;
}

const mutations: Mutation[] = [
  (model, random) => forField(model, random, (field, all) => all.splice(all.indexOf(field), 1)),
  (model, random) => forField(model, random, (field) => (field.type = retyped(field.type, random))),
  (model, random) => forField(model, random, (field) => (field.type = retyped(field.type, random))),
  (model, random) => forField(model, random, (field) => (field.deprecated = !field.deprecated)),
  (model, random) =>
    forField(model, random, (field) => field.args.push(randomArg(random, 'z', ['In0', 'In1']))),
  (model, random) => forField(model, random, (field) => changeArgs(field.args, random)),
  (model, random) => forField(model, random, (field) => changeArgs(field.args, random)),
  (model, random) => changeArgs(random.pick(model.inputs).fields, random),
  (model, random) => changeArgs(random.pick(model.inputs).fields, random),
  (model, random) => random.pick(model.inputs).fields.push(randomArg(random, 'n', [])),
  (model, random) => random.pick(model.objects).fields.push(randomField(random, 'added', ['O0', 'I0', 'U0'])),
  (model, random) => random.pick(model.enums).values.push('ADDED'),
  (model, random) => removeOne(random.pick(model.enums).values, random),
  (model, random) => removeOne(random.pick(model.unions).members, random),
  (model, random) => addOne(random.pick(model.unions).members, ['O0', 'O1', 'O2', 'O3'], random),
  (model, random) => removeOne(random.pick(model.objects).implements, random),
  (model, random) => implement(model, random),
  (model, random) => removeType(model, random.pick(['O1', 'O2', 'O3', 'I0', 'I1', 'U0', 'U1'])),
  (model, random) => changeArgs(model.directive.args, random),
  (model, random) => removeOne(model.directive.locations, random),
  (model) => (model.directive.repeatable = !model.directive.repeatable),
];

/** An interface's field changes in whoever implements it too, or the schema would be invalid. */
function forField(model: Model, random: Random, change: (field: Field, all: Field[]) => unknown): void {
  const owner = random.pick([...model.objects, ...model.interfaces]);
  if (owner.fields.length === 0) return;
  const { name } = random.pick(owner.fields);
  const seesAlike = random.chance(0.7);
  const types = seesAlike ? [...model.objects, ...model.interfaces] : [owner];
  for (const { fields } of types) {
    const field = fields.find((one) => one.name === name);
    if (field) change(field, fields);
  }
}

function retyped(type: string, random: Random): string {
  if (random.chance(0.4)) return type.endsWith('!') ? type.slice(0, -1) : `${type}!`;
  if (random.chance(0.4)) return type.includes('!]') ? type.replace('!]', ']') : type.replace(']', '!]');
  return wrapped(random, type.replace(/[[\]!]/g, ''));
}

function changeArgs(args: Arg[], random: Random): void {
  if (args.length === 0) return;
  const arg = random.pick(args);
  const kind = random.below(4);
  if (kind === 0) args.splice(args.indexOf(arg), 1);
  if (kind === 1) {
    arg.type = retyped(arg.type, random);
    if (arg.default !== undefined) arg.default = literalFor(arg.type);
  }
  if (kind === 2) delete arg.default;
  if (kind === 3 && !arg.type.includes('In')) arg.default = literalFor(arg.type);
}

function removeOne(list: string[], random: Random): void {
  if (list.length > 1 || random.chance(0.3)) list.splice(random.below(list.length), 1);
}

function addOne(list: string[], from: string[], random: Random): void {
  const name = random.pick(from);
  if (!list.includes(name)) list.push(name);
}

function implement(model: Model, random: Random): void {
  const type = random.pick(model.objects);
  const added = random.pick(model.interfaces);
  if (type.implements.includes(added.name)) return;
  type.implements.push(added.name);
  for (const field of added.fields)
    if (!type.fields.some(({ name }) => name === field.name)) type.fields.push(structuredClone(field));
}

function removeType(model: Model, gone: string): void {
  for (const kind of ['objects', 'interfaces', 'unions'] as const) {
    const list: { name: string }[] = model[kind];
    const at = list.findIndex(({ name }) => name === gone);
    if (at >= 0) list.splice(at, 1);
  }
  for (const type of [...model.objects, ...model.interfaces])
    type.fields = type.fields.filter(({ type: text }) => text.replace(/[[\]!]/g, '') !== gone);
  for (const type of model.objects) type.implements = type.implements.filter((name) => name !== gone);
  for (const union of model.unions) union.members = union.members.filter((name) => name !== gone);
}
