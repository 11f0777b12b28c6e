/** The token that the fleet shows. A class, so that Nest can hand it to the guard by its type. */
export class FleetToken {
  constructor(readonly value: string) {}
}
