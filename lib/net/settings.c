#include "net/settings.h"

#include "net/cookies.h"

#include <haul/error.h>

static const long http_versions[] = {
    [HAUL_HTTP_ANY] = CURL_HTTP_VERSION_2TLS,
    [HAUL_HTTP_1_0] = CURL_HTTP_VERSION_1_0,
    [HAUL_HTTP_1_1] = CURL_HTTP_VERSION_1_1,
    [HAUL_HTTP_2] = CURL_HTTP_VERSION_2_0,
    [HAUL_HTTP_2_PRIOR_KNOWLEDGE] = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    [HAUL_HTTP_3] = CURL_HTTP_VERSION_3,
};

static const long tls_versions[] = {
    [HAUL_TLS_ANY] = CURL_SSLVERSION_DEFAULT,
    [HAUL_TLS_1_2] = CURL_SSLVERSION_TLSv1_2,
    [HAUL_TLS_1_3] = CURL_SSLVERSION_TLSv1_3,
};

static const long ip_versions[] = {
    [HAUL_IP_ANY] = CURL_IPRESOLVE_WHATEVER,
    [HAUL_IP_4] = CURL_IPRESOLVE_V4,
    [HAUL_IP_6] = CURL_IPRESOLVE_V6,
};

bool haul_http_version_is_supported(enum haul_http_version version)
{
    int features = curl_version_info(CURLVERSION_NOW)->features;
    if (version == HAUL_HTTP_3)
        return features & CURL_VERSION_HTTP3;
    bool is_2 = version == HAUL_HTTP_2 || version == HAUL_HTTP_2_PRIOR_KNOWLEDGE;
    return !is_2 || (features & CURL_VERSION_HTTP2);
}

static CURLcode apply_certificate(CURL *easy, const struct haul_client_options *options)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSLCERT, options->certificate);
    code |= curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key ? options->key : options->certificate);
    return code | curl_easy_setopt(easy, CURLOPT_KEYPASSWD, options->key_password);
}

/* The store alone does not have libcurl look for cookies: a file without a name does. */
static CURLcode apply_cookies(CURL *easy, const struct haul_cookies *cookies)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SHARE, cookies->share);
    return code | curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
}

CURLcode haul__settings_apply(CURL *easy, const struct haul_client_options *options)
{
    /* haul has taken the dots out where they are to go. */
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    if (options->compressed)
        code |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    if (options->netrc)
        code |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_REQUIRED);
    if (options->cookies)
        code |= apply_cookies(easy, options->cookies);
    if (options->http_version != HAUL_HTTP_ANY)
        code |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, http_versions[options->http_version]);
    if (options->tls_version != HAUL_TLS_ANY)
        code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, tls_versions[options->tls_version]);
    if (options->ip_version != HAUL_IP_ANY)
        code |= curl_easy_setopt(easy, CURLOPT_IPRESOLVE, ip_versions[options->ip_version]);
    if (options->ciphers)
        code |= curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, options->ciphers);
    if (options->certificate)
        code |= apply_certificate(easy, options);
    if (options->interface)
        code |= curl_easy_setopt(easy, CURLOPT_INTERFACE, options->interface);
    /* A TLS library that shows none does not know the option. */
    if (options->keep_certs)
        curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    if (options->unix_socket)
        code |= curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
    return code;
}

int haul__settings_check(const struct haul_client_options *options, const struct haul_url *url,
                         const char **ret_problem)
{
    enum haul_url_scheme scheme = haul_url_scheme(url);
    bool is_refused = (scheme == HAUL_URL_HTTP && options->no_http) || (scheme == HAUL_URL_HTTPS && options->no_https);
    if (!is_refused)
        return 0;
    *ret_problem = scheme == HAUL_URL_HTTP ? "http is not allowed" : "https is not allowed";
    return HAUL_E_URL;
}
