/** New ids in the shapes of libs/contract/src/ids.ts. Random, so not unique by themselves: the database decides that. */
import { randomInt } from 'node:crypto';
import { adjectives, nouns } from './words.js';

const DIGITS = '0123456789';
const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_LENGTH = 8;

/** `word-word-12345678` */
export function newProjectId(): string {
  return `${twoWords()}-${randomText(DIGITS)}`;
}

/** `br-word-word-a1b2c3d4` */
export function newBranchId(): string {
  return `br-${twoWords()}-${randomText(LETTERS_AND_DIGITS)}`;
}

/** `ep-word-word-a1b2c3d4` */
export function newEndpointId(): string {
  return `ep-${twoWords()}-${randomText(LETTERS_AND_DIGITS)}`;
}

function twoWords(): string {
  return `${pick(adjectives)}-${pick(nouns)}`;
}

function randomText(alphabet: string): string {
  return Array.from({ length: SUFFIX_LENGTH }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? '';
}
