#include "net/trust.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/error.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

struct haul_trust {
    atomic_uint references;
    pthread_mutex_t loading; /* held while the store is made; it is never changed afterwards */
    X509_STORE *store;       /* NULL: not loaded */
    char *file;              /* NULL: the system's */
};

/* OpenSSL does not tell why it could not read a file. */
static int check_readable(const char *file)
{
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return -errno;
    close(descriptor);
    return 0;
}

/* The flags are libcurl's own: a chain ends at any certificate that is trusted, and those come first. */
static int load(const char *file, X509_STORE **ret_store)
{
    int code = check_readable(file);
    if (code < 0)
        return code;
    X509_STORE *store = X509_STORE_new();
    if (!store)
        return -ENOMEM;
    ERR_clear_error();
    int loaded = X509_STORE_load_file(store, file);
    ERR_clear_error();
    if (!loaded) {
        X509_STORE_free(store);
        return HAUL_E_INVALID;
    }
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    *ret_store = store;
    return 0;
}

int haul_trust_create(const char *ca_file, struct haul_trust **ret_trust, const char **ret_problem)
{
    static const char no_memory[] = "memory is out";
    X509_STORE *store = NULL;
    int code = ca_file ? load(ca_file, &store) : 0;
    if (code != 0) {
        *ret_problem = code == HAUL_E_INVALID ? "it has no certificates in PEM form"
                       : code == -ENOMEM      ? no_memory
                                              : strerrordesc_np(-code);
        return code;
    }
    struct haul_trust *trust = haul__allocate_zeroed(sizeof(*trust));
    char *file = trust && ca_file ? haul__copy_text(ca_file, strlen(ca_file)) : NULL;
    if (!trust || (ca_file && !file)) {
        *ret_problem = no_memory;
        haul__free(trust);
        X509_STORE_free(store);
        return -ENOMEM;
    }
    atomic_init(&trust->references, 1);
    pthread_mutex_init(&trust->loading, NULL);
    trust->file = file;
    trust->store = store;
    *ret_trust = trust;
    return 0;
}

struct haul_trust *haul_trust_ref(struct haul_trust *trust)
{
    atomic_fetch_add_explicit(&trust->references, 1, memory_order_relaxed);
    return trust;
}

void haul_trust_unref(struct haul_trust *trust)
{
    if (!trust || atomic_fetch_sub_explicit(&trust->references, 1, memory_order_acq_rel) > 1)
        return;
    pthread_mutex_destroy(&trust->loading);
    X509_STORE_free(trust->store);
    haul__free(trust->file);
    haul__free(trust);
}

const char *haul__trust_file(const struct haul_trust *trust)
{
    return trust->file;
}

int haul__trust_install(struct haul_trust *trust, void *ssl_context, const char *bundle)
{
    int code = 0;
    pthread_mutex_lock(&trust->loading);
    if (!trust->store)
        code = load(bundle ? bundle : X509_get_default_cert_file(), &trust->store);
    pthread_mutex_unlock(&trust->loading);
    if (code != 0)
        return code < 0 ? code : -ENOENT;
    X509_STORE_up_ref(trust->store);
    SSL_CTX_set_cert_store(ssl_context, trust->store);
    return 0;
}

bool haul__tls_has_http2(void *connection)
{
    const unsigned char *protocol = NULL;
    unsigned size = 0;
    if (connection)
        SSL_get0_alpn_selected(connection, &protocol, &size);
    return size == 2 && memcmp(protocol, "h2", 2) == 0;
}

const char *haul__trust_problem(long verify_result)
{
    return X509_verify_cert_error_string(verify_result);
}
