/** How far another clock is ahead, from one exchange with it. Pure. */

export interface ClockReading {
  /** Below 0: it is behind. Off by half of the round trip at most. */
  readonly aheadMilliseconds: number;
  readonly roundTripMilliseconds: number;
}

/** What is known of an exchange: its start by the clock here, how long it took, and the clock there in between. */
export interface ClockExchange {
  sentAt: number;
  roundTripMilliseconds: number;
  peerTime: number;
}

/** As NTP does it: the other clock is taken to have been read half-way between question and answer. */
export function readClock({ sentAt, roundTripMilliseconds, peerTime }: ClockExchange): ClockReading {
  return { aheadMilliseconds: peerTime - (sentAt + roundTripMilliseconds / 2), roundTripMilliseconds };
}
