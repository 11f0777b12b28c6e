/** The words that ids are made of: short, plain, easy to say over a telephone. */
// prettier-ignore
export const adjectives = [
  'able', 'aged', 'airy', 'amber', 'aqua', 'autumn', 'bold', 'brave', 'breezy', 'bright', 'brisk', 'broad', 'calm',
  'clear', 'cold', 'cool', 'crimson', 'crisp', 'curly', 'damp', 'dark', 'dawn', 'deep', 'dry', 'dusty', 'early',
  'fair', 'fancy', 'flat', 'floral', 'fresh', 'frosty', 'gentle', 'gold', 'grand', 'green', 'hidden', 'holy', 'icy',
  'jolly', 'keen', 'late', 'little', 'lively', 'long', 'lucky', 'mellow', 'misty', 'muddy', 'nameless', 'noisy', 'old',
  'orange', 'patient', 'plain', 'polite', 'proud', 'quiet', 'rapid', 'round', 'royal', 'rustic', 'shiny', 'silent',
  'small', 'snowy', 'soft', 'solitary', 'spring', 'square', 'steep', 'still', 'summer', 'sweet', 'tiny', 'twilight',
  'wandering', 'warm', 'weathered', 'wild', 'winter', 'wispy', 'young',
] as const;

// prettier-ignore
export const nouns = [
  'bar', 'base', 'bird', 'block', 'boat', 'bonus', 'bread', 'breeze', 'brook', 'bush', 'butterfly', 'cake', 'cell',
  'cherry', 'cliff', 'cloud', 'credit', 'darkness', 'dawn', 'dew', 'disk', 'dream', 'dust', 'feather', 'field', 'fire',
  'firefly', 'flower', 'fog', 'forest', 'frog', 'frost', 'glade', 'glitter', 'grass', 'hall', 'hat', 'haze', 'heart',
  'hill', 'king', 'lab', 'lake', 'leaf', 'limit', 'math', 'meadow', 'mode', 'moon', 'morning', 'mountain', 'mouse',
  'mud', 'night', 'paper', 'pine', 'poetry', 'pond', 'queen', 'rain', 'recipe', 'resonance', 'rice', 'river', 'salad',
  'scene', 'sea', 'shadow', 'shape', 'silence', 'sky', 'smoke', 'snow', 'snowflake', 'sound', 'star', 'sun', 'sunset',
  'surf', 'term', 'thunder', 'tooth', 'tree', 'truth', 'union', 'unit', 'violet', 'voice', 'water', 'waterfall', 'wave',
  'wind', 'wood',
] as const;
