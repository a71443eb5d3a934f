#include "support/test.h"

#include "crypto/seal.h"

/* key[i] = from + i */
static struct flow_key counting_key(unsigned char from)
{
    struct flow_key key;
    size_t i;

    for (i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = (unsigned char)(from + i);
    return key;
}

static struct flow_bytes text_bytes(const char *text)
{
    return (struct flow_bytes){(const unsigned char *)text, strlen(text)};
}

static const char nonce_word[FLOW_NONCE_LEN] = "@ABCDEFGHIJKLMNOPQRSTUVW"; /* 40 to 57 */

TEST("a published message is sealed to the published bytes: draft-irtf-cfrg-xchacha-03, A.3.1")
{
    static const char plain[] = "Ladies and Gentlemen of the class of '99: If I could offer you "
                                "only one tip for the future, sunscreen would be it.";
    static const unsigned char associated[] = {0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1,
                                               0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7};
    static const unsigned char expected[] =
        "\xbd\x6d\x17\x9d\x3e\x83\xd4\x3b\x95\x76\x57\x94\x93\xc0\xe9\x39\x57\x2a\x17\x00\x25\x2b"
        "\xfa\xcc\xbe\xd2\x90\x2c\x21\x39\x6c\xbb\x73\x1c\x7f\x1b\x0b\x4a\xa6\x44\x0b\xf3\xa8\x2f"
        "\x4e\xda\x7e\x39\xae\x64\xc6\x70\x8c\x54\xc2\x16\xcb\x96\xb7\x2e\x12\x13\xb4\x52\x2f\x8c"
        "\x9b\xa4\x0d\xb5\xd9\x45\xb1\x1b\x69\xb9\x82\xc1\xbb\x9e\x3f\x3f\xac\x2b\xc3\x69\x48\x8f"
        "\x76\xb2\x38\x35\x65\xd3\xff\xf9\x21\xf9\x66\x4c\x97\x63\x7d\xa9\x76\x88\x12\xf6\x15\xc6"
        "\x8b\x13\xb5\x2e"
        "\xc0\x87\x59\x24\xc1\xc7\x98\x79\x47\xde\xaf\xd8\x78\x0a\xcf\x49";
    const struct flow_key key = counting_key(0x80);
    unsigned char nonce[FLOW_NONCE_LEN], sealed[sizeof plain - 1 + FLOW_TAG_LEN];

    memcpy(nonce, nonce_word, sizeof nonce);
    flow_seal(&key, nonce, (struct flow_bytes){associated, sizeof associated}, text_bytes(plain),
              sealed);
    EXPECT_INT(sizeof sealed, sizeof expected - 1);
    EXPECT_BYTES(sealed, expected, sizeof sealed);
}

TEST("the hash is BLAKE2b-256, plain and keyed; vectors from Python's hashlib")
{
    static const unsigned char plain[] =
        "\xbd\xdd\x81\x3c\x63\x42\x39\x72\x31\x71\xef\x3f\xee\x98\x57\x9b\x94\x96\x4e\x3b\xb1\xcb"
        "\x3e\x42\x72\x62\xc8\xc0\x68\xd5\x23\x19";
    static const unsigned char keyed[] =
        "\xd6\x3a\x32\xd3\xe4\x47\x38\xd7\x90\x7f\x96\x43\x16\xc2\x41\xad\xab\xa0\xab\xfe\xab\xc3"
        "\x23\x49\x67\x75\x78\xa1\x5a\x20\x3f\x7f";
    const struct flow_key key = counting_key(0);
    const struct flow_bytes pieces[] = {text_bytes("a"), text_bytes(""), text_bytes("bc")};
    unsigned char hash[FLOW_HASH_LEN];

    flow_hash(NULL, pieces, FLOW_COUNT(pieces), hash);
    EXPECT_BYTES(hash, plain, sizeof hash);
    flow_hash(&key, pieces, FLOW_COUNT(pieces), hash);
    EXPECT_BYTES(hash, keyed, sizeof hash);
}

TEST("a sub-key is keyed BLAKE2b with number as salt and context as person; from hashlib")
{
    static const unsigned char expected[] =
        "\xbb\x12\x0d\xea\xc5\xc3\xd9\x4f\x2e\xf2\x2c\x68\x55\xe6\xcb\x19\x84\x2a\xd5\xd4\xb4\xf0"
        "\x86\x54\x90\xc9\x30\x42\x5b\x01\x9e\xb6";
    const struct flow_key key = counting_key(0);
    struct flow_key derived;

    flow_key_derive(&key, "FENV1stg", 2, &derived);
    EXPECT_BYTES(derived.bytes, expected, sizeof derived.bytes);
}

TEST("what was sealed opens in place with the same key, nonce and data, and with no other")
{
    const struct flow_key key = counting_key(1), other = counting_key(2);
    const struct flow_bytes with = text_bytes("stage 1"), without = text_bytes("stage 2");
    unsigned char nonce[FLOW_NONCE_LEN] = {0}, buffer[5 + FLOW_TAG_LEN] = "bytes";
    const struct flow_bytes sealed = {buffer, sizeof buffer};
    unsigned char out[5] = "?????";
    struct flow_err err = FLOW_ERR_INIT;

    flow_seal(&key, nonce, with, (struct flow_bytes){buffer, 5}, buffer);
    EXPECT_CODE(flow_unseal(&other, nonce, with, sealed, out, &err), FLOW_E_DAMAGED);
    EXPECT_CODE(flow_unseal(&key, nonce, without, sealed, out, &err), FLOW_E_DAMAGED);
    nonce[0] = 1;
    EXPECT_CODE(flow_unseal(&key, nonce, with, sealed, out, &err), FLOW_E_DAMAGED);
    EXPECT_BYTES(out, "\0\0\0\0\0", 5);
    nonce[0] = 0;
    OK(flow_unseal(&key, nonce, with, sealed, NULL, &err), err);
    OK(flow_unseal(&key, nonce, with, sealed, buffer, &err), err);
    EXPECT_BYTES(buffer, "bytes", 5);
}

TEST("no flipped bit and no missing byte opens, and nothing of the plaintext comes out")
{
    const struct flow_key key = counting_key(1);
    const unsigned char nonce[FLOW_NONCE_LEN] = {7};
    unsigned char sealed[4 + FLOW_TAG_LEN], out[4];
    struct flow_err err = FLOW_ERR_INIT;
    size_t bit, len;

    flow_seal(&key, nonce, text_bytes(""), text_bytes("data"), sealed);
    for (bit = 0; bit < 8 * sizeof sealed; bit++) {
        memcpy(out, "????", sizeof out);
        sealed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        EXPECT_CODE(flow_unseal(&key, nonce, text_bytes(""),
                                (struct flow_bytes){sealed, sizeof sealed}, out, &err),
                    FLOW_E_DAMAGED);
        EXPECT_BYTES(out, "\0\0\0\0", sizeof out);
        EXPECT_CODE(flow_unseal(&key, nonce, text_bytes(""),
                                (struct flow_bytes){sealed, sizeof sealed}, NULL, &err),
                    FLOW_E_DAMAGED);
        sealed[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (len = 0; len < sizeof sealed; len++)
        EXPECT_CODE(
            flow_unseal(&key, nonce, text_bytes(""), (struct flow_bytes){sealed, len}, out, &err),
            FLOW_E_DAMAGED);
}

TEST("nonces and new keys differ each time, and by what is mixed in")
{
    const struct flow_key key = counting_key(1);
    const struct flow_bytes same = text_bytes("same");
    unsigned char first[FLOW_NONCE_LEN], second[FLOW_NONCE_LEN];
    struct flow_key one, two;

    flow_nonce_make(&key, same, same, first);
    flow_nonce_make(&key, same, same, second);
    EXPECT(memcmp(first, second, sizeof first) != 0);
    flow_key_make(&same, 1, &one);
    flow_key_make(&same, 1, &two);
    EXPECT(memcmp(&one, &two, sizeof one) != 0);
}
