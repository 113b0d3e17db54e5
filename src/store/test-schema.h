/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* data/migrations/1.sql, embedded: makes a database of version 1. */
extern const char first_schema[];
