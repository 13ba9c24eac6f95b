// Which device is meant where none is named.

import { defaultDevice } from "@tsnids/sniff";
import { expect } from "chai";

const device = { description: "", isLoopback: false, state: "up", addresses: ["192.0.2.1"] } as const;

describe("defaultDevice", () => {
  it("is the first that is up, has an address and is not loopback", () => {
    const devices = [
      { ...device, name: "any", state: "unknown", addresses: [] },
      { ...device, name: "down0", state: "down" },
      { ...device, name: "lo", isLoopback: true },
      { ...device, name: "tap0", addresses: [] },
      { ...device, name: "wlan0" },
      { ...device, name: "zero0" },
    ] as const;
    expect(defaultDevice(devices)).to.equal("wlan0");
    expect(() => defaultDevice(devices.slice(0, 4)))
      .to.throw(/name one/)
      .with.property("code", "no-device");
  });
});
