#include "files/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
    EVP_MD_CTX *context;
};

int digest_create(struct digest **ret_digest)
{
    struct digest *digest = calloc(1, sizeof(*digest));
    if (!digest)
        return -ENOMEM;
    digest->context = EVP_MD_CTX_new();
    if (!digest->context || EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1) {
        int code = digest->context ? -ENOTSUP : -ENOMEM;
        digest_destroy(digest);
        return code;
    }
    *ret_digest = digest;
    return 0;
}

int digest_add(struct digest *digest, const void *bytes, size_t size)
{
    return EVP_DigestUpdate(digest->context, bytes, size) == 1 ? 0 : -EIO;
}

int digest_write(struct digest *digest, char *buffer)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size;
    if (EVP_DigestFinal_ex(digest->context, bytes, &size) != 1 || 2 * size + 1 != DIGEST_ROOM)
        return -EIO;
    for (unsigned i = 0; i < size; i++) {
        *buffer++ = digits[bytes[i] >> 4];
        *buffer++ = digits[bytes[i] & 0xf];
    }
    *buffer = '\0';
    return 0;
}

void digest_destroy(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}
