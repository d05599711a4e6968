import { readFileSync } from 'node:fs';
import { DockerfileParser, type ModifiableInstruction } from 'dockerfile-ast';

export interface Instruction {
  keyword: string;
  /** What follows the keyword, flags included. */
  text: string;
}

export interface Stage {
  name: string;
  /** An image or an earlier stage. */
  from: string;
  instructions: Instruction[];
}

/** The stages of a Dockerfile in order. */
export function readStages(file: URL): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    const flags = 'getFlags' in instruction ? (instruction as ModifiableInstruction).getFlags() : [];
    const text = [...flags, instruction.getRawArgumentsContent() ?? ''].join(' ');
    if (keyword === 'FROM') {
      const [from = '', , name = `${stages.length}`] = text.split(/\s+/);
      stages.push({ name, from, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ keyword, text });
    }
  }
  return stages;
}

/** The instructions that hold for a stage, those of the stages it is made from first. */
export function effective(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((each) => each.name === name);
  return stage ? [...effective(stages, stage.from), ...stage.instructions] : [];
}

/** The last word of an instruction that may be given once; undefined when it never was. */
export function last(instructions: readonly Instruction[], keyword: string): string | undefined {
  return instructions.findLast((each) => each.keyword === keyword)?.text;
}
