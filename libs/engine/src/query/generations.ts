/** A bounded map that forgets what was not used of late: keys and entries in, with the characters that they weigh. */

export interface GenerationLimits {
  /** Entries of each of two generations. */
  readonly entries: number;
  /** Characters of each of two generations. */
  readonly characters: number;
}

interface Weighed<T> {
  readonly entry: T;
  readonly characters: number;
}

/** When the younger generation is full it becomes the older one, which goes. */
export class Generations<T> {
  #young = new Map<string, Weighed<T>>();
  #old = new Map<string, Weighed<T>>();
  #characters = 0;

  constructor(private readonly limits: GenerationLimits) {}

  get(key: string): T | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known.entry;
    const older = this.#old.get(key);
    if (older === undefined) return undefined;
    this.#add(key, older);
    return older.entry;
  }

  /** What weighs more than an eighth of a generation is not kept. */
  set(key: string, entry: T, characters: number): void {
    if (characters <= this.limits.characters / 8) this.#add(key, { entry, characters });
  }

  #add(key: string, weighed: Weighed<T>): void {
    this.#characters -= this.#young.get(key)?.characters ?? 0;
    this.#young.delete(key);
    if (this.#young.size >= this.limits.entries || this.#characters + weighed.characters > this.limits.characters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#characters += weighed.characters;
    this.#young.set(key, weighed);
  }
}
