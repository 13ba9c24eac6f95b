// When the counters are told: every so many seconds of packet time, counted from the first packet.

export class StatisticsInterval {
  private readonly seconds: number;
  /** When they are told next; 0 before the first packet. */
  private next = 0;

  /** The parameter `statisticsIntervalSeconds`; 0: never. */
  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** The clock has moved on to `now`: is it time? */
  isOver(now: number): boolean {
    if (this.seconds === 0 || now < this.next) return false;
    const isFirst = this.next === 0;
    this.next = now + this.seconds;
    return !isFirst;
  }

  /** The next packet is the first one. */
  clear(): void {
    this.next = 0;
  }
}
