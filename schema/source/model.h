// SPDX-License-Identifier: MIT
// The name under which a model is priced, from the id that a transcript holds.
#ifndef CCL_SOURCE_MODEL_H
#define CCL_SOURCE_MODEL_H

#include "arena.h"

enum { MODEL_MAX_BYTES = 128 };

// `id` is untrusted: any bytes, any length. The answer is printable ASCII in lower case, at most
// MODEL_MAX_BYTES, in the arena; bytes outside ASCII's visible range become '?', which no price
// has. Provider path, Bedrock and Vertex decoration, dates, -latest, -fast and [1m] are gone, so
// that every spelling of one model gives one id; it is never shortened to a family. STR_NONE for an
// empty id and for an ARN (an application inference profile does not say which model it runs).
struct str model_normalise(struct arena *a, struct str id);

// The id names a Bedrock inference profile of one region group (us. eu. apac. ..., not global.),
// which is billed with the regional modifier.
bool model_is_regional(struct str id);

#endif
