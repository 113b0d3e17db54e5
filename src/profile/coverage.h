/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "profile/profile.h"

/*
 * What the profile says of a feature, by its entry or by what follows from others. A call without
 * an entry is missing. A sub-feature without one is missing where its call is, or where the call is
 * partial and the profile lists others by the same selector that work (a list of flags says nothing
 * about commands); else it has the support of its call. A file without one is missing only where
 * the profile names other files: most say nothing about files. Plans go by the same rules.
 */
enum support profile_support(const struct profile *profile, const struct feature *feature);
