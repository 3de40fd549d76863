#include "CStubTLS.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(BIO *bio) {
    char *bytes;
    long count = BIO_get_mem_data(bio, &bytes);
    char *text = calloc(1, (size_t)count + 1);
    if (text) memcpy(text, bytes, (size_t)count);
    return text;
}

static X509 *read_certificate(const char *pem) {
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return certificate;
}

static EVP_PKEY *read_key(const char *pem) {
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static int extend(X509 *certificate, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    if (!extension) return 0;
    int done = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return done;
}

int stub_certificate(const char *subject, const char *names, long begins, long ends, int is_authority,
                     const char *issuer_certificate, const char *issuer_key, char **certificate, char **key) {
    EVP_PKEY *own = EVP_EC_gen("P-256");
    X509 *made = X509_new();
    X509 *issuer = issuer_certificate ? read_certificate(issuer_certificate) : NULL;
    EVP_PKEY *signer = issuer_key ? read_key(issuer_key) : NULL;
    if (!own || !made || (issuer_certificate && !issuer) || (issuer_key && !signer)) return 0;
    unsigned char serial[8];
    RAND_bytes(serial, sizeof serial);
    serial[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made));
    BN_free(number);
    X509_set_version(made, 2);
    X509_gmtime_adj(X509_getm_notBefore(made), begins);
    X509_gmtime_adj(X509_getm_notAfter(made), ends);
    X509_set_pubkey(made, own);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8, (const unsigned char *)subject, -1, -1, 0);
    X509_set_issuer_name(made, issuer ? X509_get_subject_name(issuer) : X509_get_subject_name(made));
    int done = extend(made, issuer ? issuer : made, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (names) done = done && extend(made, issuer ? issuer : made, NID_subject_alt_name, names);
    done = done && X509_sign(made, signer ? signer : own, EVP_sha256()) > 0;

    BIO *text = BIO_new(BIO_s_mem());
    done = done && PEM_write_bio_X509(text, made);
    *certificate = text_of(text);
    BIO_free(text);
    text = BIO_new(BIO_s_mem());
    done = done && PEM_write_bio_PrivateKey(text, own, NULL, NULL, 0, NULL, NULL);
    *key = text_of(text);
    BIO_free(text);
    X509_free(made);
    X509_free(issuer);
    EVP_PKEY_free(own);
    EVP_PKEY_free(signer);
    return done;
}

static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
                           unsigned int count, void *argument) {
    (void)ssl;
    const char *own = argument ? "\x02h2\x08http/1.1" : "\x08http/1.1";
    if (SSL_select_next_proto((unsigned char **)chosen, length, (const unsigned char *)own, (unsigned int)strlen(own),
                              offered, count) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    return SSL_TLSEXT_ERR_OK;
}

stub_context *stub_context_new(const char *certificate, const char *key, int http2, const char *client_authority) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    X509 *own = read_certificate(certificate);
    EVP_PKEY *own_key = read_key(key);
    int done = context && own && own_key && SSL_CTX_use_certificate(context, own) == 1 &&
               SSL_CTX_use_PrivateKey(context, own_key) == 1;
    if (done) SSL_CTX_set_alpn_select_cb(context, choose_protocol, http2 ? (void *)1 : NULL);
    if (done && client_authority) {
        X509 *authority = read_certificate(client_authority);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
        X509_free(authority);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    X509_free(own);
    EVP_PKEY_free(own_key);
    if (done) return context;
    SSL_CTX_free(context);
    return NULL;
}

void stub_context_free(stub_context *context) { SSL_CTX_free(context); }

stub_connection *stub_accept(stub_context *context, int descriptor) {
    SSL *ssl = SSL_new(context);
    if (!ssl) return NULL;
    SSL_set_fd(ssl, descriptor);
    if (SSL_accept(ssl) == 1) return ssl;
    SSL_free(ssl);
    return NULL;
}

int stub_read(stub_connection *connection, void *bytes, int count) { return SSL_read(connection, bytes, count); }
int stub_write(stub_connection *connection, const void *bytes, int count) { return SSL_write(connection, bytes, count); }

int stub_speaks_http2(stub_connection *connection) {
    const unsigned char *name;
    unsigned int length;
    SSL_get0_alpn_selected(connection, &name, &length);
    return length == 2 && memcmp(name, "h2", 2) == 0;
}

void stub_free(stub_connection *connection) { SSL_free(connection); }
