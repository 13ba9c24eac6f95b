// Blocks that hold no frames, from bytes to what is offered to a listener. Nothing here is needed to read frames, so
// nothing here is damage: a block whose fields do not fit into it is offered as skipped.

import type { PcapngBlock, PcapngOption, PcapngSection, ResolvedName } from "./blocks.js";
import { decodeText } from "../text.js";
import type { InterfaceTable } from "./interface-table.js";
import {
  blockHeaderLength,
  blockTrailerLength,
  BlockType,
  customBlock,
  NameRecord,
  OptionCode,
  padded,
  secretsBlock,
  statisticsBlock,
} from "./layout.js";
import { bytesOf, commentsOf, optionHeaderLength, optionNumber, optionText, readOptions } from "./options.js";

/** Bytes of an address, by the type of its record. */
const addressLengths: ReadonlyMap<number, number> = new Map([
  [NameRecord.IPV4, 4],
  [NameRecord.IPV6, 16],
]);

/** A section, of which the options were read already. */
export function describeSection(options: readonly PcapngOption[], little: boolean): PcapngSection {
  return {
    type: "section",
    byteOrder: little ? "little" : "big",
    hardware: optionText(options, OptionCode.SECTION_HARDWARE),
    system: optionText(options, OptionCode.SECTION_SYSTEM),
    application: optionText(options, OptionCode.SECTION_APPLICATION),
    comments: commentsOf(options),
    options,
  };
}

/** The block at `at`, which is there as a whole and is no section, interface or packet. */
export function describeBlock(
  view: DataView,
  at: number,
  length: number,
  little: boolean,
  table: InterfaceTable,
): PcapngBlock {
  const blockType = view.getUint32(at, little);
  const body = new DataView(
    view.buffer,
    view.byteOffset + at,
    length - blockTrailerLength, // From the type on, so that positions are those of layout.ts.
  );
  const block = readBlock(body, blockType, little, table);
  return block ?? { type: "skipped", blockType, length };
}

function readBlock(body: DataView, type: number, little: boolean, table: InterfaceTable): PcapngBlock | undefined {
  switch (type) {
    case BlockType.NAME_RESOLUTION:
      return readNames(body, little);
    case BlockType.INTERFACE_STATISTICS:
      return readStatistics(body, little, table);
    case BlockType.DECRYPTION_SECRETS:
      return readSecrets(body, little);
    case BlockType.CUSTOM:
    case BlockType.CUSTOM_NOT_COPIED:
      return readCustom(body, type, little);
    default:
      return { type: "unknown", blockType: type, body: rest(body, blockHeaderLength) };
  }
}

/** Records like options: type, length, address and names that end with 0 each; then real options. */
function readNames(body: DataView, little: boolean): PcapngBlock {
  const records: ResolvedName[] = [];
  let at = blockHeaderLength;
  while (body.byteLength - at >= optionHeaderLength) {
    const type = body.getUint16(at, little);
    const length = body.getUint16(at + 2, little);
    const value = at + optionHeaderLength;
    at = value + padded(length);
    if (type === NameRecord.END || length > body.byteLength - value) break;
    const addressLength = addressLengths.get(type);
    if (addressLength === undefined || length < addressLength) continue;
    const names = decodeText(bytesOf(body, value + addressLength, length - addressLength)).split("\0");
    records.push({ address: bytesOf(body, value, addressLength), names: names.filter((name) => name !== "") });
  }
  return { type: "name-resolution", records, ...optionsFrom(body, at, little) };
}

function readStatistics(body: DataView, little: boolean, table: InterfaceTable): PcapngBlock | undefined {
  if (body.byteLength < statisticsBlock.options) return undefined;
  const index = body.getUint32(statisticsBlock.interface, little);
  const scale = table.scales[index];
  if (scale === undefined) return undefined;
  const described = optionsFrom(body, statisticsBlock.options, little);
  scale.read(body.getUint32(statisticsBlock.timeHigh, little), body.getUint32(statisticsBlock.timeLow, little));
  return {
    type: "interface-statistics",
    index,
    seconds: scale.seconds,
    nanoseconds: scale.nanoseconds,
    received: optionNumber(described.options, OptionCode.STATISTICS_RECEIVED, little),
    dropped: optionNumber(described.options, OptionCode.STATISTICS_DROPPED, little),
    ...described,
  };
}

function readSecrets(body: DataView, little: boolean): PcapngBlock | undefined {
  if (body.byteLength < secretsBlock.bytes) return undefined;
  const length = body.getUint32(secretsBlock.length, little);
  if (length > body.byteLength - secretsBlock.bytes) return undefined;
  return {
    type: "decryption-secrets",
    secretsType: body.getUint32(secretsBlock.type, little),
    secrets: bytesOf(body, secretsBlock.bytes, length),
    ...optionsFrom(body, secretsBlock.bytes + padded(length), little),
  };
}

function readCustom(body: DataView, type: number, little: boolean): PcapngBlock | undefined {
  if (body.byteLength < customBlock.bytes) return undefined;
  return {
    type: "custom",
    enterprise: body.getUint32(customBlock.enterprise, little),
    mayBeCopied: type === BlockType.CUSTOM,
    content: rest(body, customBlock.bytes),
  };
}

function rest(body: DataView, start: number): Uint8Array {
  return bytesOf(body, start, body.byteLength - start);
}

function optionsFrom(
  body: DataView,
  start: number,
  little: boolean,
): { readonly options: readonly PcapngOption[]; readonly comments: readonly string[] } {
  const { options } = readOptions(body, start, body.byteLength, little);
  return { options, comments: commentsOf(options) };
}
