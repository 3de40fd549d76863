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

int stub_certificate(const char *subject, const char *names, long begins, long ends, int is_authority, int is_rsa,
                     const char *issuer_certificate, const char *issuer_key, char **certificate, char **key) {
    EVP_PKEY *own = is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
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

static void note_alert(const SSL *ssl, int where, int value) {
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) != SSL_AD_CLOSE_NOTIFY)
        SSL_set_ex_data((SSL *)ssl, 0, (void *)(long)(value & 0xff) + 1);
}

stub_connection *stub_client(const char *authority, const char *name, const unsigned char *protocols, unsigned count,
                             int version, void *session) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    X509 *trusted = read_certificate(authority);
    if (!context || !trusted) return NULL;
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted);
    X509_free(trusted);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (version) {
        SSL_CTX_set_min_proto_version(context, version == 13 ? TLS1_3_VERSION : version == 12 ? TLS1_2_VERSION : TLS1_1_VERSION);
        SSL_CTX_set_max_proto_version(context, version == 13 ? TLS1_3_VERSION : version == 12 ? TLS1_2_VERSION : TLS1_1_VERSION);
        // What old versions need, so that it is the server that refuses them.
        if (version < 12) SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    }
    if (count) SSL_CTX_set_alpn_protos(context, protocols, count);
    SSL_CTX_set_info_callback(context, note_alert);
    SSL *ssl = SSL_new(context);
    SSL_CTX_free(context);
    if (!ssl) return NULL;
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (name) {
        SSL_set_tlsext_host_name(ssl, name);
        SSL_set1_host(ssl, name);
    }
    if (session) SSL_set_session(ssl, session);
    SSL_set_connect_state(ssl);
    return ssl;
}

int stub_use_ciphers(stub_connection *client, const char *tls12_list, const char *groups) {
    if (tls12_list && SSL_set_cipher_list(client, tls12_list) != 1) return 0;
    return groups ? (int)SSL_set1_groups_list(client, groups) : 1;
}

int stub_handshake(stub_connection *client) {
    int code = SSL_do_handshake(client);
    if (code == 1) return 1;
    code = SSL_get_error(client, code);
    return code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

void stub_put_records(stub_connection *client, const void *bytes, int count) { BIO_write(SSL_get_rbio(client), bytes, count); }

int stub_take_records(stub_connection *client, void *bytes, int count) {
    int taken = BIO_read(SSL_get_wbio(client), bytes, count);
    return taken < 0 ? 0 : taken;
}

int stub_read_records(stub_connection *client, void *bytes, int count) {
    int code = SSL_read(client, bytes, count);
    if (code > 0) return code;
    code = SSL_get_error(client, code);
    return code == SSL_ERROR_WANT_READ ? 0 : code == SSL_ERROR_ZERO_RETURN ? -1 : -2;
}

void stub_end(stub_connection *client) { SSL_shutdown(client); }
int stub_update_keys(stub_connection *client) {
    return SSL_key_update(client, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(client) == 1;
}
int stub_renegotiate(stub_connection *client) { return SSL_renegotiate(client) == 1 && (SSL_do_handshake(client), 1); }
int stub_version(stub_connection *client) {
    return SSL_version(client) == TLS1_3_VERSION ? 13 : SSL_version(client) == TLS1_2_VERSION ? 12 : 0;
}
int stub_is_resumed(stub_connection *client) { return SSL_session_reused(client); }
const char *stub_cipher(stub_connection *client) { return SSL_get_cipher_name(client); }
int stub_compresses(stub_connection *client) { return SSL_get_current_compression(client) != NULL; }

int stub_peer(stub_connection *client, char *name, int count) {
    X509 *certificate = SSL_get0_peer_certificate(client);
    if (!certificate) return 0;
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, count);
    return sk_X509_num(SSL_get_peer_cert_chain(client));
}

int stub_protocol(stub_connection *client, char *name, int count) {
    const unsigned char *chosen;
    unsigned int length;
    SSL_get0_alpn_selected(client, &chosen, &length);
    if ((int)length > count) return 0;
    memcpy(name, chosen, length);
    return (int)length;
}

int stub_alert(stub_connection *client) { return (int)(long)SSL_get_ex_data(client, 0) - 1; }
void *stub_session(stub_connection *client) { return SSL_get1_session(client); }
void stub_session_free(void *session) { SSL_SESSION_free(session); }
