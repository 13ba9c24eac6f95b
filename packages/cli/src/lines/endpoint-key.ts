// One end of a connection as the key that programs join on.

/** "10.0.0.1|80" or "2001:db8::1|80". */
export function endpointKey(address: string, port: number): string {
  return `${address}|${port}`;
}
