import type { Faker } from '@faker-js/faker';
import type { Random } from './random.ts';

const tags = [
  'books',
  'cooking',
  'music',
  'birds',
  'running',
  'gardening',
  'typescript',
  'coffee',
  'city',
  'film',
];

/** What people in the town say: short everyday sentences around things that a faker library can name. */
export interface Voices {
  post(): string;
  reply(): string;
  quote(): string;
  bio(): string;
}

export function createVoices(faker: Faker, random: Random): Voices {
  const tag = () => `#${random.pick(tags)}`;
  const hour = () => random.pick(['this morning', 'last night', 'on the train', 'over lunch', 'just now']);
  const dish = () => faker.food.dish().toLowerCase();
  const thing = () => faker.commerce.productName().toLowerCase();

  const posts: (() => string)[] = [
    () =>
      `Finished ${faker.book.title()} by ${faker.book.author()} ${hour()}. Did not see that end coming. #books`,
    () => `Made ${dish()} for the first time. Nobody was harmed. #cooking`,
    () => `${faker.music.songName()} by ${faker.music.artist()} has been in my head since ${hour()}. #music`,
    () =>
      `Saw a ${faker.animal.bird().toLowerCase()} by the river ${hour()}. It was not impressed by me. #birds`,
    () => `Has anyone here been to ${faker.location.city()}? Two days, one bag, no plan.`,
    () => `Reminder to self: ${faker.hacker.phrase()}`,
    () => `My neighbour is giving away a ${thing()}. I do not need a ${thing()}. I am thinking about it.`,
    () => `${1 + random.below(14)} km before breakfast. Slow, wet, happy. #running`,
    () => `The ${faker.animal.type()} next door has learned to open our gate.`,
    () => `Wrote down what I know about this: ${faker.internet.url({ appendSlash: false })}/notes ${tag()}`,
    () => `Is it only me or does ${dish()} taste better the day after? ${tag()}`,
    () =>
      `Looking for a flat near ${faker.location.street()}. Two rooms, a window, and somewhere for the ${faker.animal.type()}.`,
    () => `${faker.person.jobTitle()} by day, ${faker.food.ingredient()} enthusiast by night.`,
  ];
  const replies: (() => string)[] = [
    () => 'This. Exactly this.',
    () => `Same here, but with ${dish()}.`,
    () => `You should talk to my cousin in ${faker.location.city()} about that.`,
    () => 'I laughed more than I should have.',
    () => `Counterpoint: ${faker.music.songName()}.`,
    () => 'How did it end? You cannot stop there.',
    () => `I have a spare ${thing()} if that helps.`,
    () => 'Thank you, I needed to read that today.',
    () => `Was it the ${faker.animal.bird().toLowerCase()} again?`,
    () => 'No. Absolutely not. (Tell me more.)',
  ];
  const quotes: (() => string)[] = [
    () => 'Read this before you do anything else today.',
    () => `I said the same ${hour()} and nobody listened. ${tag()}`,
    () => 'Putting this here so that I find it again.',
    () => 'The replies to this are worth your time.',
  ];
  const bios: (() => string)[] = [
    () => faker.person.bio(),
    () => `${faker.person.jobTitle()} in ${faker.location.city()}. ${tag()}`,
    () => `Mostly ${dish()} and ${faker.animal.type()}s.`,
    () => '',
  ];
  const say = (voices: (() => string)[]) => () => random.pick(voices)();
  return { post: say(posts), reply: say(replies), quote: say(quotes), bio: say(bios) };
}
