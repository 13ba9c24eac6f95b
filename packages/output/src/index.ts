// The public names of @tsnids/output.

export { communityId } from "./community-id.js";
export type { CommunityIdSubject, FlowTuple } from "./community-id.js";
export { OutputError } from "./errors.js";
export type { OutputErrorCode } from "./errors.js";
