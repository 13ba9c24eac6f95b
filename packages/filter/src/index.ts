// @tsnids/filter: expressions of pcap-filter(7) as predicates over frames. No file, no clock, no code made at run time.

export { compileFilter, Filter } from "./filter.js";
export type { CompileOptions, FramePredicate } from "./filter.js";
export { FilteredSource } from "./filtered-source.js";
export type { FilteredSourceOptions } from "./filtered-source.js";
export { FilterError } from "./filter-error.js";
export type { FilterErrorCode } from "./filter-error.js";
export { maximumVerdicts, verdictSeconds } from "./fragments.js";
export { maximumExpressionLength, maximumNesting } from "./limits.js";
