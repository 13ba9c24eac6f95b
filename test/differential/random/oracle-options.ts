/**
 * Random options of the oracle program: how listeners behave, and parameters of libnids. Limits stay so wide that no
 * difference of theirs (D7, D8) comes in.
 */
import fc from "fast-check";

const sometimes = (part: number, ...choices: readonly (readonly string[])[]): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    { weight: part - 1, arbitrary: fc.constant<readonly string[]>([]) },
    { weight: 1, arbitrary: fc.constantFrom(...choices) },
  );

const option = (name: string, ...values: readonly string[]): readonly (readonly string[])[] =>
  values.map((value) => [name, value]);

const amounts = ["keep", "new", "half", "line", "oneline", "minus:3", "rec:5", "7", "-3", "1000", "default"];
const directions = ["c2s", "s2c", "none"];

/** Words of a command line, without the capture. */
export const oracleOptions: fc.Arbitrary<readonly string[]> = fc
  .tuple(
    sometimes(2, ...option("--discard", ...amounts)),
    sometimes(3, ...option("--param", "one_loop_less=1")),
    sometimes(2, ...option("--listeners", "2", "3", "4")),
    sometimes(4, ...option("--unsub-after", "0", "1", "10", "60", "500")),
    sometimes(4, ...option("--collect", ...directions)),
    sometimes(3, ...option("--collect-urg", ...directions)),
    sometimes(5, ...option("--mode", "run", "next", "dispatch:3")),
    sometimes(3, ...option("--events", "tcp,meta", "tcp,udp,ip,ip_frag,alert,meta", "ip,udp,alert")),
    sometimes(10, ...option("--filter", "tcp", "port 80 or ip[6:2] & 0x1fff != 0", "not host 10.0.0.1")),
    sometimes(10, ...option("--port", "80")),
    sometimes(10, ...option("--drop-src", "10.0.0.1", "10.0.1.1")),
    sometimes(8, ["--no-checksum"]),
    sometimes(
      6,
      ...option(
        "--param",
        "sk_buff_size=300",
        "dev_addon=5",
        "n_tcp_streams=8",
        "n_hosts=1",
        "scan_num_ports=3",
        "scan_num_hosts=0",
      ),
    ),
    sometimes(4, ...option("--param", "tcp_workarounds=1")),
    sometimes(10, ...option("--bytes", "hex", "none", "both")),
  )
  .map((parts) => parts.flat());
