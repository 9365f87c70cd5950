export {
  attenuate,
  detailsOf,
  intersectAuthorities,
  isWithinAuthority,
  type Narrowing,
} from "./attenuate.ts";
export { differenceOf } from "./difference.ts";
export { createSigningKey, openSigningKey, type SealedKey } from "./keys.ts";
export { mintGrant, type SigningKey } from "./mint.ts";
export { type ExpectedGrant, type GrantRefusal, judgeGrant, readGrant, type SignedClaims } from "./verify.ts";
