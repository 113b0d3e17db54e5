/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/io.h"

#define BLOCK_SIZE (64u << 10)

EVP_MD_CTX *digest_new(void)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = EVP_MD_CTX_new();

        if (!digest || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL))
                return NULL;
        return steal_pointer(digest);
}

int digest_file(const char *path, unsigned char ret[DIGEST_BYTES], struct error *error)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        CLEANUP_FREE char *block = malloc(BLOCK_SIZE);
        CLEANUP_CLOSE int fd = -1;
        ssize_t size;

        if (!digest || !block)
                return error_errno(error, ENOMEM, "digest of %s", path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return error_errno(error, errno, "%s", path);
        do {
                size = read_all(fd, block, BLOCK_SIZE);
                if (size < 0)
                        return error_errno(error, -size, "%s", path);
                EVP_DigestUpdate(digest, block, size);
        } while (size == BLOCK_SIZE);
        EVP_DigestFinal_ex(digest, ret, NULL);
        return 0;
}

char *digest_text(const unsigned char digest[DIGEST_BYTES], char buffer[DIGEST_TEXT_SIZE])
{
        for (unsigned i = 0; i < DIGEST_BYTES; i++)
                snprintf(buffer + 2 * i, 3, "%02x", digest[i]);
        return buffer;
}
