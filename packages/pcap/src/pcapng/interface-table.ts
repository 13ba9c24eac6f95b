// The interfaces of a section: how frames begin, how long they are at most, and what their time stamps count.

import type { CaptureInterface } from "../frame-source.js";
import { canonicalLinkType } from "../link-type.js";
import { blockTrailerLength, interfaceBlock, OptionCode } from "./layout.js";
import { optionNumber, optionText, optionValue, readOptions } from "./options.js";
import type { OptionList } from "./options.js";
import { TimeScale, usualResolution } from "./time-scale.js";

/** Interfaces of a section at most. */
export const maximumInterfaces = 65536;

/** Characters of a name or a description that are kept. */
const keptCharacters = 256;

/** Two columns: what is told of an interface, and its time scale. */
export class InterfaceTable {
  readonly interfaces: CaptureInterface[] = [];
  readonly scales: TimeScale[] = [];

  /** True when there is no room for one more. */
  get isFull(): boolean {
    return this.interfaces.length === maximumInterfaces;
  }

  /** Adds the interface whose whole block is at `at`, unless an option is damaged. Gives the options. */
  add(view: DataView, at: number, length: number, little: boolean): OptionList {
    if (length < interfaceBlock.options + blockTrailerLength) return { options: [], damagedAt: at };
    const list = readOptions(view, at + interfaceBlock.options, at + length - blockTrailerLength, little);
    if (list.damagedAt !== undefined) return list;
    const { options } = list;
    const name = optionText(options, OptionCode.INTERFACE_NAME, keptCharacters);
    const description = optionText(options, OptionCode.INTERFACE_DESCRIPTION, keptCharacters);
    this.interfaces.push({
      linkType: canonicalLinkType(view.getUint16(at + interfaceBlock.linkType, little)),
      snapLength: view.getUint32(at + interfaceBlock.snapLength, little),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    });
    const resolution = optionValue(options, OptionCode.INTERFACE_RESOLUTION, 1)?.[0] ?? usualResolution;
    const offset = optionNumber(options, OptionCode.INTERFACE_TIME_OFFSET, little) ?? 0n;
    this.scales.push(new TimeScale(resolution, BigInt.asIntN(64, offset)));
    return list;
  }
}
