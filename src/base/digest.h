/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* SHA-256 by OpenSSL. */

#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/error.h"

#define DIGEST_BYTES     32
#define DIGEST_TEXT_SIZE (2 * DIGEST_BYTES + 1)

DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)
#define CLEANUP_DIGEST CLEANUP(EVP_MD_CTX_freep)

/* A started digest, to be freed with EVP_MD_CTX_free(); NULL when it is not to be had. */
EVP_MD_CTX *digest_new(void);

/* The digest of a file's contents. Returns 0 or -errno with the file's name. */
int digest_file(const char *path, unsigned char ret[DIGEST_BYTES], struct error *error);

/* In hexadecimal, 64 characters and a NUL; writes to and returns `buffer`. */
char *digest_text(const unsigned char digest[DIGEST_BYTES], char buffer[DIGEST_TEXT_SIZE]);
